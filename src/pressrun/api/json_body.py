"""Reading a request's JSON, whatever it turns out to be."""

import json
from typing import Any

import msgspec
from starlette.requests import Request

from pressrun.errors import Code, PressrunError, Problem
from pressrun.money import MOST, NANO, Nano, nano_dollars

DEEPEST = 64
"""Levels of nesting that a body may have."""

MOST_CONTAINERS = 500_000
"""Objects and arrays, brackets in text included: ten megabytes of them would hold up everybody for seconds."""

MOST_POINTERS = 20
LONGEST_POINTER = 500


async def read_json(request: Request) -> tuple[Any, bytes]:
    """The JSON value of a request and its bytes; raises PressrunError (invalid) for anything else."""
    raw = await request.body()
    if not raw.strip():
        raise PressrunError(Code.INVALID, "the request has no body; send JSON")
    return parse(raw), raw


async def read_object(request: Request, *, empty_is: dict[str, Any] | None = None) -> tuple[dict[str, Any], bytes]:
    """A JSON object and its bytes; `empty_is` stands for no body at all. Raises PressrunError (invalid)."""
    if empty_is is not None and not (await request.body()).strip():
        return empty_is, b""
    value, raw = await read_json(request)
    if not isinstance(value, dict):
        raise PressrunError(Code.INVALID, f"the body must be a JSON object, not {json_type(value)}")
    return value, raw


def parse(raw: bytes) -> Any:
    """A JSON value; raises PressrunError (invalid)."""
    containers = raw.count(b"{") + raw.count(b"[")
    if containers > MOST_CONTAINERS:
        raise PressrunError(Code.INVALID, f"the body holds more than {MOST_CONTAINERS:,} objects and arrays")
    try:
        value = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise PressrunError(Code.INVALID, f"the body is not valid JSON: {error}") from None
    except RecursionError:
        raise _too_deep() from None
    nests = isinstance(value, list | dict) and containers > DEEPEST
    if nests and _depth_exceeds(value, DEEPEST):
        raise _too_deep()
    if raw.count(b":") != _members(value):
        _refuse_duplicates(raw)
    return value


def _members(value: Any) -> int:
    """Names in all objects; as many as colons are in the text when none stands twice and no text holds a colon."""
    if isinstance(value, dict):
        return len(value) + sum(_members(inner) for inner in value.values() if isinstance(inner, list | dict))
    if isinstance(value, list):
        return sum(_members(inner) for inner in value if isinstance(inner, list | dict))
    return 0


class _Repeated(Exception):  # noqa: N818 - says that a name was found twice
    pass


def _refuse_duplicates(raw: bytes) -> None:
    """A name that stands twice means one thing to us and another to whoever looked before: raises PressrunError."""
    try:
        json.loads(raw, object_pairs_hook=_pairs, parse_int=str)  # str: Python refuses ints of 5,000 digits
    except _Repeated:
        pointers = _repeated(json.loads(raw, object_pairs_hook=tuple, parse_int=str), "")
        raise PressrunError(
            Code.INVALID,
            [Problem(f"the body has {pointer!r} more than once", {"pointer": pointer}) for pointer in pointers],
        ) from None


def _pairs(pairs: list[tuple[str, Any]]) -> None:
    if len(pairs) > 1 and len({name for name, _ in pairs}) < len(pairs):
        raise _Repeated


def _repeated(value: Any, pointer: str) -> list[str]:
    """JSON pointers of every name that stands twice; an object is a tuple of pairs here, an array a list."""
    if isinstance(value, list):
        return [one for index, inner in enumerate(value) for one in _repeated(inner, f"{pointer}/{index}")]
    if not isinstance(value, tuple):
        return []
    found, seen = [], set()
    for name, inner in value:
        here = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"[:LONGEST_POINTER]
        if name in seen:
            found.append(here)
        seen.add(name)
        found += _repeated(inner, here)
    return list(dict.fromkeys(found))[:MOST_POINTERS]


def _too_deep() -> PressrunError:
    return PressrunError(Code.INVALID, f"the body nests deeper than {DEEPEST} levels")


def _depth_exceeds(value: list[Any] | dict[str, Any], levels: int) -> bool:
    layer = [value]
    for _ in range(levels):
        layer = [
            inner
            for outer in layer
            for inner in (outer if isinstance(outer, list) else outer.values())
            if isinstance(inner, list | dict)
        ]
        if not layer:
            return False
    return True


def json_type(value: object) -> str:
    """What JSON calls a value."""
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case int() | float():
            return "a number"
        case str():
            return "a string"
        case list():
            return "an array"
        case _:
            return "an object"


class Fields:
    """The fields of an object, checked one by one; every fault is gathered in `problems`, raised at once by `done`."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values
        self._known: set[str] = set()
        self.problems: list[Problem] = []

    def take(self, name: str, kind: type | tuple[type, ...], what: str, default: Any = None) -> Any:
        """A field that must be of a kind; `what` names the kind for people. Null and absent give the default."""
        self._known.add(name)
        value = self._values.get(name)
        if value is None:
            return default
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is int):
            self.fault(name, f"{name} must be {what}, not {json_type(value)}")
            return default
        return value

    def whole(self, name: str, low: int, high: int, default: int | None = None) -> int | None:
        """A whole number within bounds."""
        value: int | None = self.take(name, int, "a whole number", default)
        if value is not None and not low <= value <= high:
            self.fault(name, f"{name} must be between {low:,} and {high:,}")
            return default
        return value

    def word(self, name: str, known: tuple[str, ...]) -> str:
        """One of some words, the first of them by default."""
        words = " or ".join(f'"{one}"' for one in known)
        value: str = self.take(name, str, words, known[0])
        if value not in known:
            self.fault(name, f"{name} must be {words}, not {value[:50]!r}")
        return value

    def money(self, name: str, most: Nano = MOST) -> Nano | None:
        """A number of US dollars, as a number or as text, in nano-dollars."""
        value = self.take(name, (int, float, str), "a number of US dollars")
        if value is None:
            return None
        try:
            nano = nano_dollars("true" if isinstance(value, bool) else value)
        except ValueError as error:
            self.fault(name, f"{name} must be a number of US dollars: {error}")
            return None
        if not 0 <= nano <= most:
            self.fault(name, f"{name} must be a number of US dollars between 0 and {most // NANO:,}")
            return None
        return nano

    def fault(self, name: str, message: str) -> None:
        """Note one thing that is wrong."""
        self.problems.append(Problem(message, {"field": name}))

    def done(self, *, closed: bool = False) -> None:
        """Raise PressrunError (invalid) with every fault; `closed` refuses fields nobody took."""
        if closed:
            for name in self._values.keys() - self._known:
                self.fault(name, f"{name} is not known here; known: {', '.join(sorted(self._known))}")
        if self.problems:
            raise PressrunError(Code.INVALID, self.problems)

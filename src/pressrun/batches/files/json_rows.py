"""JSON text, piece by piece, to rows that are objects: one a line (JSONL), or all in one array."""

import codecs
import json
import re
from decimal import Decimal
from typing import Any, NamedTuple, NoReturn

import msgspec

from pressrun.batches.files.bad_rows import Damaged
from pressrun.batches.files.limits import MOST_ROW_CHARS
from pressrun.errors import Code, PressrunError, Problem


class JsonRow(NamedTuple):
    """An object and its text without needless blanks."""

    fields: dict[str, Any]
    text: bytes


Record = JsonRow | Damaged

_decode = msgspec.json.Decoder(float_hook=Decimal).decode  # 19.90 stays 19.90
_BLANKS = re.compile(r"[ \t\n\r]*")
_LINE_BLANKS = b" \t\r"


def row_of(raw: bytes) -> Record:
    """The row that a JSON text holds."""
    try:
        value = _decode(raw)
        if not isinstance(value, dict):
            return Damaged(f"a row must be an object (got {_kind(value)})")
        if raw.count(b":") != len(value):
            _refuse_repeats(raw)
        return JsonRow(value, msgspec.json.format(raw, indent=-1))
    except RecursionError:
        return Damaged("it nests too deep")
    except (ValueError, ArithmeticError) as error:  # DecodeError is a ValueError, as is what Decimal cannot hold
        return Damaged(f"it is not valid JSON: {error}")


class JsonLines:
    """One object a line; empty lines are none."""

    def __init__(self) -> None:
        self._rest = b""
        self._line = 1

    def feed(self, piece: bytes, *, final: bool = False) -> list[tuple[int, Record]]:
        """The rows that are whole by now, each with its line; raises PressrunError (invalid) for a line without end."""
        *lines, self._rest = (self._rest + piece).split(b"\n")
        if final:
            lines.append(self._rest)
        elif len(self._rest) > MOST_ROW_CHARS:
            raise _refused(f"line {self._line + len(lines):,} is longer than {MOST_ROW_CHARS:,} bytes")
        rows = [(number, row_of(line)) for number, line in enumerate(lines, self._line) if line.strip(_LINE_BLANKS)]
        self._line += len(lines)
        return rows


class JsonArray:
    """One array of objects. Where a row ends, Python's own scanner tells; one that is cut is scanned again."""

    def __init__(self) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")().decode
        self._scan = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=_no_constant).raw_decode
        self._text = ""
        self._begun = self._ended = False
        self._count = 0

    def feed(self, piece: bytes, *, final: bool = False) -> list[tuple[int, Record]]:
        """The rows that are whole by now, each with its number; raises PressrunError (invalid) where it breaks."""
        try:
            self._text += self._decode(piece, final)
        except UnicodeDecodeError as error:
            raise _refused(f"after row {self._count:,} the file is not UTF-8: {error}") from None
        rows: list[tuple[int, Record]] = []
        at = self._behind_nothing(self._begin())
        while not self._ended and (found := self._next(at, final=final)) is not None:
            begin, end, at = found
            self._count += 1
            rows.append((self._count, row_of(self._text[begin:end].encode("utf-8", "surrogatepass"))))
        self._text = self._text[at:]
        if self._ended and self._text.strip(" \t\n\r"):
            raise _refused("something stands after the end of the array: one array of objects is expected")
        if final and not self._ended:
            raise _refused(f"the array is not closed: the file ends after row {self._count:,}")
        return rows

    def _begin(self) -> int:
        """Behind the opening bracket, or the first row when the array is begun already."""
        if self._begun:
            return 0
        at = self._skip(0)
        if at >= len(self._text):
            return at
        if self._text[at] != "[":
            raise _refused("JSON rows must be one array of objects; for one object a line say the format jsonl")
        self._begun = True
        return at + 1

    def _behind_nothing(self, at: int) -> int:
        """Behind the bracket that closes an empty array."""
        end = self._skip(at)
        if not self._begun or self._count or self._text[end : end + 1] != "]":
            return at
        self._ended = True
        return end + 1

    def _next(self, at: int, *, final: bool) -> tuple[int, int, int] | None:
        """Where the next row begins, ends, and where the one after it may begin; None when it is not whole yet."""
        begin = self._skip(at)
        if not self._begun or begin >= len(self._text):
            return None
        try:
            end = self._scan(self._text, begin)[1]
        except RecursionError:
            raise _refused(f"row {self._count + 1:,} nests too deep") from None
        except ValueError as error:
            if final or len(self._text) - begin > MOST_ROW_CHARS:
                what = (
                    "is not valid JSON" if final else f"is not valid JSON, or longer than {MOST_ROW_CHARS:,} characters"
                )
                raise _refused(f"row {self._count + 1:,} {what}: {getattr(error, 'msg', error)}") from None
            return None
        behind = self._skip(end)
        if behind >= len(self._text) and not final:
            return None
        match self._text[behind : behind + 1]:
            case "":
                raise _refused(f"the array is not closed: the file ends after row {self._count + 1:,}")
            case ",":
                return begin, end, behind + 1
            case "]":
                self._ended = True
                return begin, end, behind + 1
            case _:
                raise _refused(f"after row {self._count + 1:,} a comma or the end of the array is expected")

    def _skip(self, at: int) -> int:
        found = _BLANKS.match(self._text, at)
        return at if found is None else found.end()


def _refuse_repeats(raw: bytes) -> None:
    """A name that stands twice means one thing to us and another to whoever looked before: raises ValueError."""
    json.loads(raw, object_pairs_hook=_no_repeats, parse_int=str)  # str: Python refuses ints of 5,000 digits


def _no_repeats(pairs: list[tuple[str, Any]]) -> None:
    names = {name for name, _ in pairs}
    if len(names) < len(pairs):
        seen: set[str] = set()
        repeated = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise ValueError(f'the name "{repeated[:100]}" stands twice in one object')


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON")


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case str():
            return "text"
        case list():
            return "an array"
        case _:
            return "a number"


def _refused(message: str) -> PressrunError:
    return PressrunError(Code.INVALID, Problem(message))

"""Data of unknown origin to a definition, or every fault in it with the field and the way to mend it."""

import difflib
import json
import math
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Protocol, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from pressrun.agents.definition import MAX_DEFINITION_BYTES, AgentDefinition
from pressrun.agents.faults import Fault, Path
from pressrun.errors import Code, PressrunError, Problem

MAX_DEPTH = 64
MAX_INTEGER = 2**63 - 1
MAX_PROBLEMS = 50
MAX_SHOWN_CHARS = 60
EMPTY = "must not be empty"
INPUT_TYPES = ("text", "dropdown", "file", "media")
_WORDS = {
    "missing": "is missing: add it",
    "int_type": "must be a whole number (got {got})",
    "int_from_float": "must be a whole number (got {got})",
    "float_type": "must be a number (got {got})",
    "bool_type": "must be true or false, without quotes (got {got})",
    "tuple_type": "must be a list (got {got})",
    "dict_type": "must be an object with fields (got {got})",
    "model_type": "must be an object with fields (got {got})",
    "model_attributes_type": "must be an object with fields (got {got})",
    "string_too_long": "must not be longer than {max_length:,} characters",
    "too_long": "must not hold more than {max_length}",
    "string_too_short": EMPTY,
    "too_short": EMPTY,
    "union_tag_not_found": "is missing its `type`: add one of {types}",
    "union_tag_invalid": "must be one of {types} (got {got})",
    "literal_error": "must be {expected} (got {got})",
    "string_pattern_mismatch": "must be a file extension such as pdf (got {got})",
}
"""Pydantic's words for a fault, in ours."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a fault stands in a file, counted from 1; `source` is what is written there, if it is a single word."""

    line: int
    column: int
    source: str | None = None


class Where(Protocol):
    """Finds the place of a field's value, or of its name."""

    def __call__(self, path: Path, *, name: bool = False) -> Place | None: ...


def check(data: object, where: Where | None = None) -> AgentDefinition:
    """The definition held by plain data (as parsed from JSON or YAML).

    `where` finds a field's place in the file it came from. Raises PressrunError (invalid) with a problem for each
    fault; its extras name `field`, and `line` and `column` when there is a file.
    """
    faults = faults_in(data, where)
    if not isinstance(faults, AgentDefinition):
        raise PressrunError(Code.INVALID, problems(faults, where))
    return faults


def faults_in(data: object, where: Where | None = None) -> AgentDefinition | list[Fault]:
    """The definition, or what keeps the data from being one."""
    if not isinstance(data, Mapping):
        return [Fault((), f"must be an object with at least `name` and `prompts` (got {shown(data)})", data)]
    unfit = list(_unfit_for_json(data, ()))
    if unfit:
        return unfit
    text = json.dumps(data)
    if len(text) > MAX_DEFINITION_BYTES:
        return [Fault((), f"must not be larger than {MAX_DEFINITION_BYTES // 2**20} MiB")]
    try:
        return AgentDefinition.model_validate_json(text)
    except ValidationError as error:
        return _without_echoes([_fault(one, where) for one in error.errors()])


def problems(faults: list[Fault], where: Where | None = None) -> list[Problem]:
    """The faults as they are shown, in the order of the file."""
    found = [_problem(fault, where(fault.path, name=fault.name) if where else None) for fault in faults]
    found.sort(key=lambda problem: (problem.extras.get("line", 0), problem.extras.get("column", 0)))
    if len(found) > MAX_PROBLEMS:
        rest = Problem(f"… and {len(found) - MAX_PROBLEMS} more like these")
        found = [*found[:MAX_PROBLEMS], rest]
    return found


def field_path(path: Path) -> str:
    """The path as people write it: `prompts[0].temperature`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def shown(value: object) -> str:
    """A value short enough for a message, without characters that could not be sent."""
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list | tuple):
        return "a list"
    if value is None:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, str | int | float) else type(value).__name__
    text = text.encode("utf-8", "replace").decode()
    return text if len(text) <= MAX_SHOWN_CHARS else text[:MAX_SHOWN_CHARS] + "…"


def nearest(word: str, known: list[str]) -> str | None:
    """The known word that was probably meant."""
    close = difflib.get_close_matches(word[:255].casefold(), [one.casefold() for one in known], n=1)
    return next((one for one in known if close and one.casefold() == close[0]), None)


def _problem(fault: Fault, place: Place | None) -> Problem:
    field = field_path(fault.path)
    text = f"{field}: {fault.message}" if field else fault.message
    extras: dict[str, Any] = {"field": field}
    if place is not None:
        text = f"line {place.line}, column {place.column}: {text}"
        extras |= {"line": place.line, "column": place.column}
    return Problem(text, extras)


def _unfit_for_json(value: object, path: Path) -> Iterator[Fault]:
    if len(path) > MAX_DEPTH:
        yield Fault(path[:3], f"is nested more than {MAX_DEPTH} deep")
    elif isinstance(value, Mapping):
        for key, part in value.items():
            if not isinstance(key, str):
                yield Fault(path, f"has a field named {shown(key)}: field names must be text")
            elif _has_surrogate(key):
                yield Fault(path, f"has a field named {shown(key)}, which is not valid Unicode")
            else:
                yield from _unfit_for_json(part, (*path, key))
    elif isinstance(value, list | tuple):
        for index, part in enumerate(value):
            yield from _unfit_for_json(part, (*path, index))
    else:
        message = _unfit_scalar(value)
        if message:
            yield Fault(path, message, value)


def _unfit_scalar(value: object) -> str | None:
    if isinstance(value, str):
        return "is not valid Unicode: it holds half of a surrogate pair" if _has_surrogate(value) else None
    if isinstance(value, int):
        return f"must not be beyond {MAX_INTEGER}" if abs(value) > MAX_INTEGER else None
    if isinstance(value, float):
        return None if math.isfinite(value) else "must be a finite number"
    return None if value is None else f"must be text, a number, true, false, a list or an object, not {shown(value)}"


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= letter <= "\udfff" for letter in text) if not text.isascii() else False


def _without_echoes(faults: list[Fault]) -> list[Fault]:
    """A list whose items are all faulty also counts as empty for pydantic: say only what is wrong with the items."""
    return [
        fault
        for fault in faults
        if fault.message != EMPTY or not any(one.path[: len(fault.path)] == fault.path != one.path for one in faults)
    ]


def _fault(error: ErrorDetails, where: Where | None) -> Fault:
    loc = error["loc"]
    # Pydantic also names the kind of input it tried, which stands nowhere in the data.
    path = (*loc[:2], *loc[3:]) if loc[:1] == ("inputs",) and loc[2:3] and loc[2] in INPUT_TYPES else loc
    if error["type"] == "union_tag_invalid":
        path, error["input"] = (*path, "type"), error["ctx"]["tag"]
    return Fault(path, _message(error, path, where), error["input"], name=error["type"] == "extra_forbidden")


def _message(error: ErrorDetails, path: Path, where: Where | None) -> str:
    kind, got = error["type"], shown(error["input"])
    if kind == "extra_forbidden":
        return _unknown_field(path, error["loc"])
    if kind == "string_type":
        return _not_text(error["input"], where(path) if where else None)
    if kind in _WORDS:
        return _WORDS[kind].format(got=got, types=", ".join(INPUT_TYPES), **error.get("ctx", {}))
    return f"{error['msg']} (got {got})" if kind == "between" else error["msg"]


def _not_text(value: object, place: Place | None) -> str:
    if isinstance(value, Mapping | list) or value is None:
        return f"must be text (got {shown(value)}): write it, in quotes"
    if place is not None and place.source is not None:
        read = "true or false" if isinstance(value, bool) else "a number"
        return f'must be text, and YAML reads {place.source} as {read}: put it in quotes, "{place.source}"'
    return f'must be text (got {shown(value)}): put it in quotes, "{shown(value)}"'


def _unknown_field(path: Path, loc: Path) -> str:
    valid = sorted(_fields_at(loc[:-1]))
    meant = nearest(str(path[-1]), valid)
    hint = f"did you mean `{meant}`? It" if meant else "it"
    return f"is not a field here; {hint} can be: {', '.join(valid)}"


def _fields_at(loc: Path) -> set[str]:
    model: Any = AgentDefinition
    for step in loc:
        if isinstance(step, str) and _is_model(model):
            model = model.model_fields[step].annotation
        model = _inside(model, step)
    return set(model.model_fields) if _is_model(model) else set()


def _inside(annotation: Any, step: str | int) -> Any:
    """What stands inside an annotation: the item of a tuple, the member of a union with that tag."""
    if isinstance(step, int):
        annotation = get_args(annotation)[0]
        return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation
    members = get_args(annotation) if get_origin(annotation) is types.UnionType else ()
    tagged = [one for one in members if _is_model(one) and step in get_args(one.model_fields["type"].annotation)]
    return tagged[0] if tagged else annotation


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)

"""Why an answer does not fit a JSON schema: of all that is wrong with it, what helps most to put it right."""

import json
import re
from collections.abc import Sequence
from itertools import islice
from math import isinf
from typing import Any

from jsonschema_rs import ValidationError, ValidationErrorKind, Validator

from pressrun.agents.schema_wire import UncheckableError

MAX_MESSAGE_CHARS = 500
MOST_ERRORS = 100
"""How many are looked at for the best one."""

_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def why_not(text: str, schema: Validator) -> str | None:
    """Why the text is not JSON that fits the schema; None when it does. Raises UncheckableError."""
    try:
        value = json.loads(text, parse_constant=_no_constant, parse_float=_finite)
    except (ValueError, RecursionError) as problem:
        return f"is not JSON ({problem})"
    errors = list(islice(schema.iter_errors(_without_halves(value)), MOST_ERRORS))
    if not errors:
        return None
    best = best_of(errors)
    match best.kind:
        case ValidationErrorKind.BacktrackLimitExceeded() | ValidationErrorKind.RegexEngineFailure():
            raise UncheckableError(f"a pattern of the schema takes too long with it: {short(best.message)}")
        case ValidationErrorKind.Referencing():
            raise UncheckableError(f"the schema refers to something that it does not hold: {short(best.message)}")
    return f"does not fit the schema at {json_path(best.instance_path)}: {short(best.message)}"


def best_of(errors: Sequence[ValidationError]) -> ValidationError:
    """The one to tell: the highest in the answer; of alternatives, what is wrong with the one that fits best."""
    best = min(errors, key=_depth)
    while isinstance(best.kind, ValidationErrorKind.AnyOf | ValidationErrorKind.OneOfNotValid):
        inner = sorted((error for branch in best.kind.context for error in branch), key=_depth, reverse=True)
        if not inner or (len(inner) > 1 and _depth(inner[0]) == _depth(inner[1])):
            return best  # no alternative is nearer than another
        best = inner[0]
    return best


def json_path(steps: Sequence[str | int]) -> str:
    """Where something stands, as `$.items[0].name`."""
    text = "$"
    for step in steps:
        if isinstance(step, int):
            text += f"[{step}]"
        else:
            text += f".{step}" if _PLAIN.fullmatch(step) else f"[{step!r}]"
    return short(text)


def short(message: str) -> str:
    """A message that fits into another."""
    return message if len(message) <= MAX_MESSAGE_CHARS else message[:MAX_MESSAGE_CHARS] + "…"


def _depth(error: ValidationError) -> int:
    return len(error.instance_path)


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")


def _finite(word: str) -> float:
    number = float(word)
    if isinf(number):
        raise ValueError(f"{short(word)} is larger than any number")
    return number


def _without_halves(value: Any) -> Any:
    """The same without halves of surrogate pairs, which JSON can spell and the engine cannot read."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.loads(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace"))
    return value

"""JSON schemas for a prompt's answer: checked when the agent is written, applied when the model has answered."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from jsonschema.exceptions import SchemaError, best_match
from jsonschema.protocols import Validator
from jsonschema.validators import Draft202012Validator, validator_for
from referencing import Registry
from referencing.exceptions import Unresolvable

MAX_SCHEMA_CHARS = 100_000
MAX_MESSAGE_CHARS = 500
_FENCE = re.compile(r"\s*```(?:json|JSON)?\s*\n(?P<inside>.*?)\n?```\s*", re.DOTALL)


def faults_of(schema: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with a schema, in words; nothing when it can be used."""
    if len(json.dumps(schema)) > MAX_SCHEMA_CHARS:
        yield f"must not be longer than {MAX_SCHEMA_CHARS:,} characters of JSON"
        return
    kind = validator_for(schema, default=Draft202012Validator)
    try:
        kind.check_schema(dict(schema))
    except SchemaError as error:
        yield f"is not a valid JSON schema at {error.json_path}: {_short(error.message)}"
        return
    for target in _references(schema):
        # Following it would make the server fetch an address of the author's choosing.
        if not target.startswith("#"):
            yield f"must be complete in itself: move what {target!r} refers to under $defs"


def validator(schema: Mapping[str, Any]) -> Validator:
    """A validator that reaches for nothing outside the schema."""
    return validator_for(schema, default=Draft202012Validator)(schema, registry=Registry())


def json_of(answer: str) -> str:
    """The JSON in a model's answer: the answer itself, or what stands in its code fence."""
    fenced = _FENCE.fullmatch(answer)
    return (fenced["inside"] if fenced else answer).strip()


def why_not(text: str, schema: Validator) -> str | None:
    """Why the text is not JSON that fits the schema; None when it does."""
    try:
        error = best_match(schema.iter_errors(json.loads(text, parse_constant=_no_constant)))
    except (ValueError, RecursionError) as problem:
        return f"is not JSON ({problem})"
    except Unresolvable as problem:
        return f"cannot be checked: the schema refers to {problem.ref!r}, which it does not hold"
    return None if error is None else f"does not fit the schema at {error.json_path}: {_short(error.message)}"


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, Mapping):
        for key, value in part.items():
            if key in {"$ref", "$dynamicRef", "$recursiveRef"} and isinstance(value, str):
                yield value
            else:
                yield from _references(value)
    elif isinstance(part, list):
        for value in part:
            yield from _references(value)


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is not JSON")


def _short(message: str) -> str:
    return message if len(message) <= MAX_MESSAGE_CHARS else message[:MAX_MESSAGE_CHARS] + "…"

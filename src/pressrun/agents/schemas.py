"""JSON schemas for a prompt's answer: checked when the agent is written, compiled when the model has answered."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs
from jsonschema_rs import FancyRegexOptions, Validator

from pressrun.agents.schema_faults import json_path, short
from pressrun.agents.schema_patterns import count_patterns, translated

MAX_SCHEMA_CHARS = 100_000
MAX_PATTERN_BYTES = 10_000_000
"""What a pattern may take when it is compiled, as the engine counts: `[^<>]{1,2000}` takes a fifth of it."""

MAX_PATTERNS_BYTES = 50_000_000
"""What all patterns of one schema may take together: they are compiled in half a second."""

MAX_BACKTRACKS = 100_000
"""Steps that a pattern with look-around or back references may take with one text; others need none."""

DRAFTS: dict[str, type[Validator]] = {
    "http://json-schema.org/draft-04/schema": jsonschema_rs.Draft4Validator,
    "http://json-schema.org/draft-06/schema": jsonschema_rs.Draft6Validator,
    "http://json-schema.org/draft-07/schema": jsonschema_rs.Draft7Validator,
    "https://json-schema.org/draft/2019-09/schema": jsonschema_rs.Draft201909Validator,
    "https://json-schema.org/draft/2020-12/schema": jsonschema_rs.Draft202012Validator,
}


def faults_of(schema: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with a schema, in words; nothing when it can be used."""
    if len(json.dumps(schema)) > MAX_SCHEMA_CHARS:
        yield f"must not be longer than {MAX_SCHEMA_CHARS:,} characters of JSON"
        return
    outside = [target for target in _references(schema) if not target.startswith("#")]
    for target in outside:
        # Following it would make the server fetch an address of the author's choosing.
        yield f"must be complete in itself: move what {target!r} refers to under $defs"
    if outside:
        return
    try:
        compiled(schema, MAX_PATTERNS_BYTES // max(1, count_patterns(schema)))
    except jsonschema_rs.ValidationError as error:
        yield f"is not a valid JSON schema at {json_path(error.instance_path)}: {short(error.message)}"
    except (jsonschema_rs.ReferencingError, ValueError) as error:
        yield f"cannot be used: {short(str(error))}"


def compiled(schema: Mapping[str, Any], pattern_bytes: int = MAX_PATTERN_BYTES) -> Validator:
    """A validator that reaches for nothing outside the schema.

    `pattern_bytes` bounds each pattern further. Raises jsonschema_rs.ValidationError for what is no schema,
    ReferencingError, ValueError.
    """
    try:
        return _engine(schema, pattern_bytes)
    except jsonschema_rs.ValidationError:
        again = translated(schema)
        if again == schema:
            raise
        return _engine(again, pattern_bytes)


def _engine(schema: Mapping[str, Any], pattern_bytes: int) -> Validator:
    kind = DRAFTS.get(str(schema.get("$schema", "")).removesuffix("#"), jsonschema_rs.Draft202012Validator)
    return kind(
        {name: part for name, part in schema.items() if name != "$schema"},
        validate_formats=False,
        pattern_options=FancyRegexOptions(
            backtrack_limit=MAX_BACKTRACKS, size_limit=min(pattern_bytes, MAX_PATTERN_BYTES)
        ),
        offline=True,
    )


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

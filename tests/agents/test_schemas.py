"""JSON schemas: what is refused when they are written, and what is said of answers; nothing outside is ever fetched."""

import json
from pathlib import Path
from typing import Any

import pytest

from pressrun.agents.schema_child import verdict_on
from pressrun.agents.schema_wire import Request, Verdict
from pressrun.agents.schemas import MAX_SCHEMA_CHARS, faults_of

OUTSIDE = "http://127.0.0.1:9/schema", "file:///etc/passwd", "https://example.com/s", "other.json"


def verdict(schema: dict[str, Any], answer: str) -> Verdict:
    """What is said of an answer."""
    return verdict_on(Request(json.dumps(schema).encode(), answer.encode("utf-8", "surrogatepass"), 1.0))


def fault(schema: dict[str, Any], value: object) -> str | None:
    """Why a value does not fit."""
    found = verdict(schema, json.dumps(value))
    assert found.uncheckable is None
    return found.fault


PRODUCT = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "pattern": "^[A-Z]"},
        "price": {"type": "number", "minimum": 0},
        "tags": {"type": "array", "items": {"type": "string", "maxLength": 3}, "uniqueItems": True},
        "size": {"anyOf": [{"type": "null"}, {"type": "object", "properties": {"cm": {"type": "integer"}}}]},
        "a b": {"const": 1},
    },
    "required": ["name"],
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"name": "A", "price": 1.5, "tags": ["a", "b"], "size": None}, None),
        ([], 'does not fit the schema at $: [] is not of type "object"'),
        ({}, 'at $: "name" is a required property'),
        ({"name": "a"}, 'at $.name: "a" does not match'),
        ({"name": "A", "price": -1}, "at $.price: -1 is less than the minimum of 0"),
        ({"name": "A", "tags": ["a", "long"]}, "at $.tags[1]: "),
        ({"name": "A", "tags": ["a", "a"]}, "at $.tags: "),
        ({"name": "A", "size": {"cm": "x"}}, 'at $.size.cm: "x" is not of type "integer"'),
        ({"name": "A", "a b": 2}, "at $['a b']: "),
        ({"name": "A", "more": 1}, "at $: "),
    ],
)
def test_what_is_wrong_is_said_with_its_place(value: object, said: str | None) -> None:
    found = fault(PRODUCT, value)
    assert (found is None) if said is None else (found is not None and said in found), found


@pytest.mark.parametrize(
    "answer", ["", "{", "nonsense", "NaN", '{"a": Infinity}', "1 2", "1e400", "[" * 100_000, "9" * 5_000]
)
def test_what_is_no_json_is_said_to_be_none(answer: str) -> None:
    found = verdict({}, answer).fault
    assert found is not None
    assert found.startswith("is not JSON")
    assert len(found) < 1_000


def test_odd_answers_fit_where_they_should() -> None:
    for answer in (
        '"\\ud800"',
        "1e300",
        "12345678901234567890123",
        "-0.0",
        '{"\\u0000": "\\u0000"}',
        "[" * 200 + "]" * 200,
    ):
        assert verdict({"type": ["string", "number", "object", "array"]}, answer) == Verdict(), answer
    assert verdict({"type": "integer"}, "1.0") == Verdict()


@pytest.mark.parametrize("target", OUTSIDE)
@pytest.mark.parametrize("word", ["$ref", "$dynamicRef"])
def test_nothing_outside_is_referred_to(word: str, target: str) -> None:
    """Told when it is written; one that was stored before is not followed either."""
    schema = {"properties": {"a": {word: target}}}
    assert [found.partition(":")[0] for found in faults_of(schema)] == ["must be complete in itself"]
    said = verdict(schema, '{"a": 1}')
    assert said.fault is None
    assert said.uncheckable is not None


@pytest.mark.parametrize("word", ["$ref", "$dynamicRef"])
def test_what_is_there_to_be_fetched_is_not(word: str, tmp_path: Path) -> None:
    """A file that would tell whether the answer fits."""
    file = tmp_path / "schema.json"
    file.write_text('{"type": "string"}')
    assert verdict({"type": "string"}, "1").fault is not None
    for schema in ({word: file.as_uri()}, {"$id": file.as_uri() + "/../other.json", word: "schema.json"}):
        said = verdict(schema, "1")
        assert said.fault is None
        assert said.uncheckable is not None


@pytest.mark.parametrize("target", OUTSIDE)
@pytest.mark.parametrize("word", ["$schema", "$id"])
def test_the_names_of_schemas_are_not_looked_up(word: str, target: str) -> None:
    assert list(faults_of({word: target, "type": "string"})) == []
    assert verdict({word: target, "type": "string"}, '"a"') == Verdict()
    assert verdict({"$defs": {"a": {word: target, "type": "string"}}, "$ref": "#/$defs/a"}, '"a"') == Verdict()


def test_a_draft_is_held_to_its_own_rules() -> None:
    seven = {"$schema": "http://json-schema.org/draft-07/schema#", "items": [{"type": "string"}]}
    assert list(faults_of(seven)) == []
    assert fault(seven, [1]) is not None
    assert fault({"prefixItems": [{"type": "string"}]}, [1]) is not None
    four = {"$schema": "http://json-schema.org/draft-04/schema#", "maximum": 5, "exclusiveMaximum": True}
    assert list(faults_of(four)) == []
    assert fault(four, 5) is not None
    assert fault({"format": "email", "$schema": "http://json-schema.org/draft-07/schema#"}, "no address") is None


PYTHONS = {
    r"\A(?P<a>x)\Z": ("x", "yx"),
    r"^a{,3}$": ("aa", "b"),
    r"^{a}$": ("{a}", "a"),
    r"^a(?#one of them)[Z{\]]$": ("a{", "aZ!"),
    r"^\\Z$": ("\\Z", "Z"),
}


@pytest.mark.parametrize("pattern", PYTHONS)
def test_patterns_that_python_alone_knows_still_work(pattern: str) -> None:
    good, bad = PYTHONS[pattern]
    schema = {"items": {"pattern": pattern}}
    assert list(faults_of(schema)) == []
    assert fault(schema, [good]) is None
    assert fault(schema, [good, bad]) is not None
    named = {"patternProperties": {pattern: False}, "const": {bad: {"pattern": pattern}}}
    assert fault(named, {bad: {"pattern": pattern}}) is None


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({"type": "strin"}, "is not a valid JSON schema at $.type"),
        ({"properties": {"a": {"minimum": "x"}}}, "at $.properties.a.minimum"),
        ({"properties": {"a": {"pattern": "("}}}, "pattern"),
        ({"patternProperties": {"[": {}}}, ""),
        ({"$ref": "#/$defs/missing"}, "missing"),
        ({"pattern": "(" * 300 + ")" * 300}, "pattern"),
        ({"pattern": "((a{1000}){1000}){1000}"}, "pattern"),
        ({"enum": ["x" * MAX_SCHEMA_CHARS]}, "must not be longer than"),
    ],
)
def test_what_the_engine_cannot_use_is_told_when_it_is_written(schema: dict[str, Any], said: str) -> None:
    found = list(faults_of(schema))
    assert len(found) == 1
    assert said in found[0]
    assert len(found[0]) < 1_000

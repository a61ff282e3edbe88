"""Schemas and answers that cost more than they look: each ends within its bound, and holds up nobody else."""

import asyncio
import os
import signal
import time
from collections.abc import Iterator
from typing import Any

import pytest

from pressrun.agents.schema_checker import SchemaChecker
from pressrun.agents.schema_wire import UncheckableError
from pressrun.agents.schemas import MAX_SCHEMA_CHARS, faults_of

LONG = 1_000_000


def doubling(word: str, levels: int) -> dict[str, Any]:
    """A schema in which every level asks the next one twice."""
    steps: dict[str, Any] = {
        f"s{level}": {word: [{"$ref": f"#/$defs/s{level + 1}"}, {"$ref": f"#/$defs/s{level + 1}"}]}
        for level in range(levels)
    }
    return {"$defs": {**steps, f"s{levels}": {"type": "string"}}, "$ref": "#/$defs/s0"}


COSTLY: dict[str, tuple[dict[str, Any], str]] = {
    "alternatives that double": (doubling("anyOf", 50), "1"),
    "parts that double, deep in the answer": (
        {"items": {"anyOf": [{"$ref": "#"}, {"$ref": "#"}]}, "type": "array"},
        "[" * 60 + "1" + "]" * 60,
    ),
}
"""Nobody can say whether these fit, and that is said."""

BOUNDED: dict[str, tuple[dict[str, Any], str]] = {
    "a schema that is itself": ({"$ref": "#"}, "1"),
    "a long way round": ({"$defs": {"a": {"allOf": [{"$ref": "#/$defs/a"}]}}, "$ref": "#/$defs/a"}, "1"),
    "a pattern in a pattern": ({"pattern": "^(a+)+$"}, '"' + "a" * LONG + '!"'),
    "alternatives that overlap": ({"pattern": "(a|a)*b"}, '"' + "a" * LONG + '"'),
    "a pattern for names": ({"patternProperties": {"^(a+)+$": False}}, '{"' + "a" * LONG + '!": 1}'),
    "a hundred thousand different things": ({"uniqueItems": True}, str(list(range(100_000)))),
    "thirty thousand different objects": (
        {"uniqueItems": True},
        "[" + ",".join(f'{{"a":[{number}]}}' for number in range(30_000)) + "]",
    ),
    "a huge number": ({"multipleOf": 0.0001}, "1e308"),
    "four thousand digits": ({"multipleOf": 7, "maximum": 1}, "9" * 4_000),
}
"""These are answered, one way or the other."""


@pytest.fixture(scope="module")
def checker() -> Iterator[SchemaChecker]:
    """With little patience."""
    checker = SchemaChecker(cpu_s=0.3, wall_s=10)
    yield checker
    checker.close()


@pytest.mark.parametrize("name", COSTLY)
async def test_what_cannot_be_known_in_time_is_given_up(checker: SchemaChecker, name: str) -> None:
    schema, answer = COSTLY[name]
    with pytest.raises(UncheckableError, match="processor time"):
        await checker.why_not(answer, schema)


@pytest.mark.parametrize("name", BOUNDED)
async def test_what_looks_costly_is_answered(checker: SchemaChecker, name: str) -> None:
    schema, answer = BOUNDED[name]
    await checker.why_not(answer, schema)


async def test_a_pattern_that_looks_around_or_back_is_bounded(checker: SchemaChecker) -> None:
    ahead, back = {"pattern": "^(?=.*x)(a+)+x$"}, {"pattern": r"(a+)\1+b"}
    assert list(faults_of(ahead)) == list(faults_of(back)) == []
    assert await checker.why_not('"aax"', ahead) is None
    assert await checker.why_not('"' + "a" * LONG + 'x!"', ahead) is not None
    assert await checker.why_not('"aab"', back) is None
    with pytest.raises(UncheckableError, match="pattern"):
        await checker.why_not('"' + "a" * 20_000 + '"', back)


async def test_whoever_passed_the_bound_once_holds_up_nobody(checker: SchemaChecker) -> None:
    """Twenty such answers wait in a line of their own."""
    hostile = doubling("anyOf", 60)
    with pytest.raises(UncheckableError):
        await checker.why_not("1", hostile)
    waiting = [asyncio.ensure_future(checker.why_not("1", hostile)) for _ in range(20)]
    await asyncio.sleep(0)
    assert await checker.why_not("1", {"type": "string"}) is not None
    assert sum(one.done() for one in waiting) < 10
    for one in waiting:
        one.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_a_process_that_is_killed_is_replaced() -> None:
    checker = SchemaChecker()
    assert await checker.why_not('"a"', {"type": "string"}) is None
    for child in list(checker.children):
        os.kill(child.pid, signal.SIGKILL)
    assert await checker.why_not('"a"', {"type": "string"}) is None
    checker.close()


SCHEMAS = {
    "alternatives that double": doubling("allOf", 60),
    "wide alternatives": {"anyOf": [{"const": number} for number in range(5_000)]},
    "many patterns": {"patternProperties": {f"^{number}(\\w{{50}})+$": {} for number in range(3_000)}},
    "patterns that grow": {"patternProperties": {f"{number}(\\p{{L}}{{90}}){{9}}": {} for number in range(3_000)}},
    "itself": {"$ref": "#"},
    "each the next": {
        "$defs": {str(number): {"$ref": f"#/$defs/{number + 1}"} for number in range(2_000)} | {"2000": {}},
        "$ref": "#/$defs/0",
    },
    "nested": {"enum": [[[[[]]]]] * 9_000},
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_to_look_at_a_schema_takes_little(name: str) -> None:
    """In the process that is asked, which others are asked meanwhile."""
    schema = SCHEMAS[name]
    assert len(str(schema)) < 3 * MAX_SCHEMA_CHARS
    before = time.process_time()
    list(faults_of(schema))
    assert time.process_time() - before < 5.0

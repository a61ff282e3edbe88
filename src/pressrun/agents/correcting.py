"""An answer held against its prompt's JSON schema, and the question that asks for a better one."""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from pressrun.agents.schema_checker import SchemaChecker
from pressrun.agents.schema_wire import UncheckableError
from pressrun.errors import FailureCode, RunFailure
from pressrun.models.provider import Message, Question

LONGEST_SHOWN = 32_000
"""Characters of an answer that the model sees again."""

NOTHING = "(nothing)"
CORRECTION = (
    "Your answer cannot be used: it {fault}. Answer again with JSON that fits the schema, and nothing else:"
    " no explanation, no code fence."
)
LONGEST_CORRECTION = 1_500
"""Characters of the request to answer again, what is wrong included."""

_FENCE = re.compile(r"\s*```(?:json|JSON)?\s*\n(?P<inside>.*?)\n?```\s*", re.DOTALL)


async def checked(text: str, schema: Mapping[str, Any]) -> tuple[str, str | None]:
    """The JSON in an answer, and why it does not fit the schema; None when it does.

    Raises RunFailure (schema_error) for an answer that cannot be held against it: asking again would not help.
    """
    found = json_of(text)
    try:
        return found, await _checker().why_not(found, schema)
    except UncheckableError as problem:
        raise RunFailure(FailureCode.SCHEMA_ERROR, f"the answer cannot be checked: {problem}") from None


def json_of(answer: str) -> str:
    """The JSON in a model's answer: the answer itself, or what stands in its code fence."""
    fenced = _FENCE.fullmatch(answer)
    return (fenced["inside"] if fenced else answer).strip()


def corrected(question: Question, text: str, fault: str) -> Question:
    """The question again, with the last answer to it and what is wrong with that."""
    said = Message("assistant", text[:LONGEST_SHOWN] or NOTHING)
    wish = Message("user", CORRECTION.format(fault=fault)[:LONGEST_CORRECTION])
    return replace(question, messages=(*question.messages, said, wish))


@cache
def _checker() -> SchemaChecker:
    """One for the whole process: its own processes are started by the first answer that needs them."""
    return SchemaChecker()

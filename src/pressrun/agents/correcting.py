"""An answer held against its prompt's JSON schema, and the question that asks for a better one."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

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


def checked(text: str, schema: Mapping[str, Any]) -> tuple[str, str | None]:
    """The JSON in an answer, and why it does not fit the schema; None when it does."""
    from pressrun.agents.schemas import json_of, validator, why_not  # noqa: PLC0415 - slow, and few prompts need it

    found = json_of(text)
    return found, why_not(found, validator(schema))


def corrected(question: Question, text: str, fault: str) -> Question:
    """The question again, with the last answer to it and what is wrong with that."""
    said = Message("assistant", text[:LONGEST_SHOWN] or NOTHING)
    wish = Message("user", CORRECTION.format(fault=fault)[:LONGEST_CORRECTION])
    return replace(question, messages=(*question.messages, said, wish))

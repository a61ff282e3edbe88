"""Tools that Pressrun runs itself when a model calls them: what is offered, and what a call of it brings back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from pressrun.errors import Code, PressrunError
from pressrun.models.provider import Tool, ToolCall

LONGEST_FOUND = 100_000
"""Characters of a result that the model is told."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a tool brought back: the text that the model is told, and what stands beside its answer, by name."""

    text: str
    data: Mapping[str, Any] = field(default_factory=dict)


class BuiltIn(Protocol):
    """A tool of Pressrun's own."""

    @property
    def tool(self) -> Tool:
        """As it is offered to the model."""
        ...

    def begun(self, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """What stands beside the answer while the tool is at work, by name."""
        ...

    async def run(self, arguments: Mapping[str, Any]) -> Found:
        """Do it; raises PressrunError for arguments that will not do, RunFailure where it cannot be done."""
        ...


async def run_tool(built_in: BuiltIn, call: ToolCall) -> Found:
    """What a call brings back; what is wrong with it is told to the model, which may do better.

    Raises RunFailure, and PressrunError where nothing is wrong with the call.
    """
    try:
        return await built_in.run(arguments_of(call))
    except PressrunError as error:
        if error.code not in {Code.INVALID, Code.NOT_FOUND}:
            raise
        return Found(f"This call failed: {error}")


def arguments_of(call: ToolCall) -> Mapping[str, Any]:
    """The arguments of a call; none where the model wrote no JSON object."""
    try:
        arguments = json.loads(call.arguments or "{}")
    except (ValueError, RecursionError):
        return {}
    return arguments if isinstance(arguments, dict) else {}


def text_argument(arguments: Mapping[str, Any], name: str) -> str:
    """An argument that is text; empty where there is none."""
    value = arguments.get(name)
    return value if isinstance(value, str) else ""

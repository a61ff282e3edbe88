"""A tool that runs a deployed agent."""

import re
from collections.abc import Mapping
from typing import Any

from pressrun.agents.agent import Agent
from pressrun.agents.answering import Clock
from pressrun.agents.attachments import Attachments
from pressrun.agents.context import Context
from pressrun.agents.definition import AgentDefinition
from pressrun.agents.input_kinds import DropdownInput, Input, TextInput
from pressrun.agents.outcome import Call
from pressrun.agents.run import run
from pressrun.agents.submit import checked
from pressrun.chat.tools import Found
from pressrun.models.provider import Provider, Tool

LONGEST_WORD = 50


class AgentTool:
    """Runs the deployed version of an agent with what the model gives as its inputs; its calls go onto `calls`.

    `context` finds the passages of its graphs.
    """

    def __init__(
        self,
        name: str,
        agent: Agent,
        definition: AgentDefinition,
        description: str,
        *,
        provider: Provider,
        calls: list[Call],
        clock: Clock,
        attachments: Attachments,
        context: Context | None = None,
    ) -> None:
        self._name = name
        self._agent = agent
        self._definition = definition
        self._description = description or definition.description or f"Writes: {definition.name}."
        self._provider = provider
        self._calls = calls
        self._clock = clock
        self._attachments = attachments
        self._context = context
        self._inputs = named_inputs(definition)

    @property
    def tool(self) -> Tool:
        """See BuiltIn.tool."""
        parameters = {
            "type": "object",
            "properties": {word: _property(declared) for word, declared in self._inputs.items()},
            "required": [word for word, declared in self._inputs.items() if declared.required],
        }
        return Tool(self._name, self._description, parameters)

    def begun(self, _arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """See BuiltIn.begun."""
        return {}

    async def run(self, arguments: Mapping[str, Any]) -> Found:
        """See BuiltIn.run."""
        given = [
            {
                "id": self._inputs[word].name,
                "value": [str(one) for one in value] if isinstance(value, list) else [str(value)],
            }
            for word, value in arguments.items()
            if word in self._inputs and value is not None
        ]
        organization_id = self._agent.organization_id
        values = await checked(self._attachments, organization_id, self._definition, given)
        attached = await self._attachments.attach(organization_id, self._definition, values, self._provider)
        result = await run(
            self._definition, attached.values, attached.provider, self._calls, self._clock, context=self._context
        )
        told = {"application_id": self._agent.id, "title": result.title, "suggestion": result.suggestion}
        return Found(result.suggestion, {"application_data": [told]})


def named_inputs(definition: AgentDefinition) -> dict[str, Input]:
    """The inputs by names that every provider takes for an argument: letters, digits and underscores."""
    named: dict[str, Input] = {}
    for declared in definition.inputs:
        named[unlike(word_of(declared.name), named)] = declared
    return named


def word_of(name: str) -> str:
    """A name as one word of ASCII letters, digits and underscores."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:LONGEST_WORD] or "input"


def unlike(word: str, taken: Mapping[str, object]) -> str:
    """The word, with a number behind it where it is taken."""
    number, found = 2, word
    while found in taken:
        found = f"{word}_{number}"
        number += 1
    return found


def _property(declared: Input) -> dict[str, Any]:
    description = f"{declared.name}: {declared.description}" if declared.description else declared.name
    if isinstance(declared, DropdownInput):
        return {"type": "string", "enum": list(declared.options), "description": description}
    if isinstance(declared, TextInput) and declared.max_fields > 1:
        return {"type": "array", "items": {"type": "string"}, "description": description}
    return {"type": "string", "description": description}

"""A tool that asks Knowledge Graphs."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from pressrun.chat.tools import Found, text_argument
from pressrun.errors import Code, PressrunError
from pressrun.knowledge.answers import GraphAnswer
from pressrun.models.provider import Tool

DESCRIPTION = "Answers a question from the documents of this organization. Ask it before you answer from memory."
PARAMETERS = {
    "type": "object",
    "properties": {"question": {"type": "string", "description": "The question, complete in itself."}},
    "required": ["question"],
}
BESIDE = ("sources", "subqueries", "references")
"""What of an answer stands in `graph_data`."""


class GraphTool:
    """Asks by `ask`, which counts its calls of models."""

    def __init__(self, name: str, description: str, ask: Callable[[str], Awaitable[GraphAnswer]]) -> None:
        self._name = name
        self._description = description
        self._ask = ask

    @property
    def tool(self) -> Tool:
        """See BuiltIn.tool."""
        return Tool(self._name, self._description or DESCRIPTION, PARAMETERS)

    def begun(self, _arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """See BuiltIn.begun."""
        return {"graph_data": {"status": "processing"}}

    async def run(self, arguments: Mapping[str, Any]) -> Found:
        """See BuiltIn.run."""
        question = text_argument(arguments, "question")
        if not question.strip():
            raise PressrunError(Code.INVALID, 'it needs {"question": "…"}')
        answered = (await self._ask(question)).as_data()
        beside = {name: answered[name] for name in BESIDE}
        return Found(answered["answer"], {"graph_data": {"status": "finished", **beside}})

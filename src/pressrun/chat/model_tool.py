"""A tool that asks another model."""

from collections.abc import Mapping
from typing import Any

from pressrun.chat.tools import Found, text_argument
from pressrun.errors import Code, PressrunError
from pressrun.models.provider import Message, Provider, Question, Tool

PARAMETERS = {
    "type": "object",
    "properties": {"prompt": {"type": "string", "description": "What to ask it, complete in itself."}},
    "required": ["prompt"],
}


class ModelTool:
    """Asks `model` through `provider`, which counts the calls."""

    def __init__(self, name: str, model: str, description: str, provider: Provider) -> None:
        self._name = name
        self._model = model
        self._description = description
        self._provider = provider

    @property
    def tool(self) -> Tool:
        """See BuiltIn.tool."""
        return Tool(self._name, self._description or f"Asks the model {self._model}.", PARAMETERS)

    def begun(self, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        """See BuiltIn.begun."""
        return self._beside(arguments)

    async def run(self, arguments: Mapping[str, Any]) -> Found:
        """See BuiltIn.run."""
        prompt = text_argument(arguments, "prompt")
        if not prompt.strip():
            raise PressrunError(Code.INVALID, 'it needs {"prompt": "…"}')
        answered = await self._provider.complete(Question(self._model, (Message("user", prompt),)))
        return Found(answered.text, self._beside(arguments))

    def _beside(self, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"llm_data": {"prompt": text_argument(arguments, "prompt"), "model": self._model}}

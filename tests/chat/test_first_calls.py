"""What is run before a model is asked that calls no tools."""

from typing import Any

from pressrun.api.chat_offers import first_calls
from pressrun.chat.graph_tool import GraphTool
from pressrun.models.known import LOCAL, SCRIPTED
from pressrun.models.provider import Message


def test_the_embedded_model_is_told_before_it_is_asked() -> None:
    async def never(_question: str) -> Any:
        raise AssertionError

    tools = {"ask_knowledge_graph": GraphTool("ask_knowledge_graph", "", never)}
    messages = [Message("user", "How long?"), Message("assistant", "Hm."), Message("system", "x")]
    (call,) = first_calls(LOCAL, tools, messages)
    assert (call.name, call.arguments) == ("ask_knowledge_graph", '{"question": "How long?"}')
    assert first_calls(SCRIPTED, tools, messages) == first_calls(LOCAL, tools, messages[1:]) == ()

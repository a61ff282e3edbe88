"""Chats as tests ask for them, and their streams as they arrive."""

import json
from typing import Any

import msgspec

from tests.api.client import Answer, Client

CHAT = "/v1/chat"
OPENAI_CHAT = "/v1/chat/completions"
COMPLETIONS = "/v1/completions"
WEATHER = {
    "type": "function",
    "function": {"name": "weather", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}},
}


def says(prompt: str, **more: Any) -> dict[str, Any]:
    """A request with one message of a user's."""
    return {"model": "scripted", "messages": [{"role": "user", "content": prompt}], **more}


def message_of(answer: Answer) -> dict[str, Any]:
    """The message of an answer's only choice."""
    (choice,) = answer.ok()["choices"]
    found: dict[str, Any] = choice["message"]
    return found


def chunks(answer: Answer) -> list[Any]:
    """The chunks of a stream that has ended as it should."""
    assert answer.status == 200, answer.raw
    assert answer.headers["content-type"].startswith("text/event-stream")
    blocks = [block for block in answer.raw.decode().split("\n\n") if block and not block.startswith(":")]
    assert blocks.pop() == "data: [DONE]"
    assert all(block.startswith("data: ") for block in blocks), "Writer's clients drop what has an event's name"
    return [msgspec.json.decode(block.removeprefix("data: ")) for block in blocks]


def text_of(found: list[Any], number: int = 0) -> str:
    """The text that the chunks of a choice make up."""
    deltas = [choice["delta"] for chunk in found for choice in chunk["choices"] if choice["index"] == number]
    return "".join(delta.get("content", "") for delta in deltas)


async def scripted(client: Client, name: str, *rules: dict[str, Any], **more: Any) -> None:
    """A model that answers by rules."""
    (await client.post("/v1/models", {"name": name, "script": json.dumps(rules), **more})).ok(201)

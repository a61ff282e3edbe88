"""Images, tools and probabilities in OpenAI's format, sent and received, whole and in pieces."""

import json
from dataclasses import replace

import pytest

from pressrun.errors import FailureCode
from pressrun.models.openai_compatible import OpenAICompatible
from pressrun.models.provider import Answer, ImagePart, Message, Question, TextPart, Tool, ToolCall
from tests.models.asking import QUESTION, failure
from tests.models.raw_provider import RawProvider, Reply, completion, events

PIXEL = ImagePart.of("image/png", b"not really")
WEATHER = Tool("weather", "Tells the weather.", {"type": "object", "properties": {"city": {"type": "string"}}})
WITH_TOOLS = replace(QUESTION, tools=(WEATHER, Tool("now")))
CALL = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Bern"}'}}
CALLED = ToolCall("call_1", "weather", '{"city":"Bern"}')
TOKEN = {"token": "Hi", "logprob": -0.1, "top_logprobs": []}
SSE = {"Content-Type": "text/event-stream"}


def answer_with(**message: object) -> bytes:
    choice = {"index": 0, "finish_reason": "tool_calls", "message": {"role": "assistant", "content": None, **message}}
    return json.dumps({"choices": [choice], "usage": {"prompt_tokens": 1, "completion_tokens": 1}}).encode()


def chunk(finish: str | None = None, logprobs: object = None, **delta: object) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": logprobs}
    return json.dumps({"choices": [choice]}).encode()


def piece(
    number: int | None, name: str | None = None, arguments: str | None = None, call_id: str | None = None
) -> object:
    found: dict[str, object] = {"function": {"name": name, "arguments": arguments}}
    return found | ({} if number is None else {"index": number}) | ({} if call_id is None else {"id": call_id})


async def test_parts_of_a_message(provider: RawProvider, client: OpenAICompatible) -> None:
    provider.replies = [Reply(completion())]
    parts = (TextPart("What is "), PIXEL, TextPart("this?"), ImagePart("https://host/a.png"))
    await client.complete(Question("m", (Message("user", parts, name="ann"),)))
    assert provider.asked[0].body["messages"] == [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "What is "},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,bm90IHJlYWxseQ=="}},
                {"type": "text", "text": "this?"},
                {"type": "image_url", "image_url": {"url": "https://host/a.png"}},
            ],
            "name": "ann",
        }
    ]


async def test_tools_and_their_results_are_sent(provider: RawProvider, client: OpenAICompatible) -> None:
    provider.replies = [Reply(completion())]
    turns = (Message("assistant", "", tool_calls=(CALLED,)), Message("tool", "dry", tool_call_id="call_1"))
    await client.complete(
        replace(WITH_TOOLS, messages=(*QUESTION.messages, *turns), options={"tool_choice": "auto", "top_p": 0.5})
    )
    body = provider.asked[0].body
    assert body["messages"][2:] == [
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "content": "dry", "tool_call_id": "call_1"},
    ]
    assert body["tools"] == [
        {
            "type": "function",
            "function": {
                "name": "weather",
                "description": "Tells the weather.",
                "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
            },
        },
        {"type": "function", "function": {"name": "now"}},
    ]
    assert (body["tool_choice"], body["top_p"]) == ("auto", 0.5)


async def test_calls_in_an_answer(provider: RawProvider, client: OpenAICompatible) -> None:
    provider.replies = [Reply(answer_with(tool_calls=[CALL]))]
    answered = await client.complete(WITH_TOOLS)
    assert (answered.text, answered.finish_reason, answered.tool_calls) == ("", "tool_calls", (CALLED,))
    assert (await failure(client)).code == FailureCode.INVALID_OUTPUT, "nobody has offered a tool"


@pytest.mark.parametrize("calls", [5, [5], [{}], [{"function": "x"}], [CALL] * 129], ids=range(5))
async def test_calls_that_are_none(provider: RawProvider, client: OpenAICompatible, calls: object) -> None:
    provider.replies = [Reply(answer_with(tool_calls=calls))]
    assert (await failure(client, WITH_TOOLS)).code == FailureCode.INVALID_OUTPUT


async def test_calls_in_pieces(provider: RawProvider, client: OpenAICompatible) -> None:
    stream = (
        chunk(role="assistant", content=""),
        chunk(tool_calls=[piece(0, "weather", "", "call_1")]),
        chunk(tool_calls=[piece(0, None, '{"city":'), piece(1, "now", "{}")]),
        chunk(tool_calls=[piece(0, None, '"Bern"}')]),
        chunk("tool_calls"),
    )
    provider.replies = [Reply(events(*stream, b"[DONE]"), headers=SSE)]
    (answered,) = [item async for item in client.stream(WITH_TOOLS)]
    assert isinstance(answered, Answer)
    assert (answered.text, answered.finish_reason) == ("", "tool_calls")
    assert answered.tool_calls == (CALLED, ToolCall("call_1", "now", "{}"))


async def test_unnumbered_pieces_and_an_early_end(provider: RawProvider, client: OpenAICompatible) -> None:
    stream = (chunk(tool_calls=[piece(None, "now", "{")]), chunk("length"))
    provider.replies = [Reply(events(*stream, b"[DONE]"), headers=SSE)]
    (answered,) = [item async for item in client.stream(WITH_TOOLS)]
    assert isinstance(answered, Answer)
    assert (answered.finish_reason, answered.tool_calls) == ("length", (ToolCall("call_0", "now", "{"),))


async def test_arguments_without_end(provider: RawProvider) -> None:
    client = OpenAICompatible(provider.base_url, max_answer_bytes=100)
    stream = (
        chunk(tool_calls=[piece(0, "now", "x" * 60)]),
        chunk(tool_calls=[piece(0, None, "x" * 60)]),
        chunk("stop"),
    )
    provider.replies = [Reply(events(*stream), headers=SSE)]
    try:
        with pytest.raises(Exception, match="more than 100 bytes"):
            [item async for item in client.stream(WITH_TOOLS)]
    finally:
        await client.close()


async def test_probabilities(provider: RawProvider, client: OpenAICompatible) -> None:
    told = {"content": [TOKEN], "refusal": None}
    whole = json.loads(completion("Hi"))
    whole["choices"][0]["logprobs"] = told
    stream = (chunk(content="Hi", logprobs=told), chunk(content="!", logprobs=told), chunk("stop"))
    provider.replies = [Reply(json.dumps(whole).encode()), Reply(events(*stream), headers=SSE)]
    question = replace(QUESTION, options={"logprobs": True})
    assert (await client.complete(question)).logprobs == told
    *_, answered = [item async for item in client.stream(question)]
    assert isinstance(answered, Answer)
    assert answered.logprobs == {"content": [TOKEN, TOKEN], "refusal": None}


def test_fingerprints() -> None:
    assert PIXEL.fingerprint.startswith("image/png:")
    assert PIXEL.fingerprint != ImagePart.of("image/png", b"another").fingerprint
    for url in ("https://host/a.png", "data:image/png;base64,%%%", "data:image/png;base64,", "x;base64,aGk="):
        assert ImagePart(url).fingerprint == url

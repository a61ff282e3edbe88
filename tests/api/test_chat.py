"""Chats over HTTP: shapes, streams, tools, leniency, refusals."""

import base64
import json
from typing import Any

import pytest
from dirty_equals import IsInt, IsUUID

from tests.api.chats import CHAT, OPENAI_CHAT, WEATHER, chunks, message_of, says, scripted, text_of
from tests.api.client import Client
from tests.api.samples import deploy
from tests.api.samples import says as prompts

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)


async def test_an_answer_in_the_shape_of_both(client: Client) -> None:
    for path in (CHAT, OPENAI_CHAT):
        cached = {"cached_tokens": 0}
        assert (await client.post(path, says("two words"))).ok() == {
            "id": IsUUID,
            "object": "chat.completion",
            "created": IsInt(gt=1_700_000_000),
            "model": "scripted",
            "choices": [
                {
                    "index": 0,
                    "finish_reason": "stop",
                    "message": {"role": "assistant", "content": "two words", "refusal": None},
                    "logprobs": None,
                }
            ],
            "usage": {
                "prompt_tokens": 2,
                "completion_tokens": 2,
                "total_tokens": 4,
                "prompt_token_details": cached,
                "prompt_tokens_details": cached,
            },
        }


async def test_a_stream(client: Client) -> None:
    found = chunks(await client.post(CHAT, says("one two three", stream=True, stream_options={"include_usage": True})))
    assert {chunk["object"] for chunk in found} == {"chat.completion.chunk"}
    assert len({(chunk["id"], chunk["created"], chunk["model"]) for chunk in found}) == 1
    assert found[0]["choices"][0]["delta"] == {"role": "assistant", "content": ""}
    assert text_of(found) == "one two three"
    assert len(found) == 6, "one for the role, one for each word, one for the end, one for the usage"
    assert [chunk["choices"][0]["finish_reason"] for chunk in found[:-1]] == [None] * 4 + ["stop"]
    assert (found[-1]["choices"], found[-1]["usage"]["total_tokens"]) == ([], 6)
    plain = chunks(await client.post(CHAT, says("one", stream=True)))
    assert all("usage" not in chunk for chunk in plain)


async def test_several_answers(client: Client) -> None:
    await scripted(client, "counts", {"answer": "one", "times": 1}, {"answer": "two"})
    whole = (await client.post(CHAT, says("x", model="counts", n=2))).ok()
    assert sorted(choice["message"]["content"] for choice in whole["choices"]) == ["one", "two"]
    assert [choice["index"] for choice in whole["choices"]] == [0, 1]
    assert whole["usage"]["prompt_tokens"] == 2
    found = chunks(await client.post(CHAT, says("a b", n=3, stream=True)))
    assert [text_of(found, number) for number in range(3)] == ["a b"] * 3


async def test_functions_are_the_callers(client: Client) -> None:
    call = {"call": {"name": "weather", "arguments": {"city": "Bern"}}, "match": "rain"}
    await scripted(client, "calls", call, {"match": "dry", "answer": "It does not rain."})
    body = says("Does it rain?", model="calls", tools=[WEATHER], tool_choice="auto")
    answered = (await client.post(OPENAI_CHAT, body)).ok()["choices"][0]
    assert (answered["finish_reason"], answered["message"]["content"]) == ("tool_calls", "")
    (called,) = answered["message"]["tool_calls"]
    assert (called["type"], called["function"]["name"]) == ("function", "weather")
    assert json.loads(called["function"]["arguments"]) == {"city": "Bern"}
    found = chunks(await client.post(OPENAI_CHAT, {**body, "stream": True}))
    (streamed,) = next(one for chunk in found if (one := chunk["choices"][0]["delta"].get("tool_calls")))
    assert streamed == {"index": 0, **called}
    assert found[-1]["choices"][0]["finish_reason"] == "tool_calls"
    result = {"role": "tool", "tool_call_id": called["id"], "content": "dry"}
    body["messages"] += [answered["message"], result]
    assert message_of(await client.post(OPENAI_CHAT, body))["content"] == "It does not rain."


async def test_an_agent_as_a_tool(client: Client) -> None:
    agent_id = await deploy(client, prompts=prompts("scripted"), description="Says a text.")
    await scripted(
        client,
        "boss",
        {"match": "go", "call": {"name": "run_echo", "arguments": {"wrong": "x"}}},
        {"match": "This call failed", "call": {"name": "run_echo", "arguments": {"text": ["a", "b"]}}},
        {"answer": "It says: {prompt}"},
    )
    tool = {"type": "application", "function": {"application_id": "echo"}}
    body = says("go", model="boss", tools=[tool])
    expected = [{"application_id": agent_id, "title": "Said", "suggestion": "a\nb"}]
    message = message_of(await client.post(CHAT, body))
    assert (message["content"], message["application_data"]) == ("It says: a\nb", expected)
    found = chunks(await client.post(CHAT, {**body, "stream": True}))
    assert text_of(found) == "It says: a\nb"
    assert expected in [chunk["choices"][0]["delta"].get("application_data") for chunk in found]
    usage = (await client.get("/v1/usage?group_by=agent,model")).ok()["data"]
    assert {(line["agent"], line["model"]): line["calls"] for line in usage} == {
        ("chat", "boss"): 6,
        (agent_id, "scripted"): 2,
    }


async def test_a_model_as_a_tool(client: Client) -> None:
    ask = {"match": "go", "call": {"name": "ask_scripted", "arguments": {"prompt": "six by seven"}}}
    await scripted(client, "boss", ask, {"answer": "I heard {prompt}"})
    tool = {"type": "llm", "function": {"model": "scripted", "description": "knows everything"}}
    message = message_of(await client.post(CHAT, says("go", model="boss", tools=[tool])))
    assert message["content"] == "I heard six by seven"
    assert message["llm_data"] == {"model": "scripted", "prompt": "six by seven"}
    assert (await client.get("/v1/usage")).ok()["total"]["calls"] == 3


async def test_an_answer_that_fits_a_schema(client: Client) -> None:
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}
    await scripted(client, "sloppy", {"match": "go", "answer": "a is 1"}, {"answer": '{"a": 1}'})
    for inner in ({"name": "x", "schema": schema, "strict": True}, schema):
        body = says("go", model="sloppy", response_format={"type": "json_schema", "json_schema": inner})
        assert message_of(await client.post(CHAT, body))["content"] == '{"a": 1}'
        assert text_of(chunks(await client.post(CHAT, {**body, "stream": True}))) == '{"a": 1}'
    usage = (await client.get("/v1/usage")).ok()["total"]
    assert (usage["calls"], usage["reasks"]) == (8, 4)
    refusal = await client.post(CHAT, says("no", response_format={"type": "json_object"}))
    assert (refusal.status, refusal.json["errors"][0]["extras"]["error_code"]) == (502, "schema_error")


async def test_images_reach_models_that_take_them(client: Client) -> None:
    await scripted(client, "sees", {"answer": "{images}"}, vision=True)
    await scripted(client, "blind", {"answer": "x"})
    data = base64.b64encode(b"pixels").decode()
    parts = [
        {"type": "text", "text": "What is this?"},
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}},
    ]
    messages = [{"role": "user", "content": parts}]
    seen = message_of(await client.post(CHAT, {"model": "sees", "messages": messages}))
    assert seen["content"].startswith("image/png:")
    refusal = await client.post(CHAT, {"model": "blind", "messages": messages})
    assert refusal.status == 400
    assert "takes no images" in refusal.json["message"]


async def test_what_clients_send_that_means_nothing(client: Client) -> None:
    odd: dict[str, Any] = {
        "role": "user", "content": None, "graph_data": {"sources": []}, "name": "n", "refusal": "no",
        "tool_call_id": "x", "tool_calls": [{"id": "i", "function": {"arguments": "a"}, "type": "function"}],
    }  # fmt: skip
    options = {
        "logprobs": True, "max_tokens": 0, "n": 0, "stop": "x", "temperature": 0, "top_p": 0, "stream": False,
        "response_format": {"type": "text", "json_schema": {}}, "tool_choice": {"value": "none"}, "user": "me",
        "stream_options": None, "tools": [{"type": "function", "function": {"name": "f", "parameters": {"a": "b"}}}],
    }  # fmt: skip
    for messages in ([{"role": "user"}], [odd], [{"role": "developer", "content": "Be brief."}, {"role": "user"}]):
        assert message_of(await client.post(CHAT, {"messages": messages, "model": "scripted", **options})) is not None


async def test_every_fault_is_told_at_once(client: Client) -> None:
    image = {"type": "image_url", "image_url": {"url": "file:///etc/passwd"}}
    messages = [
        {"role": "king", "content": "x"}, {"role": "user", "content": 5}, 7, {"role": "tool", "content": "x"},
        {"role": "user", "content": [{"type": "audio"}, image]}, {"role": "assistant", "tool_calls": [{}]},
    ]  # fmt: skip
    tools = [
        {"type": "web_search", "function": {}},
        {"type": "graph", "function": {"graph_ids": []}},
        5,
        WEATHER,
        WEATHER,
    ]
    body = {
        "messages": messages, "tools": tools, "tool_choice": "maybe", "n": 100, "temperature": True, "top_p": 2,
        "stop": [5], "response_format": {"type": "json_schema"}, "stream": "yes", "model": 5,
    }  # fmt: skip
    refusal = await client.post(OPENAI_CHAT, body)
    assert refusal.status == 400
    assert [error["extras"]["field"] for error in refusal.json["errors"]] == [
        "messages[0].role", "messages[1].content", "messages[2]", "messages[3].tool_call_id", "messages[4].content[0]",
        "messages[4].content[1]", "messages[5].tool_calls[0]", "tools[0]", "tools[1]", "tools[2]", "tools",
        "tool_choice", "top_p", "response_format", "model", "temperature", "stop", "n", "stream",
    ]  # fmt: skip
    assert refusal.json["error"] == {
        "message": refusal.json["message"],
        "type": "InvalidParameters",
        "param": "messages[0].role",
        "code": "invalid",
    }
    assert "error" not in (await client.post(CHAT, body)).json
    assert (await client.post(CHAT, {"model": "scripted"})).status == 400
    unknown = await client.post(OPENAI_CHAT, says("x", model="nobody"))
    assert (unknown.status, unknown.json["error"]["code"]) == (404, "not_found")
    assert (
        await client.post(CHAT, says("x", tools=[{"type": "application", "function": {"application_id": "nobody"}}]))
    ).status == 404
    assert (await client.get("/v1/usage")).ok()["total"]["calls"] == 0

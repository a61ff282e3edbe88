"""Trying out a draft: everything is told while it happens, nothing is kept but what it cost."""

import asyncio

import pytest

from tests.api.client import Client
from tests.api.events import events
from tests.api.samples import add_model, agent, deploy, text
from tests.api.server import Server

RUN = "/v1/applications/echo/draft/run"
TWO = [
    {"name": "first", "model": "scripted", "system": "Be brief.", "prompt": "<@Text>"},
    {"name": "second", "model": "scripted", "prompt": "again: @first"},
]


async def calls(client: Client) -> int:
    """How many calls stand in the books."""
    return int((await client.get("/v1/usage")).ok()["total"]["calls"])


async def test_everything_is_told_in_order(client: Client, server: Server) -> None:
    (await client.post("/v1/applications", agent(prompts=TWO, output={"title": "Said", "template": "@second!"}))).ok(
        201
    )
    told = events(await client.post(RUN, text("a")))
    names = [name for name, _ in told]
    assert [name for name in names if name != "delta"] == ["prompt", "prompt", "result"]
    assert (told[0][1]["prompt"], told[0][1]["model"], told[0][1]["part"]) == ("first", "scripted", None)
    heard = {
        one: "".join(data["text"] for name, data in told if name == "delta" and data["prompt"] == one)
        for one in ("first", "second")
    }
    result = told[-1][1]
    assert heard == {one["prompt"]: one["output"] for one in result["prompts"]}
    assert result["suggestion"] == f"{heard['second']}!"
    first, second = result["prompts"]
    assert first["messages"] == [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "<a>"}]
    assert second["messages"] == [{"role": "user", "content": f"again: {heard['first']}"}]
    assert (first["model"], first["cost"], len(first["calls"])) == ("scripted", 0, 1)
    assert result["usage"]["total_tokens"] == first["usage"]["total_tokens"] + second["usage"]["total_tokens"] > 0
    for name, shape in (("prompt", "DraftRunPrompt"), ("delta", "DraftRunDelta"), ("result", "DraftRunResult")):
        for data in (data for told_name, data in told if told_name == name):
            server.contract.validate(shape, data)
    assert await calls(client) == 2


async def test_a_definition_that_is_not_saved(client: Client) -> None:
    await deploy(client)
    changed = agent(prompts=[{"name": "say", "model": "scripted", "prompt": "changed @Text"}])
    told = events(await client.post(RUN, text("a", definition=changed)))
    assert told[-1][1]["prompts"][0]["messages"][0]["content"] == "changed a"
    assert (await client.get("/v1/applications/echo/draft")).ok()["prompts"][0]["prompt"] == "@Text"
    assert (await client.get("/v1/applications/echo/jobs")).ok()["totalCount"] == 0


async def test_values_one_after_the_other(client: Client) -> None:
    (await client.post("/v1/applications", agent())).ok(201)
    told = events(await client.post(RUN, text("a", "b", fan_out=True)))
    assert [(data["part"], data["prompt"]) for name, data in told if name == "prompt"] == [(1, "say"), (2, "say")]
    result = told[-1][1]
    assert [(one["part"], one["output"]) for one in result["prompts"]] == [(1, "a"), (2, "b")]
    assert [one["suggestion"] for one in result["results"]] == ["a", "b"]
    assert result["suggestion"] == "a\n\nb"


async def test_every_fault_is_told_at_once_before_anything_is_asked(client: Client) -> None:
    (await client.post("/v1/applications", agent())).ok(201)
    prompts = [
        {"name": "say", "model": "nobody", "prompt": "@Text"},
        {"name": "too", "models": ["scripted", "no one"], "prompt": "x"},
    ]
    refusal = await client.post(RUN, {"inputs": [{"id": "Tone", "value": ["x"]}], "definition": agent(prompts=prompts)})
    assert refusal.status == 400
    told = " ".join(refusal.descriptions)
    assert all(word in told for word in ("Tone", "Text", "nobody", "no one")), told
    assert (await client.post(RUN, {"definition": agent(prompts=[])})).status == 400
    assert (await client.post(RUN, text("a", definition=agent(prompts=[])))).status == 400
    assert (await client.post(RUN, text("a", stream=True))).descriptions[0].startswith("stream is not known here")
    assert (await client.post("/v1/applications/nobody/draft/run", text("a"))).status == 404
    assert await calls(client) == 0


async def test_a_failure_ends_the_stream_with_what_a_refusal_says(client: Client, server: Server) -> None:
    await add_model(client, "broken", {"fail": {"status": 400, "message": "too hot"}})
    prompts = [TWO[0], {"name": "second", "model": "broken", "prompt": "again: @first"}]
    (await client.post("/v1/applications", agent(prompts=prompts))).ok(201)
    told = events(await client.post(RUN, text("a")))
    assert (told[-1][0], told[-2][0]) == ("problem", "prompt")
    server.contract.validate("ErrorBody", told[-1][1])
    assert "too hot" in told[-1][1]["message"]
    assert told[-1][1]["errors"][0]["extras"]["error_code"] == "model_refused"
    assert await calls(client) == 2


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_a_listener_who_leaves_ends_the_call_and_it_is_counted(client: Client, server: Server) -> None:
    await add_model(client, "slow", {"answer": "x", "delay_s": 3600})
    (await client.post("/v1/applications", agent(prompts=[{"name": "say", "model": "slow", "prompt": "@Text"}]))).ok(
        201
    )
    headers = {"authorization": f"Bearer {client.token}"}
    async with server.session.post(server.url + RUN, json=text("a"), headers=headers) as response:
        assert await response.content.readline() == b"event: prompt\n"
        response.close()
    async with asyncio.timeout(4):  # sooner than the run would end by itself
        while await calls(client) == 0:
            await asyncio.sleep(0.02)
    assert await calls(client) == 1


async def test_it_is_refused_when_the_tokens_of_the_day_are_spent(client: Client) -> None:
    (await client.post("/v1/applications", agent())).ok(201)
    (await client.send("PATCH", "/v1/limits", {"tokens_per_day": 1})).ok()
    assert events(await client.post(RUN, text("a b c")))[-1][0] == "result"
    assert (await client.post(RUN, text("a"))).status == 429

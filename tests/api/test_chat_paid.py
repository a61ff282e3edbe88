"""What chats and completions cost, who pays, and how they end: failures, time, a client that goes away."""

import asyncio
from typing import Any

import pytest

from pressrun.organizations.keys import Scope
from pressrun.settings import Settings
from tests.api.chats import CHAT, COMPLETIONS, OPENAI_CHAT, chunks, says, scripted
from tests.api.client import Client
from tests.api.samples import deploy
from tests.api.samples import says as prompts
from tests.api.server import Server, until


@pytest.fixture(params=[170.0])
def most_s(request: pytest.FixtureRequest) -> float:
    """Seconds that an answer may take."""
    return float(request.param)


@pytest.fixture
def settings(settings: Settings, database_url: str, most_s: float) -> Settings:
    """Models nobody has configured are answered for by the default one."""
    return settings.model_copy(update={"unknown_model_to_default": True, "generate_timeout_s": most_s})


async def calls(client: Client) -> int:
    """How many calls stand in the books."""
    return int((await client.get("/v1/usage")).ok()["total"]["calls"])


async def test_the_key_that_asks_pays(server: Server, client: Client) -> None:
    key, token = await server.key(Scope.JOBS_WRITE)
    price = {"input_price": 1, "output_price": 2}
    await scripted(
        client, "priced", {"answer": "x", "usage": {"prompt_tokens": 1000, "completion_tokens": 500}}, **price
    )
    caller = server.client(token)
    (await caller.post(CHAT, says("a", model="priced"))).ok()
    chunks(await caller.post(CHAT, says("a", model="priced", stream=True)))
    (await caller.post(COMPLETIONS, {"model": "priced", "prompt": "a"})).ok()
    (line,) = (await client.get("/v1/usage?group_by=key,model,agent")).ok()["data"]
    assert (line["key"], line["model"], line["agent"], line["calls"]) == (key.id, "priced", "chat", 3)
    assert line["cost"] == 3 * 0.002
    (await client.send("PATCH", "/v1/limits", {"tokens_per_day": 1})).ok()
    for path, body in ((CHAT, says("a")), (COMPLETIONS, {"model": "scripted", "prompt": "a"})):
        assert (await caller.post(path, body)).status == 429


async def test_a_failure_before_and_after_the_first_piece(client: Client) -> None:
    await scripted(client, "broken", {"fail": {"status": 503, "message": "away", "retry_after": 7}})
    for stream in (False, True):
        refusal = await client.post(OPENAI_CHAT, says("a", model="broken", stream=stream))
        assert (refusal.status, refusal.headers["retry-after"]) == (502, "7")
        assert refusal.json["errors"][0]["extras"]["error_code"] == "model_unavailable"
        assert "away" in refusal.json["error"]["message"]
    tool = {"type": "llm", "function": {"model": "broken"}}
    call = {"match": "go", "call": {"name": "ask_broken", "arguments": {"prompt": "x"}}, "answer": "I ask."}
    await scripted(client, "boss", call)
    answer = await client.post(OPENAI_CHAT, says("go", model="boss", tools=[tool], stream=True))
    assert answer.status == 200
    *_, event = answer.raw.decode().strip().split("\n\n")
    assert event.startswith('event: error\ndata: {"tpe":"BadGateway"')
    assert '"error":{"message"' in event
    assert await calls(client) == 4


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize("most_s", [1.0], indirect=True)
async def test_an_answer_that_takes_too_long(client: Client) -> None:
    await scripted(client, "slow", {"answer": "x", "delay_s": 3600})
    for stream in (False, True):
        refusal = await client.post(CHAT, says("a", model="slow", stream=stream))
        assert (refusal.status, refusal.headers["x-should-retry"]) == (504, "false")
    assert await calls(client) == 2


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("path", "body"),
    [
        (CHAT, says("a", model="slow")),
        (CHAT, says("a", model="slow", stream=True)),
        ("/v1/applications/echo", {"inputs": [{"id": "Text", "value": ["a"]}]}),
    ],
    ids=["chat", "stream", "generate"],
)
async def test_a_client_that_goes_away_ends_the_call(
    server: Server, client: Client, path: str, body: dict[str, Any]
) -> None:
    await scripted(client, "slow", {"answer": "x", "delay_s": 3600})
    await deploy(client, prompts=prompts("slow"))
    headers = {"authorization": f"Bearer {client.token}"}
    asking = asyncio.ensure_future(server.session.post(server.url + path, json=body, headers=headers))
    (account,) = await _begun(server)
    assert account == "slow"
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    async with asyncio.timeout(20):
        while await calls(client) == 0:
            await asyncio.sleep(0.01)


async def _begun(server: Server) -> list[str]:
    """The accounts that were asked, once there are some."""
    paces = server.system.catalog.limiter._paces
    await until(lambda: bool(paces))
    return [account for _, account in paces]


async def test_unknown_models_and_completions(client: Client) -> None:
    await scripted(client, "mine", {"answer": "a b"}, default=True)
    whole = (
        await client.post(COMPLETIONS, {"model": "palmyra-x5", "prompt": "x", "best_of": 1, "random_seed": 4})
    ).ok()
    assert (whole["object"], whole["model"], whole["choices"][0]["text"]) == ("text_completion", "mine", "a b")
    found = chunks(
        await client.post(COMPLETIONS, {"prompt": "x", "stream": True, "stream_options": {"include_usage": True}})
    )
    assert "".join(chunk["value"] for chunk in found) == "a b"
    assert "".join(chunk["choices"][0]["text"] for chunk in found[:-1]) == "a b"
    assert found[-1]["usage"]["completion_tokens"] == 2
    assert (await client.post(COMPLETIONS, {"prompt": 5})).descriptions == ["prompt must be a string, not a number"]
    assert (await client.post(CHAT, says("x", model="palmyra-x5"))).ok()["model"] == "mine"


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_models_for_both(server: Server, client: Client) -> None:
    listed = (await client.get("/v1/models")).ok()
    assert listed["object"] == "list"
    assert [one["id"] for one in listed["models"]] == [one["id"] for one in listed["data"]]
    assert listed["data"][0] == {"id": "smollm2-135m", "object": "model", "created": 0, "owned_by": "pressrun"}
    one = (await client.get("/v1/models/scripted")).ok()
    assert (one["id"], one["object"], one["kind"], one["vision"]) == ("scripted", "model", "scripted", True)
    refusal = await client.get("/v1/models/no/body")
    assert (refusal.status, refusal.json["error"]["code"]) == (404, "not_found")
    unknown = await server.client("wrong").get("/v1/models")
    assert unknown.json["error"]["code"] == "unauthorized"

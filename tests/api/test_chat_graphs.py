"""Knowledge Graphs as tools of a chat."""

from typing import Any

import pytest
from writerai import AsyncWriter

from pressrun.organizations.keys import Scope
from pressrun.settings import Settings
from tests.api.chats import CHAT, chunks, message_of, says, scripted, text_of
from tests.api.client import Client
from tests.api.samples import RANDOM_ID
from tests.api.server import Server
from tests.api.test_graphs import WARRANTY, settled, upload

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)

ASK = {"call": {"name": "ask_knowledge_graph", "arguments": {"question": "How long is the warranty?"}}, "match": "go"}
RULES = ({"match": "Question:", "answer": "For two years."}, ASK, {"match": "two years", "answer": "I read: {prompt}"})


@pytest.fixture
def settings(settings: Settings, database_url: str) -> Settings:
    """Words alone are searched here: no embedder has to start."""
    return settings.model_copy(update={"embedder": "none"})


@pytest.fixture
async def shop(client: Client, worker: None) -> str:
    """A graph of one file."""
    graph_id = str((await client.post("/v1/graphs", {"name": "Shop"})).ok(200)["id"])
    await upload(client, "warranty.txt", WARRANTY, graph_id)
    await settled(client, graph_id)
    return graph_id


def graph(graph_id: str, **more: Any) -> dict[str, Any]:
    """A tool that asks a graph."""
    return {"type": "graph", "function": {"graph_ids": [graph_id], "subqueries": False, **more}}


async def test_the_model_asks_a_graph(client: Client, shop: str) -> None:
    await scripted(client, "boss", *RULES)
    body = says("go", model="boss", tools=[graph(shop, query_config={"max_snippets": 1, "keyword_threshold": 0})])
    message = message_of(await client.post(CHAT, body))
    assert message["content"] == "I read: For two years."
    data = message["graph_data"]
    assert (data["status"], data["sources"][0]["snippet"], data["subqueries"]) == ("finished", WARRANTY, [])
    assert data["references"]["files"][0]["fileId"] == data["sources"][0]["file_id"]
    found = chunks(await client.post(CHAT, {**body, "stream": True}))
    assert text_of(found) == "I read: For two years."
    told = [one for chunk in found if (one := chunk["choices"][0]["delta"].get("graph_data"))]
    assert told == [{"status": "processing"}, data]
    usage = (await client.get("/v1/usage?group_by=agent")).ok()["data"]
    assert {line["agent"]: line["calls"] for line in usage} == {"chat": 4, "graphs": 2}


async def test_writers_client_reads_every_chunk(server: Server, client: Client, shop: str) -> None:
    """Its own suite closes streams unread; here each chunk is held against its types."""
    await scripted(client, "boss", *RULES)
    theirs = AsyncWriter(base_url=server.url, api_key=client.token, max_retries=0, _strict_response_validation=True)
    function: Any = graph(shop, query_config={"keyword_threshold": 0})["function"]
    async with theirs:
        stream = await theirs.chat.chat(
            model="boss",
            messages=[{"role": "user", "content": "go"}],
            tools=[{"type": "graph", "function": function}],
            stream=True,
            stream_options={"include_usage": True},
        )
        found = [chunk async for chunk in stream]
        completion = await theirs.completions.create(model="scripted", prompt="one two", stream=True)
        assert "".join([chunk.value async for chunk in completion]) == "one two"
    deltas = [chunk.choices[0].delta for chunk in found[:-1]]
    assert "".join(delta.content or "" for delta in deltas) == "I read: For two years."
    told = [delta.graph_data for delta in deltas if delta.graph_data is not None]
    assert [data.status for data in told] == ["processing", "finished"]
    assert told[1].references is not None
    assert [one.text for one in told[1].references.files or ()] == [WARRANTY]
    assert found[-1].usage is not None


async def test_what_is_wrong_with_a_graph(server: Server, client: Client, shop: str) -> None:
    assert (await client.post(CHAT, says("go", tools=[graph(RANDOM_ID)]))).status == 404
    refusal = await client.post(CHAT, says("go", tools=[graph(shop, query_config={"max_snippets": 99})]))
    assert refusal.descriptions == ["tools[0] is wrong: query_config.max_snippets must be between 1 and 60, not 99"]
    caller = await server.caller(Scope.JOBS_WRITE)
    refusal = await caller.post(CHAT, says("go", tools=[graph(shop)]))
    assert (refusal.status, "graphs:read" in refusal.json["message"]) == (403, True)

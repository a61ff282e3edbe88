"""Graphs over HTTP: made, filled, asked, changed and deleted."""

import asyncio
import json
from typing import Any

import pytest

from pressrun.organizations.keys import Scope
from tests.api.chats import scripted
from tests.api.client import Client
from tests.api.samples import RANDOM_ID, add_model, agent, create, deploy, ended, text
from tests.api.server import THEIRS, Server, until

pytestmark = pytest.mark.usefixtures("embedder")

WARRANTY = "The warranty lasts for two years from the day of delivery. Batteries are excepted."
RETURNS = "Goods may be sent back within thirty days, at no cost, when the box is unopened."
ANSWERS = [
    {"match": "Question:", "answer": "The warranty lasts for two years. Elephants are grey."},
    {"match": "How long", "answer": "1. How long is the warranty?\n2. What do returns cost?\nThat is all."},
    {"answer": "{prompt}"},
]


async def upload(client: Client, name: str, text: str, graph_id: str | None = None) -> str:
    headers = {"content_disposition": f"attachment; filename={name}", "content_type": "text/plain"}
    query = f"?graphId={graph_id}" if graph_id else ""
    return str((await client.post(f"/v1/files{query}", raw=text.encode(), **headers)).ok()["id"])


async def settled(client: Client, graph_id: str) -> Any:
    """A graph once its files are taken in."""
    for file in (await client.get(f"/v1/files?graph_id={graph_id}")).ok()["data"]:
        await client.get(f"/v1/applications/jobs/{file['job_id']}?wait=30")
    found = (await client.get(f"/v1/graphs/{graph_id}")).ok()
    assert found["file_status"]["in_progress"] == 0, found
    return found


@pytest.fixture
async def shop(client: Client, worker: None) -> str:
    """A graph of two files."""
    graph_id = str((await client.post("/v1/graphs", {"name": "Shop"})).ok(200)["id"])
    await upload(client, "warranty.txt", WARRANTY, graph_id)
    await upload(client, "returns.txt", RETURNS, graph_id)
    found = await settled(client, graph_id)
    assert (found["file_status"]["completed"], found["passages"], found["search"]) == (2, 2, "hybrid")
    return graph_id


async def test_graphs_are_made_listed_changed_and_deleted(client: Client) -> None:
    first = (await client.post("/v1/graphs")).ok(200)
    assert first["name"]
    second = (await client.post("/v1/graphs", {"name": "Second", "description": "About it"})).ok(200)
    assert second["file_status"] == {"in_progress": 0, "completed": 0, "failed": 0, "total": 0}
    page = (await client.get("/v1/graphs?limit=1")).ok()
    assert ([one["id"] for one in page["data"]], page["has_more"]) == ([second["id"]], True)
    page = (await client.get(f"/v1/graphs?after={page['last_id']}")).ok()
    assert ([one["id"] for one in page["data"]], page["has_more"]) == ([first["id"]], False)
    back = (await client.get(f"/v1/graphs?before={first['id']}&limit=0")).ok()
    assert [one["id"] for one in back["data"]] == [second["id"]]
    assert (await client.get("/v1/graphs?after=after&before=before")).ok()["data"] == []
    changed = (await client.send("PUT", f"/v1/graphs/{first['id']}", {"name": "First"})).ok()
    assert (changed["name"], changed["description"]) == ("First", None)
    assert (await client.send("PUT", f"/v1/graphs/{first['id']}", {})).ok()["name"] == "First"
    assert (await client.delete(f"/v1/graphs/{first['id']}")).ok() == {"id": first["id"], "deleted": True}
    assert (await client.get(f"/v1/graphs/{first['id']}")).status == 404
    assert (await client.post("/v1/graphs", {"name": "x" * 256, "type": "odd"})).status == 400


async def test_files_come_and_go(client: Client, shop: str) -> None:
    other = str((await client.post("/v1/graphs", {"name": "Other"})).ok(200)["id"])
    file_id = await upload(client, "later.txt", "Parcels leave Rotterdam on Mondays.")
    added = (await client.post(f"/v1/graphs/{other}/file", {"file_id": file_id})).ok()
    assert (added["id"], added["graph_ids"]) == (file_id, [other])
    assert (await settled(client, other))["passages"] == 1
    kept = (await client.get(f"/v1/files/{file_id}")).ok()
    assert (kept["passages"], kept["passages_total"]) == (1, 1)
    found = (await client.post("/v1/graphs/search", {"graph_ids": [other], "query": "Rotterdam"})).ok()
    assert [one["file_id"] for one in found["data"]] == [file_id]
    assert (await client.delete(f"/v1/graphs/{other}/file/{file_id}")).ok() == {"id": file_id, "deleted": True}
    assert (await client.get(f"/v1/graphs/{other}")).ok()["passages"] == 0
    assert (await client.post(f"/v1/graphs/{other}/file", {"file_id": "nothing"})).status == 404
    assert (await client.delete(f"/v1/graphs/{other}/file/{file_id}")).status == 404
    assert (await client.post(f"/v1/graphs/{RANDOM_ID}/file", {"file_id": file_id})).status == 404


async def test_a_question_is_answered_from_passages(client: Client, shop: str) -> None:
    await add_model(client, "teller", *ANSWERS)
    asked = {"graph_ids": [shop], "question": "How long is the warranty?", "model": "teller"}
    told = (await client.post("/v1/graphs/question", asked)).ok()
    assert told["answer"] == "The warranty lasts for two years. Elephants are grey."
    assert told["sources"][0]["snippet"] == WARRANTY
    assert told["references"]["files"][0]["fileId"] == told["sources"][0]["file_id"]
    [first, *_] = told["references"]["files"]
    assert (first["cite"], first["start"] >= 0) == (None, True)
    assert first["file_name"]
    assert told["subqueries"] == []
    cited = {**asked, "query_config": {"inline_citations": True, "max_snippets": 1}}
    told = (await client.post("/v1/graphs/question", cited)).ok()
    assert told["answer"] == "The warranty lasts for two years [1]. Elephants are grey."
    assert [one["cite"] for one in told["references"]["files"]] == ["1"]
    assert len(told["sources"]) == 1
    parts = (await client.post("/v1/graphs/question", {**asked, "subqueries": True})).ok()["subqueries"]
    assert [one["query"] for one in parts] == ["How long is the warranty?", "What do returns cost?"]
    assert parts[1]["sources"][0]["snippet"] == RETURNS
    (line,) = (await client.get("/v1/usage?group_by=agent")).ok()["data"]
    assert (line["agent"], line["calls"]) == ("graphs", 1 + 1 + 4)
    (await client.send("PATCH", "/v1/limits", {"tokens_per_day": 1})).ok()
    assert (await client.post("/v1/graphs/question", asked)).status == 429


@pytest.mark.parametrize("stream", [False, True])
async def test_a_client_that_goes_away_ends_the_question(server: Server, client: Client, stream: bool) -> None:
    graph_id = (await client.post("/v1/graphs", {"name": "Empty"})).ok()["id"]
    await scripted(client, "slow", {"answer": "x", "delay_s": 3600})
    config = {"grounding_level": 1.0}
    body = {"graph_ids": [graph_id], "question": "Why?", "model": "slow", "stream": stream, "query_config": config}
    headers = {"authorization": f"Bearer {client.token}"}
    asking = asyncio.ensure_future(server.session.post(f"{server.url}/v1/graphs/question", json=body, headers=headers))
    await until(lambda: bool(server.system.catalog.limiter._paces))
    asking.cancel()
    await asyncio.gather(asking, return_exceptions=True)
    async with asyncio.timeout(20):
        while (await client.get("/v1/usage")).ok()["total"]["calls"] == 0:
            await asyncio.sleep(0.01)


async def test_what_the_model_is_asked_obeys_the_configuration(client: Client, shop: str) -> None:
    asked = {"graph_ids": [shop], "question": "What about elephants?", "model": "scripted"}
    strict = {"keyword_threshold": 1.0, "semantic_threshold": 1.0}
    told = (await client.post("/v1/graphs/question", {**asked, "query_config": strict})).ok()
    assert told["answer"] == "I cannot find anything about this in the documents."
    assert told["sources"] == []
    free = {**strict, "grounding_level": 1.0}
    told = (await client.post("/v1/graphs/question", {**asked, "query_config": free})).ok()
    assert told["answer"] == "Question: What about elephants?"
    everything = {"keyword_threshold": 0.0, "semantic_threshold": 0.0}
    told = (await client.post("/v1/graphs/question", {**asked, "query_config": everything})).ok()
    assert WARRANTY in told["answer"]
    assert RETURNS in told["answer"]


@pytest.mark.parametrize(
    "fault",
    [
        {"graph_ids": []},
        {"graph_ids": [7]},
        {"question": " "},
        {"query_config": {"max_snippets": 61}},
        {"query_config": {"grounding_level": "high"}},
        {"query_config": {"inline_citations": 1}},
        {"stream": "yes"},
    ],
    ids=str,
)
async def test_a_question_that_makes_no_sense_is_refused(client: Client, fault: dict[str, Any]) -> None:
    asked = {"graph_ids": [RANDOM_ID], "question": "What?", **fault}
    assert (await client.post("/v1/graphs/question", asked)).status == 400


async def test_nobody_reads_the_graphs_of_others(server: Server, client: Client, shop: str) -> None:
    theirs = await server.caller(Scope.ADMIN, organization_id=THEIRS)
    assert (await theirs.get(f"/v1/graphs/{shop}")).status == 404
    for path in ("question", "search"):
        asked = {"graph_ids": [shop], "question": "warranty", "query": "warranty"}
        assert (await theirs.post(f"/v1/graphs/{path}", asked)).status == 404
    assert (await theirs.send("PUT", f"/v1/graphs/{shop}", {"name": "x"})).status == 404
    assert (await theirs.delete(f"/v1/graphs/{shop}")).status == 404
    reader = await server.caller(Scope.GRAPHS_READ)
    assert (await reader.get(f"/v1/graphs/{shop}")).ok()
    assert (await reader.delete(f"/v1/graphs/{shop}")).status == 403


async def test_an_answer_can_be_heard_while_it_is_written(client: Client, shop: str) -> None:
    await add_model(client, "teller", *ANSWERS)
    asked = {
        "graph_ids": [shop],
        "question": "How long is the warranty?",
        "model": "teller",
        "stream": True,
        "query_config": {"inline_citations": True},
    }
    answer = await client.post("/v1/graphs/question", asked)
    lines = [line.removeprefix("data: ") for line in answer.raw.decode().splitlines() if line.startswith("data: ")]
    assert lines[-1] == "[DONE]"
    events = [json.loads(line)["data"] for line in lines[:-1]]
    assert "".join(one["answer"] for one in events) == "The warranty lasts for two years [1]. Elephants are grey."
    assert events[-1]["sources"][0]["snippet"] == WARRANTY
    assert all(one["sources"] == [] for one in events[:-1])
    assert (await client.get("/v1/usage")).ok()["total"]["calls"] == 1


async def test_an_agent_is_given_the_best_passages_and_its_job_shows_them(client: Client, shop: str) -> None:
    agent_id = await deploy(client)
    assert (await client.get("/v1/applications/echo/graphs")).ok() == {"graph_ids": []}
    assert (await client.send("PUT", "/v1/applications/echo/graphs", {"graph_ids": [shop]})).ok() == {
        "graph_ids": [shop]
    }
    found = (await client.get(f"/v1/applications/{agent_id}")).ok()
    assert (found["deployed_version"], found["draft_changed"]) == (2, False)
    job = await ended(client, await create(client, "How long is the warranty?"))
    assert job["data"]["suggestion"] == "How long is the warranty?"
    source = job["data"]["sources"][0]
    assert (source["text"], source["graph_id"], source["cite"], source["prompt"]) == (WARRANTY, shop, "1", "say")
    asked = (await client.get(f"/v1/applications/jobs/{job['id']}/prompts")).ok()["data"][0]["messages"]
    assert [one["role"] for one in asked] == ["system", "user"]
    assert WARRANTY in asked[0]["content"]
    at_once = (await client.post("/v1/applications/echo", {"inputs": [{"id": "Text", "value": ["warranty"]}]})).ok()
    assert at_once["sources"][0]["text"] == WARRANTY
    assert (await client.send("PUT", "/v1/applications/echo/graphs", {"graph_ids": [RANDOM_ID]})).status == 404


async def test_a_job_whose_graph_is_gone_fails_clearly(client: Client, shop: str) -> None:
    agent_id = await deploy(client, **agent(graphs=[shop]))
    (await client.delete(f"/v1/graphs/{shop}")).ok()
    job = await ended(client, await create(client, "warranty"))
    assert (job["state"], job["error_code"]) == ("failed", "graph_missing")
    tried = await client.post(f"/v1/applications/{agent_id}/draft/run", text("a"))
    assert (tried.status, tried.json["errors"][0]["extras"]) == (400, {"graph_id": shop})
    changed = await client.send("PATCH", f"/v1/applications/{agent_id}", {"graphs": [RANDOM_ID], "description": "New"})
    assert changed.ok()
    refused = await client.post(f"/v1/applications/{agent_id}/deploy")
    assert (refused.status, refused.json["errors"][0]["extras"]) == (400, {"graph_id": RANDOM_ID})


async def test_pages_of_the_web_are_refused_unless_the_operator_allows_them(client: Client) -> None:
    graph_id = (await client.post("/v1/graphs", {"name": "Web"})).ok(200)["id"]
    urls = [{"url": "https://example.com/docs", "type": "single_page"}]
    changed = (await client.send("PUT", f"/v1/graphs/{graph_id}", {"urls": urls})).ok()
    assert changed["type"] == "web"
    assert changed["urls"][0]["status"]["status"] == "error"
    assert "web_pages" in changed["urls"][0]["status"]["error"]
    assert (await client.send("PUT", f"/v1/graphs/{graph_id}", {"urls": []})).ok()["urls"] == []
    assert (await client.send("PUT", f"/v1/graphs/{graph_id}", {"urls": [{"url": 7, "type": "x"}]})).status == 400

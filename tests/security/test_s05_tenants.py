"""S-05: what belongs to another organization looks like what does not exist, on every route and in every field."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from pressrun.organizations.keys import Scope
from tests.api.client import Client
from tests.api.samples import JOBS, agent, deploy, text
from tests.api.server import THEIRS, Server
from tests.security.possessions import BODIES, Possessions, filled_with, random_like, seen

QUERIES = {
    ("GET", "/v1/applications"): ("after", "before"),
    ("GET", "/v1/applications/{application_id}"): ("include",),
    ("GET", "/v1/audit"): ("before",),
    ("GET", "/v1/files"): ("after", "before"),
    ("GET", "/v1/graphs"): ("after", "before"),
    ("GET", "/v1/jobs"): ("application_id", "batch_id", "before"),
    ("GET", "/v1/webhooks/deliveries"): ("before", "webhook_id", "job_id"),
}
"""Query fields that hold, or widen, what is asked for."""


async def both(client: Client, method: str, path: str, body: Any, value: str) -> tuple[Any, Any]:
    """What the caller sees for their value, and for one that nobody has; `path` has `{}` in its place."""
    other = random_like(value)
    mine = await client.send(method, path.replace("{}", value), body)
    nobodys = await client.send(method, path.replace("{}", other), body)
    return seen(mine, value), seen(nobodys, other)


async def test_s05_their_ids_in_every_path(server: Server, client: Client, theirs: Possessions) -> None:
    tried = 0
    for method, path in server.routes():
        filled, values = filled_with(path, theirs) or (path, [])
        for value in values:
            answer, expected = await both(client, method, filled, BODIES.get((method, path), {}), value)
            assert answer == expected, (method, path, value)
            assert answer[0] in ({404, 502} if path.endswith("/test") else {404}), (method, path, value, answer)
            tried += 1
    assert tried > 25


async def test_s05_nothing_of_theirs_has_changed(server: Server, client: Client, theirs: Possessions) -> None:
    """After every route was tried on it by somebody else."""
    owner = await server.caller(Scope.ADMIN, organization_id=THEIRS)

    async def state() -> list[Any]:
        paths = (
            f"/v1/applications/{theirs.agent_id}",
            f"/v1/applications/{theirs.agent_id}/draft",
            f"/v1/applications/{theirs.agent_id}/versions",
            f"/v1/applications/jobs/{theirs.open_job}/events",
            f"/v1/applications/jobs/{theirs.done_job}/events",
            "/v1/models",
            "/v1/limits",
            "/v1/people",
            f"/v1/people/{theirs.person_id}/sessions",
            f"/v1/webhooks/{theirs.webhook_id}",
            f"/v1/webhooks/deliveries/{theirs.delivery_id}",
            f"/v1/graphs/{theirs.graph_id}",
        )
        return [(await owner.get(path)).ok() for path in paths]

    before = await state()
    await test_s05_their_ids_in_every_path(server, client, theirs)
    assert await state() == before


async def test_s05_their_ids_in_queries(server: Server, client: Client, theirs: Possessions) -> None:
    await deploy(client)
    for (method, path), names in QUERIES.items():
        for name in names:
            filled = path.replace("{application_id}", theirs.agent_id)
            for value in ("drafts",) if name == "include" else theirs.everything[:1]:
                mine = await client.send(method, f"{filled}?{name}={value}")
                other = random_like(theirs.agent_id)
                nobodys = await client.send(
                    method,
                    f"{path.replace('{application_id}', other)}?{name}={value if name == 'include' else other}",
                )
                assert seen(mine, theirs.agent_id) == seen(nobodys, other), (path, name)


async def test_s05_their_names_in_bodies(client: Client, theirs: Possessions) -> None:
    """A model of theirs is no model, and their alias is free."""
    prompts = [{"name": "say", "model": "{}", "prompt": "@Text"}]
    for value in (theirs.model, random_like(theirs.model)):
        body = agent(alias=f"mine-{value}", prompts=[{**prompts[0], "model": value}])
        made = (await client.post("/v1/applications", body)).ok(201)
        refusal = await client.post(f"/v1/applications/{made['id']}/deploy")
        assert refusal.status == 400
        assert theirs.model not in refusal.raw.decode().replace(f"model '{theirs.model}'", "").replace(
            f'"model":"{theirs.model}"', ""
        )
    assert (await client.post("/v1/applications", agent(alias=theirs.alias))).status == 201


async def test_s05_their_files_in_inputs(client: Client, theirs: Possessions) -> None:
    """A file of theirs is no file: neither for a job, nor at once, nor in a row, by its id or its name."""
    inputs = [{"name": "Text", "type": "file", "upload_types": ["file_id"]}]
    await deploy(client, inputs=inputs)
    for path in (JOBS, "/v1/applications/echo"):
        mine, nobodys = [
            seen(await client.post(path, text(value)), value) for value in (theirs.file_id, random_like(theirs.file_id))
        ]
        assert mine == nobodys
        assert mine[0] == 400
    for value in (theirs.file_id, "theirs.txt"):
        refusal = await client.post("/v1/applications/echo/batches", {"rows": [{"Text": value}]})
        assert (refusal.status, "there is no file" in refusal.json["message"]) == (400, True)


async def test_s05_their_things_in_chats(server: Server, client: Client, theirs: Possessions) -> None:
    """Models, agents, files and graphs of theirs are none, whatever tool of a chat names them."""
    stranger = await server.caller(Scope.ADMIN, organization_id=THEIRS)
    graph_id = (await stranger.post("/v1/graphs", {"name": "theirs"})).ok()["id"]

    def tool(kind: str, **function: Any) -> dict[str, Any]:
        return {"tools": [{"type": kind, "function": function}]}

    named: dict[str, tuple[str, Callable[[str], dict[str, Any]]]] = {
        "model": (theirs.model, lambda name: {"model": name}),
        "llm": (theirs.model, lambda name: tool("llm", model=name)),
        "application": (theirs.alias, lambda name: tool("application", application_id=name)),
        "vision": (theirs.file_id, lambda name: tool("vision", variables=[{"name": "f", "file_id": name}])),
        "graph": (graph_id, lambda name: tool("graph", graph_ids=[name], subqueries=False)),
    }
    for kind, (value, body) in named.items():
        request = {"model": "scripted", "messages": [{"role": "user", "content": "{{f}}"}]}
        mine, nobodys = [
            seen(await client.post("/v1/chat", {**request, **body(one)}), one) for one in (value, random_like(value))
        ]
        assert mine == nobodys, kind
        assert mine[0] == 404, kind


async def test_s05_their_graphs_in_bodies(client: Client, theirs: Possessions) -> None:
    """A graph of theirs is none: not to be asked, searched, cited, or filled; nor is their file to be put into ours."""
    await deploy(client)
    ours = (await client.post("/v1/graphs", {"name": "Ours"})).ok()["id"]
    tries: list[tuple[str, str, str, dict[str, Any]]] = [
        ("POST", "/v1/graphs/question", theirs.graph_id, {"graph_ids": ["{}"], "question": "a"}),
        ("POST", "/v1/graphs/search", theirs.graph_id, {"graph_ids": [ours, "{}"], "query": "a"}),
        ("PUT", "/v1/applications/echo/graphs", theirs.graph_id, {"graph_ids": ["{}"]}),
        ("POST", f"/v1/graphs/{ours}/file", theirs.file_id, {"file_id": "{}"}),
    ]
    for method, path, value, body in tries:
        told = []
        for one in (value, random_like(value)):
            filled = json.loads(json.dumps(body).replace("{}", one))
            told.append(seen(await client.send(method, path, filled), one))
        assert told[0] == told[1], path
        assert told[0][0] == 404, path
    for one in (theirs.graph_id, random_like(theirs.graph_id)):
        upload = f"/v1/files?graphId={one}"
        assert (await client.post(upload, raw=b"a", content_disposition="attachment; filename=a.txt")).status == 404


async def test_s05_lists_show_ours_alone(server: Server, client: Client, theirs: Possessions) -> None:
    """Every route that lists something, read whole."""
    await deploy(client)
    listing = [path for method, path in server.routes() if method == "GET" and "{" not in path]
    for path in listing:
        if path in {"/docs", "/openapi.json", "/metrics"}:
            continue
        for query in ("", "?include=drafts&limit=1000"):
            raw = (await client.get(path + query)).raw.decode()
            for name in theirs.everything:
                assert name not in raw, (path, name)
    assert (await client.get(JOBS)).json["totalCount"] == 0


async def test_s31_an_idempotency_key_is_the_callers_own(server: Server, client: Client) -> None:
    """Another key of ours, and another organization, get jobs of their own for the same words."""
    await deploy(client)
    other = await server.caller(Scope.JOBS_WRITE)
    stranger = await server.caller(Scope.ADMIN, organization_id=THEIRS)
    await deploy(stranger)
    answers = [
        await caller.post(JOBS, text("a"), idempotency_key="the same") for caller in (client, other, stranger, client)
    ]
    ids = [answer.ok(202)["id"] for answer in answers]
    assert len(set(ids)) == 3
    assert ids[0] == ids[3]
    assert ["idempotent-replayed" in answer.headers for answer in answers] == [False, False, False, True]
    assert (await stranger.post(JOBS, text("b"), idempotency_key="the same")).status == 422
    assert (await other.post("/v1/applications/echo/jobs", text("a"), idempotency_key="the same")).status == 202


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_s31_folded_repeats_are_the_callers_own(server: Server) -> None:
    """The digest of a request is nobody's secret: it opens only the caller's own job."""
    one = await server.caller(Scope.ADMIN, fold_retries=True)
    await deploy(one)
    other = await server.caller(Scope.JOBS_WRITE, fold_retries=True)
    first = (await one.post(JOBS, text("a"))).ok(202)["id"]
    assert (await other.post(JOBS, text("a"), x_stainless_retry_count="1")).ok(202)["id"] != first
    assert (await one.post(JOBS, text("a"), x_stainless_retry_count="1")).ok(202)["id"] == first

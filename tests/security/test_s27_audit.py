"""S-27: who did what, when and from where; one line for each action, in its transaction, never changed afterwards."""

import asyncio
import signal
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from pressrun.api.failures import Failures
from pressrun.organizations import audit, keys
from pressrun.organizations.audit import Action
from pressrun.organizations.keys import Scope
from pressrun.organizations.organization import FIRST
from pressrun.system import System
from tests.api.client import Client
from tests.api.samples import JOBS, RANDOM_ID, agent, create, deploy
from tests.api.server import THEIRS, Server, working
from tests.raw_sql import execute, fetch
from tests.security.api_process import api_process

UNAUDITED = {
    ("POST", "/v1/applications/{application_id}"): "a run, not an action on what is configured",
    ("POST", "/v1/applications/{application_id}/draft/run"): "the same",
    ("POST", "/v1/applications/{application_id}/jobs"): "jobs have a timeline of their own",
    ("POST", "/v1/applications/jobs/{job_id}/retry"): "in the job's timeline",
    ("POST", "/v1/applications/jobs/{job_id}/cancel"): "in the job's timeline",
    ("POST", "/v1/applications/{application_id}/batches/estimate"): "changes nothing",
    ("POST", "/v1/applications/{application_id}/batches/bad-rows"): "the same",
    ("POST", "/v1/applications/{application_id}/batches"): "a batch is a record of its own, with its key and time",
    ("POST", "/v1/files"): "a file is a record of its own, with its key and time",
    ("POST", "/v1/files/retry"): "in the timeline of the file's job",
    ("POST", "/v1/chat"): "an answer, of which nothing is kept but its cost, in the books under its key",
    ("POST", "/v1/chat/completions"): "the same",
    ("POST", "/v1/completions"): "the same",
    ("POST", "/v1/graphs/question"): "a run, not an action on what is configured",
    ("POST", "/v1/graphs/search"): "changes nothing",
    ("POST", "/v1/models/{name:path}/test"): "changes nothing",
    ("POST", "/v1/session"): "in test_session.py and test_people.py: it takes a browser",
    ("DELETE", "/v1/session"): "the same",
    ("DELETE", "/v1/sessions"): "in test_sessions.py, a line for each session; it takes a browser",
    ("DELETE", "/v1/sessions/{session_id}"): "the same",
    ("DELETE", "/v1/people/{person_id}/sessions"): "the same",
    ("DELETE", "/v1/people/{person_id}/sessions/{session_id}"): "the same",
}
"""Routes that change something, or look as if they did, and write no line; with the reason."""


async def log_of(client: Client, query: str = "") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await client.get(f"/v1/audit?{query}")).ok()["data"]
    return found


async def act(server: Server, client: Client) -> dict[tuple[str, str], tuple[Action, str]]:
    """Every action once: by its route, the line it must have written."""
    acts: dict[tuple[str, str], tuple[Action, str]] = {}
    one = "/v1/applications/{application_id}"
    made = (await client.post("/v1/applications", agent())).ok(201)["id"]
    acts["POST", "/v1/applications"] = Action.AGENT_CREATED, made
    (await client.send("PATCH", "/v1/applications/echo", {"name": "Other"})).ok()
    acts["PATCH", one] = Action.AGENT_CHANGED, made
    (await client.send("PUT", "/v1/applications/echo/draft", agent(name="Third"))).ok()
    acts["PUT", one + "/draft"] = Action.AGENT_CHANGED, made
    (await client.post("/v1/applications/echo/deploy", {"note": "first"})).ok()
    acts["POST", one + "/deploy"] = Action.AGENT_DEPLOYED, made
    (await client.post("/v1/applications/echo/rollback", {"version": 1})).ok()
    acts["POST", one + "/rollback"] = Action.AGENT_ROLLED_BACK, made
    (await client.send("PUT", "/v1/applications/echo/graphs", {"graph_ids": []})).ok()
    acts["PUT", one + "/graphs"] = Action.AGENT_CHANGED, made
    job_id = await create(client, "a")
    (await client.post(f"/v1/applications/jobs/{job_id}/cancel")).ok()
    (await client.delete(f"/v1/applications/jobs/{job_id}")).ok()
    acts["DELETE", "/v1/applications/jobs/{job_id}"] = Action.JOB_DELETED, job_id
    batch = (await client.post("/v1/applications/echo/batches", {"rows": [{"Text": "a"}]})).ok(202)["id"]
    for move in ("pause", "resume", "cancel"):
        (await client.post(f"/v1/batches/{batch}/{move}")).ok()
    (await client.send("PATCH", f"/v1/batches/{batch}", {"name": "b"})).ok()
    async with working(server.system):
        async with asyncio.timeout(20):
            while (await client.get(f"/v1/batches/{batch}")).ok()["state"] != "cancelled":
                await asyncio.sleep(0.02)
    (await client.post(f"/v1/batches/{batch}/rows", {"rows": [{"row": 1, "Text": "corrected"}]})).ok(202)
    (await client.post(f"/v1/batches/{batch}/retry")).ok(202)
    acts |= {
        ("POST", "/v1/batches/{batch_id}/pause"): (Action.BATCH_PAUSED, batch),
        ("POST", "/v1/batches/{batch_id}/resume"): (Action.BATCH_RESUMED, batch),
        ("POST", "/v1/batches/{batch_id}/cancel"): (Action.BATCH_CANCELLED, batch),
        ("PATCH", "/v1/batches/{batch_id}"): (Action.BATCH_CHANGED, batch),
        ("POST", "/v1/batches/{batch_id}/rows"): (Action.BATCH_CORRECTED, batch),
        ("POST", "/v1/batches/{batch_id}/retry"): (Action.BATCH_RETRIED, batch),
    }
    async with working(server.system, "v"):
        async with asyncio.timeout(20):
            while (await client.get(f"/v1/batches/{batch}")).ok()["state"] not in {
                "completed",
                "completed_with_errors",
            }:
                await asyncio.sleep(0.02)
    (await client.delete(f"/v1/batches/{batch}")).ok()
    acts["DELETE", "/v1/batches/{batch_id}"] = Action.BATCH_DELETED, batch
    (await client.delete("/v1/applications/echo")).ok()
    acts["DELETE", one] = Action.AGENT_DELETED, made
    acts |= await act_on_keys(client) | await act_on_people(client)
    (await client.post("/v1/models", {"name": "m", "script": "- answer: a"})).ok(201)
    acts["POST", "/v1/models"] = Action.MODEL_ADDED, "m"
    (await client.send("PATCH", "/v1/models/m", {"rpm": 60})).ok()
    acts["PATCH", "/v1/models/{name:path}"] = Action.MODEL_CHANGED, "m"
    (await client.post("/v1/models/m/default")).ok()
    acts["POST", "/v1/models/{name:path}/default"] = Action.MODEL_MADE_DEFAULT, "m"
    (await client.delete("/v1/models/m")).ok()
    acts["DELETE", "/v1/models/{name:path}"] = Action.MODEL_REMOVED, "m"
    (await client.send("PATCH", "/v1/limits", {"running_jobs": 5})).ok()
    acts["PATCH", "/v1/limits"] = Action.LIMITS_CHANGED, FIRST
    return acts | await act_on_files(client) | await act_on_graphs(client) | await act_on_webhooks(client)


async def act_on_keys(client: Client) -> dict[tuple[str, str], tuple[Action, str]]:
    """What is done to keys."""
    key = (await client.post("/v1/keys", {"name": "shop", "scopes": ["jobs:read"]})).ok(201)["id"]
    (await client.delete(f"/v1/keys/{key}")).ok()
    return {
        ("POST", "/v1/keys"): (Action.KEY_CREATED, key),
        ("DELETE", "/v1/keys/{key_id}"): (Action.KEY_REVOKED, key),
    }


async def act_on_files(client: Client) -> dict[tuple[str, str], tuple[Action, str]]:
    """What is done to files."""
    sent = (await client.post("/v1/files", raw=b"text", content_disposition="attachment; filename=a.txt")).ok()["id"]
    (await client.delete(f"/v1/files/{sent}")).ok()
    return {("DELETE", "/v1/files/{file_id}"): (Action.FILE_DELETED, sent)}


async def act_on_graphs(client: Client) -> dict[tuple[str, str], tuple[Action, str]]:
    """What is done to graphs."""
    one = "/v1/graphs/{graph_id}"
    graph = (await client.post("/v1/graphs", {"name": "Shop"})).ok()["id"]
    (await client.send("PUT", f"/v1/graphs/{graph}", {"name": "Other"})).ok()
    sent = (await client.post("/v1/files", raw=b"text", content_disposition="attachment; filename=b.txt")).ok()["id"]
    (await client.post(f"/v1/graphs/{graph}/file", {"file_id": sent})).ok()
    (await client.delete(f"/v1/graphs/{graph}/file/{sent}")).ok()
    (await client.delete(f"/v1/graphs/{graph}")).ok()
    return {
        ("POST", "/v1/graphs"): (Action.GRAPH_CREATED, graph),
        ("PUT", one): (Action.GRAPH_CHANGED, graph),
        ("POST", one + "/file"): (Action.GRAPH_FILE_ADDED, graph),
        ("DELETE", one + "/file/{file_id}"): (Action.GRAPH_FILE_REMOVED, graph),
        ("DELETE", one): (Action.GRAPH_DELETED, graph),
    }


async def act_on_people(client: Client) -> dict[tuple[str, str], tuple[Action, str]]:
    """What is done to people."""
    one = "/v1/people/{person_id}"
    ada = (await client.post("/v1/people", {"name": "Ada"})).ok(201)["id"]
    (await client.send("PATCH", f"/v1/people/{ada}", {"role": "editor"})).ok()
    (await client.post(f"/v1/people/{ada}/link")).ok(201)
    (await client.delete(f"/v1/people/{ada}")).ok()
    return {
        ("POST", "/v1/people"): (Action.PERSON_ADDED, ada),
        ("PATCH", one): (Action.PERSON_CHANGED, ada),
        ("POST", one + "/link"): (Action.LINK_MADE, ada),
        ("DELETE", one): (Action.PERSON_REMOVED, ada),
    }


async def act_on_webhooks(client: Client) -> dict[tuple[str, str], tuple[Action, str]]:
    """What is done to webhooks."""
    hook = (await client.post("/v1/webhooks", {"url": "https://93.184.216.34/"})).ok(201)["id"]
    sent = (await client.post(f"/v1/webhooks/{hook}/test")).ok(202)["id"]
    (await client.send("PATCH", f"/v1/webhooks/{hook}", {"name": "shop"})).ok()
    (await client.post(f"/v1/webhooks/{hook}/rotate")).ok()
    (await client.post("/v1/webhooks/secret/rotate")).ok()
    (await client.post(f"/v1/webhooks/deliveries/{sent}/resend")).ok(202)
    (await client.delete(f"/v1/webhooks/{hook}")).ok()
    one = "/v1/webhooks/{webhook_id}"
    return {
        ("POST", "/v1/webhooks"): (Action.WEBHOOK_CREATED, hook),
        ("POST", one + "/test"): (Action.WEBHOOK_TESTED, hook),
        ("PATCH", one): (Action.WEBHOOK_CHANGED, hook),
        ("POST", one + "/rotate"): (Action.WEBHOOK_ROTATED, hook),
        ("POST", "/v1/webhooks/secret/rotate"): (Action.WEBHOOK_ROTATED, "urls"),
        ("POST", "/v1/webhooks/deliveries/{delivery_id}/resend"): (Action.WEBHOOK_RESENT, sent),
        ("DELETE", one): (Action.WEBHOOK_REMOVED, hook),
    }


async def test_s27_each_action_has_its_line(server: Server) -> None:
    key, token = await server.key(Scope.ADMIN)
    client = server.client(token)
    acts = await act(server, client)
    found = await log_of(client)
    assert [(line["action"], line["target"]) for line in found[::-1] if line["key_id"]] == list(acts.values())
    for line in found[:-1]:
        assert (line["key_id"], line["address"]) == (key.id, "127.0.0.1")
        assert line["request_id"]
        assert line["at"].endswith("Z")
    first = found[-1]
    assert (first["action"], first["key_id"], first["data"]["scopes"]) == ("key.created", None, ["admin"])
    # A route that changes something is in the log or in the list of those that need not be.
    changing = {(method, path) for method, path in server.routes() if method not in {"GET", "HEAD", "OPTIONS"}}
    assert changing == acts.keys() | UNAUDITED.keys()


async def test_s27_what_was_refused_did_not_happen(client: Client) -> None:
    """Nothing but what was done stands there."""
    await deploy(client)
    before = await log_of(client)
    for method, path, body in (
        ("POST", "/v1/applications", agent()),
        ("DELETE", f"/v1/keys/{RANDOM_ID}", None),
        ("PATCH", "/v1/limits", {"money": 1}),
        ("DELETE", "/v1/models/nobody", None),
        ("POST", "/v1/applications/echo/rollback", {"version": 7}),
    ):
        assert (await client.send(method, path, body)).status >= 400
    assert await log_of(client) == before


async def test_s27_the_log_cannot_be_rewritten(server: Server, client: Client, database_url: str) -> None:
    """Not even past the API."""
    await act(server, client)
    before = await log_of(client)
    for statement in ("UPDATE audit_log SET key_id = 'x'", "DELETE FROM audit_log"):
        with pytest.raises(Exception, match="never change"):
            await execute(database_url, statement)
    assert await log_of(client) == before


async def test_s27_pages_and_filters(server: Server, client: Client) -> None:
    await act(server, client)
    whole = await log_of(client)
    paged: list[dict[str, Any]] = []
    more = True
    while more:
        before = f"&before={paged[-1]['id']}" if paged else ""
        page = (await client.get(f"/v1/audit?limit=3{before}")).ok()
        paged, more = paged + page["data"], page["has_more"]
    assert paged == whole
    assert {line["action"] for line in await log_of(client, "action=key.revoked")} == {"key.revoked"}
    for query in ("action=key.borrowed", "limit=x", "before=x"):
        assert (await client.get(f"/v1/audit?{query}")).status == 400


async def test_s27_the_log_of_an_organization_is_its_own(server: Server, client: Client) -> None:
    await act(server, client)
    theirs = await server.caller(Scope.ADMIN, organization_id=THEIRS)
    assert await log_of(theirs) == []


async def test_s27_no_secret_is_in_the_log(client: Client, database_url: str) -> None:
    token = (await client.post("/v1/keys", {"name": "shop"})).ok(201)["key"]
    body = {"name": "m", "base_url": "https://example.com/v1", "api_key": "CANARY-provider"}
    (await client.post("/v1/models", body)).ok(201)
    rows = str(await fetch(database_url, "SELECT * FROM audit_log"))
    assert "example.com" in rows
    assert "CANARY" not in rows
    assert token not in rows


async def test_s27_what_was_answered_survives_a_kill(system: System, tmp_path: Path, database_url: str) -> None:
    """The line is in the transaction of the action."""
    with api_process(tmp_path, database_url) as server:
        _, token = await system.store.write(lambda tx: keys.create(tx, FIRST, "admin", [Scope.ADMIN]))
        headers = {"authorization": f"Bearer {token}"}
        async with aiohttp.ClientSession(headers=headers) as session:
            for number in range(10):
                async with session.post(f"{server.url}/v1/keys", json={"name": f"k{number}"}) as answer:
                    assert answer.status == 201
        server.process.send_signal(signal.SIGKILL)
    made = await system.store.read(lambda tx: audit.entries(tx, FIRST, before=2**62, limit=1000))
    assert [line.data["name"] for line in made[:10]] == [f"k{number}" for number in reversed(range(10))]


async def test_s27_failed_authentications_are_counted_not_kept(server: Server, client: Client) -> None:
    """A million of them are one row, whatever they said."""
    failures = Failures(server.system.store)
    for _ in range(1000):
        failures.note("refused")
    failures.note("missing")
    await failures.close()  # what waits for its time is written when the server stops
    text = (await client.get("/metrics")).raw.decode()
    assert 'pressrun_authentication_failures_total{reason="refused"} 1000.0' in text
    assert 'pressrun_authentication_failures_total{reason="missing"} 1.0' in text
    assert JOBS not in text

"""S-06: nobody sets what is not theirs to set, and no answer holds more than it should."""

from typing import Any

import pytest

from tests.api.client import Client
from tests.api.samples import JOBS, agent, create, deploy, ended, job, text
from tests.api.server import THEIRS
from tests.raw_sql import fetch

INTERNAL: dict[str, Any] = {
    "organization_id": THEIRS,
    "id": "6f2c1e0a-1111-4222-8333-444455556666",
    "seq": 1,
    "agent_id": "6f2c1e0a-1111-4222-8333-444455556666",
    "agent_version": 99,
    "key_id": "someone",
    "state": "completed",
    "status": "completed",
    "phase": "completed",
    "generation": 9,
    "attempts": 9,
    "errors": 9,
    "deaths": 9,
    "max_attempts": 99,
    "run_at": 1,
    "deadline_at": 1,
    "created_at": 1,
    "updated_at": 1,
    "completed_at": 1,
    "lease_token": "x",
    "worker_id": "x",
    "cancel_requested": True,
    "events": 9,
    "error": "x",
    "prompt_tokens": 9,
    "completion_tokens": 9,
    "data": {"suggestion": "forged"},
    "result": "forged",
    "usage": {"total_tokens": 9},
    "hash": "0" * 64,
    "hint": "xxxx",
    "scopes_granted": ["admin"],
    "revoked_at": 1,
    "last_used_at": 1,
    "deployed_version": 9,
    "last_version": 9,
    "draft_digest": "x",
    "deleted_at": 1,
}
"""Every name that stands in our tables or answers, and that no request may set."""


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_s06_the_list_of_names_is_whole(client: Client, database_url: str) -> None:
    """A column that is added later stands here too, or is one that requests do set."""
    settable = {"name", "inputs", "options", "priority", "deadline_s", "scopes", "fold_retries", "expires_at"}
    settable |= {"alias", "draft", "concurrency", "models", "requests_per_minute", "on_worker_loss", "last_deployed_at"}
    columns: set[str] = set()
    for table in ("jobs", "keys", "agents"):
        columns |= {str(row[1]) for row in await fetch(database_url, f"PRAGMA table_info({table})")}
    later = columns - INTERNAL.keys() - settable - {"error_code", "started_at"}
    for name in later:
        assert (await client.post("/v1/keys", {"name": "k", name: 1})).status == 400, name


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_s06_a_job_is_what_was_asked_for(client: Client, worker: None) -> None:
    """Writer's clients may send fields nobody knows: they change nothing."""
    await deploy(client)
    body = text("a") | {name: value for name, value in INTERNAL.items() if name not in {"priority", "deadline_s"}}
    made = (await client.post(JOBS, body)).ok(202)
    assert made["id"] != INTERNAL["id"]
    done = await ended(client, made["id"])
    assert done["data"]["suggestion"] == "a"
    assert (done["agent_version"], done["generation"], done["attempts"], done["error"]) == (1, 1, 1, None)
    plain = await ended(client, await create(client, "a"))
    differing = {"id", "created_at", "updated_at", "completed_at", "started_at", "deadline_at"}
    assert {name: value for name, value in done.items() if name not in differing} == {
        name: value for name, value in plain.items() if name not in differing
    }


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_s06_unknown_fields_are_refused_where_they_decide_something(client: Client) -> None:
    await deploy(client)
    before = [(await client.get(path)).json for path in ("/v1/keys", "/v1/models", "/v1/applications/echo")]
    for name, value in INTERNAL.items():
        for method, path, body in (
            ("POST", "/v1/keys", {"name": "k"}),
            ("POST", "/v1/models", {"name": "m", "script": "- answer: a"}),
            ("PATCH", "/v1/limits", {"running_jobs": 1}),
            ("POST", "/v1/people", {"name": "p"}),
            ("POST", "/v1/applications", agent(alias="other")),
            ("PATCH", "/v1/applications/echo", {}),
            ("PUT", "/v1/applications/echo/draft", agent()),
            ("POST", "/v1/applications/echo/deploy", {}),
            ("POST", "/v1/applications/echo/rollback", {"version": 1}),
        ):
            answer = await client.send(method, path, {**body, name: value})
            assert answer.status == 400, (method, path, name, answer.raw)
    after = [(await client.get(path)).json for path in ("/v1/keys", "/v1/models", "/v1/applications/echo")]
    for one in (*before[0]["data"], *after[0]["data"]):
        one["last_used_at"] = None
    assert after == before


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_s06_answers_hold_nothing_internal(client: Client, worker: None) -> None:
    """Every answer of every test is held against a schema that allows no other field; here, the names themselves."""
    await deploy(client)
    job_id = await create(client, "a")
    await ended(client, job_id)
    hidden = ("organization_id", "hash", "lease_token", "worker_id", "deaths", "api_key_sealed")
    for path in ("/v1/keys", "/v1/models", "/v1/applications", JOBS, f"/v1/applications/jobs/{job_id}", "/v1/limits"):
        raw = (await client.get(path)).raw.decode()
        assert not [name for name in hidden if f'"{name}"' in raw], path
    assert (await job(client, job_id))["state"] == "completed"

"""Jobs: accepted once, whatever is repeated; retried, cancelled, told about."""

import asyncio
from typing import Any

from pressrun.organizations.keys import Scope
from pressrun.system import System
from tests.api.client import Answer, Client
from tests.api.samples import JOBS, add_model, create, deploy, ended, job, says, text
from tests.api.server import Server, until, working


async def total(client: Client) -> int:
    return int((await client.get(JOBS)).ok()["totalCount"])


async def test_a_repeated_idempotency_key_is_the_same_job(client: Client) -> None:
    await deploy(client)
    first = await client.post(JOBS, text("a"), idempotency_key="order 66")
    again = await client.post(JOBS, text("a"), idempotency_key="order 66")
    assert first.ok(202) == again.ok(202)
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert await total(client) == 1


async def test_an_idempotency_key_stands_for_one_request(client: Client) -> None:
    await deploy(client)
    await deploy(client, alias="other")
    await client.post(JOBS, text("a"), idempotency_key="k")
    for path, body in ((JOBS, text("b")), (JOBS, text("a", priority=1)), (JOBS.replace("echo", "other"), text("a"))):
        refusal = await client.post(path, body, idempotency_key="k")
        assert (refusal.status, refusal.json["tpe"]) == (422, "UnprocessableEntity")
        assert refusal.json["extras"]["error_type"] == "IdempotencyKeyReused"
        assert refusal.headers["x-should-retry"] == "false"
    assert await total(client) == 1


async def test_an_idempotency_key_is_its_callers_own(server: Server, client: Client) -> None:
    await deploy(client)
    other = await server.caller(Scope.JOBS_WRITE)
    mine = await client.post(JOBS, text("a"), idempotency_key="k")
    theirs = await other.post(JOBS, text("b"), idempotency_key="k")
    assert mine.ok(202)["id"] != theirs.ok(202)["id"]
    assert "idempotent-replayed" not in theirs.headers


async def test_a_refused_request_does_not_use_its_key_up(client: Client) -> None:
    await deploy(client)
    assert (await client.post(JOBS, {"inputs": []}, idempotency_key="k")).status == 400
    assert (await client.post(JOBS, text("a"), idempotency_key="k")).status == 202


async def test_64_at_once_with_one_key_make_one_job(client: Client) -> None:
    await deploy(client)
    sent = [client.post(JOBS, text("a"), idempotency_key="k") for _ in range(64)]
    answers: list[Answer] = await asyncio.gather(*sent)
    assert len({answer.ok(202)["id"] for answer in answers}) == 1
    assert sum("idempotent-replayed" not in answer.headers for answer in answers) == 1
    assert await total(client) == 1


async def test_idempotency_keys_that_cannot_be(client: Client) -> None:
    await deploy(client)
    for key in ("", " ", "x" * 256, "é", "a\tb"):
        refusal = await client.post(JOBS, text("a"), idempotency_key=key)
        assert (refusal.status, refusal.json["errors"][0]["extras"]) == (400, {"field": "Idempotency-Key"})


async def test_a_clients_own_repeats_are_folded_where_its_key_asks_for_that(server: Server, client: Client) -> None:
    await deploy(client)
    folding = await server.caller(Scope.JOBS_WRITE, fold_retries=True)
    first = (await folding.post(JOBS, text("a"), x_stainless_retry_count="0")).ok(202)
    repeat = await folding.post(JOBS, text("a"), x_stainless_retry_count="1")
    assert repeat.ok(202) == first
    assert repeat.headers["idempotent-replayed"] == "true"
    meant = (await folding.post(JOBS, text("a"), x_stainless_retry_count="0")).ok(202)
    assert meant["id"] != first["id"], "the same request made anew is a new job"
    assert (await folding.post(JOBS, text("b"), x_stainless_retry_count="2")).ok(202)["id"] not in {
        first["id"],
        meant["id"],
    }, "what never arrived before is no repeat"
    plain = {(await client.post(JOBS, text("a"), x_stainless_retry_count=str(n))).ok(202)["id"] for n in range(2)}
    assert len(plain) == 2
    assert await total(client) == 5


async def test_columns_cannot_be_set_from_outside(client: Client) -> None:
    await deploy(client)
    columns: dict[str, Any] = {
        "id": "x", "organization_id": "x", "agent_id": "x", "agent_version": 9, "state": "completed", "attempts": 9,
        "generation": 9, "created_at": 0, "completed_at": 0, "result": "x", "error": "x", "max_attempts": 99,
        "worker_id": "x", "lease_token": "x", "cancel_requested": True, "prompt_tokens": 9, "key_id": "x",
    }  # fmt: skip
    found = await job(client, await create(client, "a", **columns))
    assert found["id"] != "x"
    assert (found["state"], found["agent_version"], found["attempts"], found["generation"]) == ("queued", 1, 0, 1)
    assert (found["error"], found["data"], found["cancel_requested"], found["usage"]["total_tokens"]) == (
        (None, None, False, 0)
    )


async def test_a_failed_job_and_its_retry(client: Client, worker: None) -> None:
    await add_model(client, "flaky", {"fail": {"status": 400, "message": "not today"}, "times": 1})
    await deploy(client, prompts=says("flaky"))
    job_id = await create(client, "a")
    failed = await ended(client, job_id)
    assert (failed["status"], failed["error_code"], failed["data"]) == ("failed", "model_refused", None)
    assert "not today" in failed["error"]
    assert failed["completed_at"] is not None
    retried = (await client.post(f"/v1/applications/jobs/{job_id}/retry")).ok(202)
    assert (retried["id"], retried["job_id"], retried["created_at"]) == (job_id, job_id, failed["created_at"])
    done = await ended(client, job_id)
    assert (done["status"], done["error"], done["error_code"], done["generation"]) == ("completed", None, None, 2)
    assert (done["data"]["suggestion"], done["created_at"]) == ("a", failed["created_at"])


async def test_many_retries_at_once_start_one(client: Client, system: System) -> None:
    await deploy(client)
    job_id = await create(client, "a")
    await client.post(f"/v1/applications/jobs/{job_id}/cancel")
    path = f"/v1/applications/jobs/{job_id}/retry"
    answers = await asyncio.gather(*(client.post(path, x_stainless_retry_count=str(n)) for n in range(16)))
    assert {answer.ok(202)["status"] for answer in answers} == {"in_progress"}
    assert (await job(client, job_id))["generation"] == 2
    events = (await client.get(f"/v1/applications/jobs/{job_id}/events")).ok()["data"]
    assert [line["event"] for line in events] == ["job.created", "job.cancelled", "job.retried"]


async def test_cancelling_a_queued_job(client: Client) -> None:
    await deploy(client)
    job_id = await create(client, "a")
    cancelled = (await client.post(f"/v1/applications/jobs/{job_id}/cancel")).ok()
    assert (cancelled["status"], cancelled["state"], cancelled["error_code"]) == ("failed", "cancelled", "cancelled")
    assert cancelled["error"]
    assert (await client.post(f"/v1/applications/jobs/{job_id}/cancel")).ok() == cancelled


async def test_cancelling_a_running_job(client: Client, system: System, worker: None) -> None:
    await add_model(client, "slow", {"delay_s": 3000, "answer": "late"})
    await deploy(client, prompts=says("slow"))
    job_id = await create(client, "a")
    while (await job(client, job_id))["state"] != "running":
        await asyncio.sleep(0.01)
    asked = (await client.post(f"/v1/applications/jobs/{job_id}/cancel")).ok()
    assert asked["cancel_requested"] is True
    assert (await ended(client, job_id))["state"] == "cancelled"


async def test_cancelling_what_has_ended_changes_nothing(client: Client, worker: None) -> None:
    await deploy(client)
    job_id = await create(client, "a")
    done = await ended(client, job_id)
    assert (await client.post(f"/v1/applications/jobs/{job_id}/cancel")).ok() == done


async def test_the_timeline(client: Client, worker: None) -> None:
    await deploy(client)
    job_id = await create(client, "a")
    done = await ended(client, job_id)
    lines = (await client.get(f"/v1/applications/jobs/{job_id}/events")).ok()["data"]
    assert [(line["seq"], line["event"]) for line in lines] == [
        (1, "job.created"),
        (2, "job.started"),
        (3, "job.completed"),
    ]
    assert lines[0]["at"] == done["created_at"]
    assert [line["attempt"] for line in lines] == [0, 1, 1]
    assert {line["generation"] for line in lines} == {1}


async def test_fan_out(client: Client, worker: None) -> None:
    await deploy(client)
    data = (await ended(client, await create(client, "a", "b", fan_out=True)))["data"]
    assert data["suggestion"] == "a\n\nb"
    parts = [(one["input"], one["value"], one["title"], one["suggestion"]) for one in data["results"]]
    assert parts == [("Text", "a", "Said", "a"), ("Text", "b", "Said", "b")]
    assert "results" not in (await ended(client, await create(client, "a", "b")))["data"]


async def test_fan_out_needs_an_input_to_fan_out_over(client: Client) -> None:
    await deploy(client, inputs=[{"name": "Text", "type": "text"}])
    for path in (JOBS, "/v1/applications/echo"):
        refusal = await client.post(path, text("a", fan_out=True))
        assert (refusal.status, refusal.json["errors"][0]["extras"]) == (400, {"field": "fan_out"})


async def test_a_long_poll_answers_when_the_job_ends(client: Client, system: System) -> None:
    await deploy(client)
    job_id = await create(client, "a")
    listening = system.store.bells._listeners["finished"]
    waiting = asyncio.create_task(client.get(f"/v1/applications/jobs/{job_id}?wait=60"))
    await until(lambda: bool(listening))
    async with working(system), asyncio.timeout(10):
        assert (await waiting).ok()["status"] == "completed"
    assert not listening, "whoever has been answered listens no more"


async def test_a_long_poll_answers_when_the_server_stops(server: Server, client: Client) -> None:
    await deploy(client)
    job_id = await create(client, "a")
    waiting = asyncio.create_task(client.get(f"/v1/applications/jobs/{job_id}?wait=60"))
    await until(lambda: bool(server.system.store.bells._listeners["finished"]))
    server.stopping.set()
    async with asyncio.timeout(5):
        assert (await waiting).ok()["status"] == "in_progress"


async def test_a_long_poll_ends_in_time(client: Client) -> None:
    await deploy(client)
    job_id = await create(client, "a")
    for wait, longest_s in (("0", 1), ("-3", 1), ("", 1), ("1", 5)):
        async with asyncio.timeout(longest_s):
            assert (await client.get(f"/v1/applications/jobs/{job_id}?wait={wait}")).ok()["state"] == "queued"
    assert (await client.get(f"/v1/applications/jobs/{job_id}?wait=soon")).status == 400


async def test_every_bad_input_is_named_in_one_answer(client: Client) -> None:
    inputs = [
        {"name": "Text", "type": "text"},
        {"name": "Tone", "type": "dropdown", "options": ["dry", "warm"]},
    ]
    await deploy(client, inputs=inputs)
    body = {"inputs": [{"id": "Tone", "value": ["wet"]}, {"id": "Txet", "value": ["a"]}, {"id": "x"}, 5]}
    for path in (JOBS, "/v1/applications/echo"):
        refusal = await client.post(path, body)
        assert refusal.status == 400
        assert refusal.json["extras"]["error_type"] == "InvalidInputParameters"
        named = {error["extras"].get("input") for error in refusal.json["errors"]}
        assert named == {"Text", "Tone", "Txet", "x", None}
        assert any(error["extras"].get("options") == ["dry", "warm"] for error in refusal.json["errors"])
    assert await total(client) == 0


async def test_a_job_that_has_ended_can_be_deleted(client: Client) -> None:
    await deploy(client)
    job_id = (await client.post(JOBS, text("a"))).json["id"]
    path = f"/v1/applications/jobs/{job_id}"
    refusal = await client.delete(path)
    assert (refusal.status, refusal.headers["x-should-retry"]) == (409, "false")
    await client.post(path + "/cancel")
    assert (await client.delete(path)).json == {"id": job_id, "deleted": True}
    assert (await client.get(path)).status == 404
    assert (await client.delete(path)).status == 404
    assert await total(client) == 0
    lines = (await client.get("/v1/audit")).json["data"]
    assert (lines[0]["action"], lines[0]["target"]) == ("job.deleted", job_id)


async def test_an_agent_deleted_with_its_jobs_leaves_none_open(client: Client) -> None:
    await deploy(client)
    ids = [(await client.post(JOBS, text("a"))).json["id"] for _ in range(3)]
    agent = JOBS.removesuffix("/jobs")
    assert (await client.delete(agent + "?jobs=nonsense")).status == 400
    assert (await client.delete(agent + "?jobs=cancel")).status == 200
    for job_id in ids:
        assert (await client.get(f"/v1/applications/jobs/{job_id}")).json["state"] == "cancelled"

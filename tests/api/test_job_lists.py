"""The jobs of all agents, the rows of a batch and the overview, as they come over HTTP."""

from pressrun.organizations.keys import Scope
from tests.api.client import Client
from tests.api.samples import add_model, create, deploy, ended, says
from tests.api.server import Server
from tests.api.test_batches import ended as batch_ended
from tests.api.test_batches import upload


async def test_jobs_of_all_agents(client: Client, worker: None) -> None:
    await add_model(client, "broken", {"fail": {"status": 400}})
    await deploy(client)
    broken = await deploy(client, alias="broken", name="Broken", prompts=says("broken"))
    done, failed = await create(client, "x" * 500), await create(client, "b", reference="broken")
    for one in (done, failed):
        await ended(client, one)
    batch = await batch_ended(client, (await upload(client)).ok(202)["id"])
    listed = (await client.get("/v1/jobs")).ok()
    assert ([one["row"] for one in listed["data"]], listed["next"]) == ([2, 1, None, None], None)
    (told,) = (await client.get("/v1/jobs?error_code=model_refused")).ok()["data"]
    assert (told["id"], told["application_id"], told["application_name"]) == (failed, broken, "Broken")
    single = (await client.get("/v1/jobs?batch_id=none&limit=1")).ok()
    assert ([one["id"] for one in single["data"]], single["next"], single["has_more"]) == ([failed], failed, True)
    (second,) = (await client.get(f"/v1/jobs?batch_id=none&limit=1&before={failed}")).ok()["data"]
    assert (second["id"], len(second["output"]), second["output"][-1]) == (done, 200, "…")
    assert (second["inputs"]["Text"], second["duration_ms"] >= 0) == (second["output"], True)
    rows = (await client.get(f"/v1/jobs?batch_id={batch['id']}&state=completed,failed")).ok()["data"]
    assert [one["output"] for one in rows] == ["blue shoe", "red shoe"]
    assert (await client.get("/v1/jobs?to=2020-01-01&application_id=echo")).ok()["data"] == []
    assert len((await client.get("/v1/jobs?from=2020-01-01T00:00:00Z&application_id=echo")).ok()["data"]) == 3


async def test_what_cannot_be_asked_for(client: Client) -> None:
    refusal = await client.get("/v1/jobs?state=done,queued&from=yesterday&to=9999999")
    assert refusal.status == 400
    assert [one["extras"]["field"] for one in refusal.json["errors"]] == ["state", "from", "to"]
    assert (await client.get("/v1/jobs?before=nothing")).status == 400
    for query in ("application_id=nobody", "batch_id=nothing"):
        assert (await client.get(f"/v1/jobs?{query}")).status == 404
    await deploy(client)
    batch_id = (await upload(client)).ok(202)["id"]
    refusal = await client.get(f"/v1/batches/{batch_id}/rows?sort=colour&order=up&state=done&from=x")
    assert [one["extras"]["field"] for one in refusal.json["errors"]] == ["sort", "order", "state", "from"]
    assert (await client.get(f"/v1/batches/{batch_id}/rows?q={'x' * 201}")).status == 400


async def test_rows_of_a_batch(client: Client, worker: None) -> None:
    await deploy(client)
    batch_id = (await upload(client)).ok(202)["id"]
    await batch_ended(client, batch_id)
    found = (await client.get(f"/v1/batches/{batch_id}/rows?q=BLUE&state=completed&short=true&sort=tokens")).ok()
    assert (found["total"], found["has_more"], len(found["data"])) == (1, False, 1)
    (row,) = found["data"]
    assert (row["row"], row["cells"], row["suggestion"], row["output"]) == (2, None, None, "blue shoe")
    assert row["inputs"] == {"Text": "blue shoe"}
    rest = (await client.get(f"/v1/batches/{batch_id}/rows?offset=1&order=desc")).ok()
    assert ([one["row"] for one in rest["data"]], rest["total"]) == ([1], 2)
    series = (await client.get(f"/v1/batches/{batch_id}/series")).ok()
    assert sum(point["completed"] for point in series["points"]) == 2


async def test_the_overview(client: Client, server: Server, worker: None) -> None:
    agent_id = await deploy(client)
    await ended(client, await create(client, "a b c"))
    seen = (await client.get("/v1/overview")).ok()
    assert seen["queue"] == {"queued": 0, "running": 0, "waiting": 0, "oldest_queued_s": None}
    assert (len(seen["hours"]), sum(one["completed"] for one in seen["hours"]), seen["failure_rate"]) == (24, 1, 0.0)
    assert [(one["application_id"], one["calls"]) for one in seen["spend"]] == [(agent_id, 1)]
    assert [(one["id"], one["places"], one["running"]) for one in seen["workers"]] == [("w", 10, 0)]
    assert {one["state"] for one in seen["models"]} == {"ok"}
    (agent,) = seen["agents"]
    assert (agent["application_id"], agent["runs"], agent["failed"]) == (agent_id, 1, 0)
    reader = await server.caller(Scope.JOBS_READ)
    assert (await reader.get("/v1/overview")).ok()["workers"] is None

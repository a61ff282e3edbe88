"""Versions: what was accepted runs on what was deployed then, whatever is deployed since."""

from typing import Any

from pressrun.system import System
from tests.api.client import Client
from tests.api.samples import add_model, agent, create, deploy, ended, job, says
from tests.api.server import working


async def redeploy(client: Client, **changes: Any) -> int:
    (await client.send("PUT", "/v1/applications/echo/draft", agent(**changes))).ok()
    return int((await client.post("/v1/applications/echo/deploy", {"note": "next"})).ok()["deployed_version"])


async def test_jobs_are_pinned_to_the_version_they_were_accepted_with(client: Client, system: System) -> None:
    await add_model(client, "flaky", {"match": "old", "fail": {"status": 400}, "times": 1})
    await deploy(client, prompts=says("flaky"), output={"title": "One"})
    first = await create(client, "old")
    assert await redeploy(client, prompts=says("flaky"), output={"title": "Two"}) == 2
    second = await create(client, "new")
    assert [(await job(client, one))["agent_version"] for one in (first, second)] == [1, 2]
    async with working(system):
        assert (await ended(client, first))["status"] == "failed"
        assert (await ended(client, second))["data"]["title"] == "Two"
        (await client.post(f"/v1/applications/jobs/{first}/retry")).ok(202)
        again = await ended(client, first)
    assert (again["data"]["title"], again["agent_version"], again["generation"]) == ("One", 1, 2)


async def test_rolling_back(client: Client) -> None:
    await deploy(client)
    assert await redeploy(client, name="Two") == 2
    rolled = (await client.post("/v1/applications/echo/rollback", {"version": 1})).ok()
    assert (rolled["name"], rolled["deployed_version"], rolled["last_version"]) == ("Echo", 1, 2)
    assert rolled["draft_changed"] is True
    assert (await job(client, await create(client, "a")))["agent_version"] == 1
    assert (await client.get("/v1/applications/echo/draft")).ok()["name"] == "Two"
    listed = (await client.get("/v1/applications/echo/versions")).ok()["data"]
    assert [(one["version"], one["deployed"], one["note"]) for one in listed] == [(2, False, "next"), (1, True, "")]
    assert {one["created_by_name"] for one in listed} == {"test"}
    assert (await client.post("/v1/applications/echo/deploy")).ok()["deployed_version"] == 3


async def test_versions_do_not_change(client: Client) -> None:
    await deploy(client)
    before = (await client.get("/v1/applications/echo/versions/1")).raw
    await redeploy(client, name="Two")
    assert (await client.get("/v1/applications/echo/versions/1")).raw == before
    assert (await client.get("/v1/applications/echo/versions/2")).ok()["name"] == "Two"


async def test_deploying_the_same_again_makes_no_version(client: Client) -> None:
    await deploy(client)
    assert await redeploy(client) == 1
    assert (await client.post("/v1/applications/echo/deploy", raw=b" ")).ok()["deployed_version"] == 1


async def test_versions_there_are_not(client: Client) -> None:
    await deploy(client)
    for version in ("0", "2", "-1", "one", "1.0", "9" * 30, "%00", "%C2%B2"):
        assert (await client.get(f"/v1/applications/echo/versions/{version}")).status == 404, version
    for number, status in (
        (2, 404),
        (2**62, 404),
        (0, 400),
        (-1, 400),
        (2**63, 400),
        ("1", 400),
        (True, 400),
        (1.5, 400),
    ):
        assert (await client.post("/v1/applications/echo/rollback", {"version": number})).status == status, number
    refusal = await client.post("/v1/applications/echo/rollback", {})
    assert (refusal.status, refusal.descriptions[0][:19]) == (400, "version is required")


async def test_notes(client: Client) -> None:
    await deploy(client)
    for note in (1, "x" * 1001, "a\0b"):
        await client.send("PATCH", "/v1/applications/echo", {"name": "Two"})
        assert (await client.post("/v1/applications/echo/deploy", {"note": note})).status == 400
    assert (await client.get("/v1/applications/echo")).ok()["last_version"] == 1

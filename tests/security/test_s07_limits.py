"""S-07 and G14: what is beyond a limit is refused with 429 before it is accepted, and says when to come again."""

import pytest

from pressrun.errors import LimitError
from pressrun.jobs.admission import Ceilings
from pressrun.jobs.create import create
from pressrun.jobs.job import Acceptance
from pressrun.jobs.retry import retry
from pressrun.jobs.tokens import spend
from pressrun.jobs.usage import usage
from pressrun.organizations.keys import Scope
from pressrun.organizations.limits import Limit, change_limits, find_limits
from pressrun.store.store import Store
from tests.api.client import Answer, Client
from tests.api.samples import JOBS, deploy, ended, text
from tests.api.samples import create as create_job
from tests.api.server import Server
from tests.fake_clock import FakeClock
from tests.jobs.agents_rows import add_agent
from tests.jobs.scene import Scene, key

DAY_S = 86_400


async def limit(store: Store, name: Limit, value: int | None, organization_id: str = "o") -> None:
    await store.write(lambda tx: change_limits(tx, organization_id, {name: value}))


async def accepted(scene: Scene, number: int, ceilings: Ceilings | None = None) -> list[Acceptance]:
    jobs = [scene.new_job() for _ in range(number)]
    found = await scene.store.write(lambda tx: create(tx, jobs, *([ceilings] if ceilings else [])))
    return [one.acceptance for one in found]


@pytest.fixture
async def scene(store: Store) -> Scene:
    """An organization with an agent and a worker."""
    scene = await Scene.set(store)
    await scene.add_worker()
    return scene


async def test_s07_only_so_many_jobs_may_wait(scene: Scene) -> None:
    """Waiting are those that nobody has started; what a worker takes, or somebody cancels, makes room."""
    await limit(scene.store, Limit.QUEUED_JOBS, 3)
    assert await accepted(scene, 5) == [Acceptance.CREATED] * 3 + [Acceptance.QUEUE_FULL] * 2
    assert await accepted(scene, 1) == [Acceptance.QUEUE_FULL]
    (held,) = await scene.claim(1)
    assert await accepted(scene, 2) == [Acceptance.CREATED, Acceptance.QUEUE_FULL]
    await scene.again(held, 60)  # it waits again, and makes no room
    assert await accepted(scene, 1) == [Acceptance.QUEUE_FULL]
    await limit(scene.store, Limit.QUEUED_JOBS, None)
    assert await accepted(scene, 10) == [Acceptance.CREATED] * 10


async def test_s07_the_servers_ceilings_hold_for_everybody(scene: Scene) -> None:
    await limit(scene.store, Limit.QUEUED_JOBS, 100)
    assert await accepted(scene, 3, Ceilings(queued_jobs=2)) == [Acceptance.CREATED] * 2 + [Acceptance.QUEUE_FULL]
    assert await accepted(scene, 2, Ceilings(queued_jobs_total=3)) == [Acceptance.CREATED, Acceptance.SERVER_FULL]


async def test_s07_another_organization_is_not_held_up(scene: Scene) -> None:
    await scene.store.write(lambda tx: tx.run("add_organization", organization_id="p", name="p"))
    await add_agent(scene.store, "p", "b")
    await limit(scene.store, Limit.QUEUED_JOBS, 1)
    theirs = [scene.new_job(organization_id="p", agent_id="b") for _ in range(3)]
    found = await scene.create(scene.new_job(), *theirs, scene.new_job())
    assert [one.acceptance for one in found] == [Acceptance.CREATED] * 4 + [Acceptance.QUEUE_FULL]


async def test_s07_a_refused_request_keeps_nothing(scene: Scene) -> None:
    """Its idempotency key is free for the next try, and a replay of what was accepted is not refused."""
    await limit(scene.store, Limit.QUEUED_JOBS, 1)
    first = scene.new_job(idempotency=key("first"))
    await scene.create(first)
    refused, replayed = await scene.create(
        scene.new_job(idempotency=key("second")), scene.new_job(idempotency=key("first"))
    )
    assert (refused.acceptance, replayed.acceptance) == (Acceptance.QUEUE_FULL, Acceptance.REPLAYED)
    assert replayed.job_id == first.id
    await limit(scene.store, Limit.QUEUED_JOBS, 2)
    (again,) = await scene.create(scene.new_job(idempotency=key("second")))
    assert again.acceptance == Acceptance.CREATED


async def test_s07_a_job_that_is_retried_waits_like_a_new_one(scene: Scene) -> None:
    first = await scene.add()
    (held,) = await scene.claim(1)
    await scene.fail(held)
    await limit(scene.store, Limit.QUEUED_JOBS, 1)
    await scene.add()
    with pytest.raises(LimitError, match="1 jobs are waiting"):
        await scene.store.write(lambda tx: retry(tx, "o", first))
    assert (await scene.job(first)).state == "failed"
    await scene.claim(1)
    await scene.store.write(lambda tx: retry(tx, "o", first))
    assert (await scene.job(first)).state == "queued"


async def test_s07_a_days_tokens(scene: Scene, clock: FakeClock) -> None:
    """When they are spent nothing more is accepted, and nothing more is started, until the next day."""
    await limit(scene.store, Limit.TOKENS_PER_DAY, 100)
    await scene.create(scene.new_job(), scene.new_job())
    await scene.store.write(lambda tx: spend(tx, [("o", 60), ("p", 1000), ("o", 39)]))
    assert await accepted(scene, 1) == [Acceptance.CREATED]
    (held,) = await scene.claim(1)
    await scene.store.write(lambda tx: spend(tx, [("o", 1)]))
    assert await accepted(scene, 1) == [Acceptance.TOKENS_SPENT]
    assert await scene.claim() == []
    assert await scene.complete(held) == "completed", "what runs may end"
    used = await scene.store.read(lambda tx: usage(tx, "o"))
    assert (used.queued_jobs, used.running_jobs, used.tokens_today, used.most_tokens) == (2, 0, 100, 100)
    clock.advance(used.day_left_s - 1)
    assert await scene.claim() == []
    clock.advance(1)
    assert await accepted(scene, 1) == [Acceptance.CREATED]
    assert len(await scene.claim()) == 3


async def test_s07_only_so_many_jobs_run(scene: Scene) -> None:
    """Over all agents of the organization, however many places are free; others are not held up."""
    await scene.store.write(lambda tx: tx.run("add_organization", organization_id="p", name="p"))
    await add_agent(scene.store, "o", "a2")
    await add_agent(scene.store, "p", "b")
    await limit(scene.store, Limit.RUNNING_JOBS, 3)
    for agent_id in ("a", "a2"):
        await scene.create(*(scene.new_job(agent_id=agent_id) for _ in range(5)))
    await scene.create(*(scene.new_job(organization_id="p", agent_id="b") for _ in range(5)))
    claims = await scene.claim(100)
    assert [sum(one.organization_id == organization for one in claims) for organization in "op"] == [3, 5]
    assert await scene.claim(100) == []
    await scene.complete(next(one for one in claims if one.organization_id == "o"))
    assert len(await scene.claim(100)) == 1
    await limit(scene.store, Limit.RUNNING_JOBS, 0)
    await scene.complete(next(one for one in claims if one.agent_id == "a2"))
    assert await scene.claim(100) == []
    await limit(scene.store, Limit.RUNNING_JOBS, None)
    assert len(await scene.claim(100)) == 6


async def test_limits_are_set_and_taken_away(scene: Scene) -> None:
    await limit(scene.store, Limit.RUNNING_JOBS, 5)
    await limit(scene.store, Limit.RUNNING_JOBS, 6)
    await limit(scene.store, Limit.TOKENS_PER_DAY, 7)
    found = await scene.store.read(lambda tx: find_limits(tx, "o"))
    assert found == {Limit.RUNNING_JOBS: 6, Limit.TOKENS_PER_DAY: 7}
    await limit(scene.store, Limit.RUNNING_JOBS, None)
    assert await scene.store.read(lambda tx: find_limits(tx, "o")) == {Limit.TOKENS_PER_DAY: 7}


def refused(answer: Answer, name: str, most: int) -> None:
    assert (answer.status, answer.json["tpe"]) == (429, "TooManyRequests"), answer.raw
    assert answer.json["errors"][0]["key"] == "fail.tooManyRequests.quotaExceeded"
    assert answer.json["errors"][0]["extras"] == {"limit": name, "most": most}
    assert 1 <= int(answer.headers["retry-after"]) <= 59
    assert answer.headers["ratelimit-policy"].startswith(f'"{name}";q={most}')
    assert answer.headers["ratelimit"] == f'"{name}";r=0'


async def test_s07_a_full_queue_on_the_wire(client: Client) -> None:
    await deploy(client)
    assert (await client.send("PATCH", "/v1/limits", {"queued_jobs": 1})).status == 200
    await create_job(client, "a")
    answer = await client.post(JOBS, text("b"))
    refused(answer, "queued_jobs", 1)
    assert "x-should-retry" not in answer.headers, "Writer's clients try again by themselves"
    shown = {one["name"]: one for one in (await client.get("/v1/limits")).ok()["data"]}
    assert shown["queued_jobs"] == {"name": "queued_jobs", "value": 1, "server_most": 1_000_000, "used": 1}
    assert (await client.get(JOBS)).json["totalCount"] == 1


async def test_s07_spent_tokens_on_the_wire(client: Client, worker: None) -> None:
    """Jobs and synchronous generations alike; trying again is of no use today."""
    await deploy(client)
    await client.send("PATCH", "/v1/limits", {"tokens_per_day": 1})
    await ended(client, await create_job(client, "a b c"))
    for path in (JOBS, "/v1/applications/echo"):
        answer = await client.post(path, text("b"))
        refused(answer, "tokens_per_day", 1)
        assert answer.headers["x-should-retry"] == "false"
        assert "midnight UTC" in answer.json["message"]


async def test_s07_requests_a_minute_of_each_key(server: Server, client: Client) -> None:
    """The organization's limit is for each of its keys, a key's own is before it; others do not notice."""
    limited = await server.caller(Scope.AGENTS_READ, requests_per_minute=3)
    seen = [await limited.get("/v1/models") for _ in range(8)]
    # A minute may end between two of them, and the next one brings as many again.
    assert [one.status for one in seen[:3]] == [200] * 3
    assert 429 in [one.status for one in seen]
    refused(next(one for one in seen if one.status == 429), "requests_per_minute", 3)
    assert seen[0].headers["ratelimit-policy"] == '"requests_per_minute";q=3;w=60'
    assert seen[0].headers["ratelimit"] == '"requests_per_minute";r=2'
    assert "ratelimit" not in (await client.get("/v1/models")).headers
    await client.send("PATCH", "/v1/limits", {"requests_per_minute": 2})
    fresh = await server.caller(Scope.AGENTS_READ)
    assert 429 in [(await fresh.get("/v1/models")).status for _ in range(6)]
    assert (await server.client(None).get("/healthz")).status == 200


async def test_s07_limits_that_mean_nothing(client: Client) -> None:
    for body in (
        {"queued_jobs": -1},
        {"requests_per_minute": 0},
        {"tokens_per_day": "many"},
        {"tokens_per_day": 2**60},
        {"money": 1},
        {"queued_jobs": True},
    ):
        assert (await client.send("PATCH", "/v1/limits", body)).status == 400, body
    assert [one["value"] for one in (await client.get("/v1/limits")).ok()["data"]] == [None] * 4

"""The overview's counters say what happened, whoever ended the jobs, and nothing twice."""

import itertools

from pressrun.jobs import cancel, overview, retry, upkeep
from pressrun.jobs.admission import UNLIMITED
from pressrun.store.clock import SECOND
from tests.fake_clock import FakeClock
from tests.jobs.agents_rows import add_agent
from tests.jobs.scene import Scene

HOUR_S = 3600


async def ends(scene: Scene) -> list[tuple[int, int, int]]:
    """What ended in the last hours in which something did, the present one last."""
    hours = await scene.store.read(lambda tx: overview.hours(tx, "o"))
    assert len(hours) == overview.HOURS
    assert [after.at - before.at for before, after in itertools.pairwise(hours)] == [HOUR_S * SECOND] * 23
    return [found for one in hours if any(found := (one.completed, one.failed, one.cancelled))]


async def test_ends_are_counted_by_the_hour(scene: Scene, clock: FakeClock) -> None:
    first, second, third, _ = [await scene.add() for _ in range(4)]
    held = {one.id: one for one in await scene.claim(3)}
    await scene.complete(held[first])
    await scene.fail(held[second])
    assert await ends(scene) == [(1, 1, 0)]
    clock.advance(HOUR_S)
    await scene.again(held[third], 1)
    assert await ends(scene) == [(1, 1, 0)], "a job that waits has not ended"
    await scene.store.write(lambda tx: cancel.cancel(tx, "o", third))
    await scene.store.write(lambda tx: retry.retry(tx, "o", second, UNLIMITED))
    assert await ends(scene) == [(1, 1, 0), (0, 0, 1)]
    (again, *_) = [one for one in await scene.claim(10) if one.id == second]
    await scene.complete(again)
    await scene.complete(again)
    assert await ends(scene) == [(1, 1, 0), (1, 0, 1)], "it ended once more, and a stale write ends nothing"
    clock.advance(23 * HOUR_S)
    assert await ends(scene) == [(1, 0, 1)]


async def test_whatever_ends_a_job_is_counted(scene: Scene, clock: FakeClock) -> None:
    await scene.add(deadline_s=5)
    await scene.add(on_worker_loss="fail")
    await scene.claim(2)
    clock.advance(10)
    await scene.store.write(lambda tx: tx.run("bury_worker", worker_id="w", blamed=1))
    await upkeep.upkeep(scene.store, 30)
    assert [sum(one) for one in await ends(scene)] == [2]


async def test_the_queue_and_the_agents(scene: Scene, clock: FakeClock) -> None:
    await add_agent(scene.store, "o", "b")
    assert await scene.store.read(lambda tx: overview.queue(tx, "o")) == overview.Queue(0, 0, 0, None)
    await scene.add()
    clock.advance(2)
    await scene.add()
    await scene.add()
    clock.advance(3)
    (held,) = await scene.claim(1)
    assert await scene.store.read(lambda tx: overview.queue(tx, "o")) == overview.Queue(2, 1, 0, 3.0)
    assert [taken for _, taken in await scene.store.read(overview.busy_workers)] == [1]
    await scene.fail(held)
    found = {one.agent_id: one for one in await scene.store.read(lambda tx: overview.agents(tx, "o"))}
    assert (found["a"].completed, found["a"].failed, found["a"].last_run_at) == (0, 1, clock.now - 3 * SECOND)
    assert (found["b"].completed, found["b"].failed, found["b"].last_run_at) == (0, 0, None)
    clock.advance(8 * 24 * HOUR_S)
    found = {one.agent_id: one for one in await scene.store.read(lambda tx: overview.agents(tx, "o"))}
    assert found["a"].failed == 0


async def test_what_nobody_asks_about_is_forgotten(scene: Scene, clock: FakeClock) -> None:
    await scene.add()
    await scene.complete((await scene.claim())[0])
    clock.advance((overview.KEEP_HOURS + 2) * HOUR_S)
    await upkeep.tidy(scene.store)
    kept = await scene.store.read(lambda tx: tx.all("list_ended_hours", organization_id="o", hours=10_000))
    assert kept == []

"""Promises of the engine that no other test has at its heart; `tests/mutants` shows that each test can fail."""

import asyncio
from dataclasses import replace

import pytest

from pressrun.agents.drafts import delete_agent
from pressrun.api.metrics import exposition
from pressrun.jobs import cancel, upkeep, workers
from pressrun.jobs.job import State
from pressrun.jobs.keeping_up import keep_up
from pressrun.store.store import Store
from tests.fake_clock import FakeClock
from tests.jobs.scene import Scene
from tests.lossy_store import AwayStore
from tests.raw_sql import execute


async def test_the_token_alone_tells_two_claims_apart(scene: Scene) -> None:
    """As after a restored backup, where counters may say the same."""
    job_id = await scene.add()
    (held,) = await scene.claim()
    assert await scene.complete(replace(held, lease_token="another")) is None
    assert (await scene.job(job_id)).state == State.RUNNING
    assert await scene.complete(held) == State.COMPLETED


async def test_a_recorded_result_cannot_be_changed(scene: Scene, database_url: str) -> None:
    await scene.add()
    (held,) = await scene.claim()
    await scene.complete(held)
    with pytest.raises(Exception, match="never change"):
        await execute(database_url, "UPDATE results SET digest = 'x'")
    with pytest.raises(Exception, match=r"(?i)unique"):
        await execute(database_url, "INSERT INTO results SELECT * FROM results")


async def test_jobs_of_a_newer_format_are_left_to_newer_workers(scene: Scene, database_url: str) -> None:
    job_id = await scene.add()
    await execute(database_url, "UPDATE jobs SET format = 99")
    assert await scene.claim() == []
    assert (await scene.job(job_id)).state == State.QUEUED
    old = await scene.add()
    assert [held.id for held in await scene.claim()] == [old]


async def test_a_deletion_that_cancels_is_finished_by_whoever_lives(scene: Scene) -> None:
    """The process that began it may be gone: the wish stands with the deletion."""
    ids = [await scene.add() for _ in range(3)]
    (held,) = await scene.claim(1)
    await scene.store.write(lambda tx: delete_agent(tx, "o", "a", cancel_jobs=True))
    done = await upkeep.upkeep(scene.store, 30)
    assert done.cancelled == 3
    assert [(await scene.job(job_id)).state for job_id in ids] == [State.RUNNING, State.CANCELLED, State.CANCELLED]
    assert await scene.store.read(lambda tx: workers.cancelled_runs(tx, "w")) == [held.id]
    await scene.again(held, 5)
    assert (await scene.job(held.id)).state == State.CANCELLED
    await upkeep.upkeep(scene.store, 30)
    assert await scene.store.write(cancel.cancel_of_deleted_agents) == 0


async def test_a_deletion_that_drains_lets_jobs_finish(scene: Scene) -> None:
    await scene.add()
    await scene.store.write(lambda tx: delete_agent(tx, "o", "a"))
    await upkeep.upkeep(scene.store, 30)
    (held,) = await scene.claim()
    assert await scene.complete(held) == State.COMPLETED


async def test_a_sweeper_that_was_blind_watches_for_a_lease_first(scene: Scene, clock: FakeClock) -> None:
    """After an outage of the database every heartbeat is old: nobody may be buried for that."""
    away = AwayStore(scene.store)
    away.away = True
    rounds: asyncio.Queue[upkeep.Upkeep] = asyncio.Queue()

    async def note(done: upkeep.Upkeep) -> None:
        rounds.put_nowait(done)

    keeping = asyncio.create_task(keep_up(away, 2.0, every_s=0.05, then=note))
    try:
        await asyncio.sleep(2.5)  # blind for longer than a lease
        clock.advance(100)
        away.away = False
        first = await asyncio.wait_for(rounds.get(), 10)
        assert first.buried == []
        assert await alive(scene.store)
        while not (await asyncio.wait_for(rounds.get(), 20)).buried:
            pass
        assert not await alive(scene.store)
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


async def test_a_job_that_nobody_ends_is_counted(scene: Scene, clock: FakeClock) -> None:
    """The monitor of the promise that every job ends: a minute after the deadline somebody should have ended it."""

    async def told() -> bytes:
        lines = (await exposition(scene.store)).splitlines()
        return next(line for line in lines if line.startswith(b"pressrun_stuck_jobs "))

    await scene.add(deadline_s=60)
    await scene.add(deadline_s=6000)
    (held,) = await scene.claim(1)
    clock.advance(119)
    assert await told() == b"pressrun_stuck_jobs 0.0"
    clock.advance(2)
    assert await told() == b"pressrun_stuck_jobs 1.0"
    await upkeep.upkeep(scene.store, 3600)
    assert (await scene.job(held.id)).state == State.FAILED
    assert await told() == b"pressrun_stuck_jobs 0.0"


async def alive(store: Store) -> bool:
    """Whether the scene's worker is held to live."""
    return await store.read(lambda tx: workers.is_alive(tx, "w"))

"""Retry, cancel and delete of one job at the same moment: the outcome is that of some order, and nothing else moves."""

import asyncio
from collections.abc import Awaitable
from random import Random

import pytest

from pressrun.errors import Code, FailureCode, PressrunError
from pressrun.ids import new_lease_token
from pressrun.jobs import cancel, counts, delete, read, retry
from pressrun.jobs.claim import claim
from pressrun.jobs.job import Claim, Job, State
from pressrun.jobs.outcome import Completed, Ending, Failed, Outcome
from pressrun.jobs.settle import settle
from pressrun.store.store import Transaction
from tests.jobs.scene import RESULT, Scene
from tests.raw_sql import fetch

ROUNDS = 12


@pytest.mark.parametrize("seed", range(4))
async def test_every_outcome_is_that_of_some_order(scene: Scene, seed: int) -> None:
    random = Random(seed)
    for _ in range(ROUNDS):
        job_id = await scene.add()
        (held,) = await scene.claim()
        answers = await race(scene, held, random)
        assert all(one.code == Code.CONFLICT for one in answers if isinstance(one, PressrunError))
        deleted = sum(one is True for one in answers)
        assert deleted <= 1, "a job is deleted once"
        job = await scene.store.read(lambda tx, job_id=job_id: read.find(tx, "o", job_id))  # type: ignore[misc]
        assert (job is None) == (deleted == 1)
        if job is not None:
            await settled(scene, job)
        await counters_are_true(scene)


async def race(scene: Scene, held: Claim, random: Random) -> list[object]:
    """What everybody was told; refusals are answers, anything else that is raised is a fault."""
    write = scene.store.write
    outcomes: list[Outcome] = [Completed(RESULT), Failed(FailureCode.MODEL_REFUSED, "no")]
    ends = random.choice(outcomes)
    moves: list[Awaitable[object]] = [write(lambda tx: settle(tx, [(held, Ending(ends))]))]
    moves += [write(lambda tx: retry.retry(tx, "o", held.id)) for _ in range(4)]
    moves += [write(lambda tx: cancel.cancel(tx, "o", held.id)) for _ in range(4)]
    moves += [write(lambda tx: delete.delete(tx, "o", held.id)) for _ in range(2)]
    random.shuffle(moves)
    answers: list[object] = await asyncio.gather(*moves, return_exceptions=True)
    assert not [one for one in answers if isinstance(one, BaseException) and not isinstance(one, PressrunError)]
    return answers


async def settled(scene: Scene, job: Job) -> None:
    """Bring what is left of a job to its end: whatever state the race left, it is one from which that is possible."""
    if job.state == State.QUEUED:
        (held,) = await scene.claim()
        assert await scene.complete(held) == State.COMPLETED
        job = await scene.job(job.id)
    assert job.state in {State.COMPLETED, State.FAILED, State.CANCELLED}
    assert (job.result is not None) == (job.state == State.COMPLETED)
    assert (await scene.events(job.id)).count("retried") == job.generation - 1


async def counters_are_true(scene: Scene) -> None:
    """They say what the rows say."""
    counted = await scene.store.read(lambda tx: counts.by_state(tx, "o", "a"))
    jobs, total = await scene.store.read(lambda tx: read.page(tx, "o", "a", None, offset=0, limit=1000))
    assert {state: number for state, number in counted.items() if number} == {
        state: sum(job.state == state for job in jobs) for state in {job.state for job in jobs}
    }
    assert total == len(jobs)


async def test_a_rescue_sees_a_claim_that_was_under_way_when_its_worker_was_buried(
    scene: Scene, database_url: str
) -> None:
    """Such a job would wait for the next round, under a worker that is dead."""
    job_id = await scene.add()
    claimed, finish = asyncio.Event(), asyncio.Event()

    async def slowly(tx: Transaction) -> None:
        taken = await claim(tx, "w", new_lease_token(), 10)
        assert [one.id for one in taken.claims] == [job_id]
        claimed.set()
        if scene.store.dialect == "postgres":  # SQLite has one writer: there a claim is never under way
            await finish.wait()

    claiming = asyncio.create_task(scene.store.write(slowly))
    await claimed.wait()
    dying = asyncio.create_task(scene.die("w"))
    if scene.store.dialect == "postgres":
        while not dying.done() and not await fetch(database_url, "SELECT 1 FROM pg_locks WHERE NOT granted"):
            pass
        assert await scene.store.write(lambda tx: tx.all("bury_silent_workers", lease_us=-1)) == []
        finish.set()
    await asyncio.gather(claiming, dying)
    assert (await scene.job(job_id)).state == State.QUEUED
    assert await scene.claim() == []

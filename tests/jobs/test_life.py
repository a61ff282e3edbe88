"""The life of a job, move by move, on both databases."""

import asyncio

import pytest

from pressrun.errors import Code, PressrunError
from pressrun.jobs import cancel, counts, read, rescue, retry, upkeep, workers
from pressrun.jobs.job import Phase, State
from pressrun.jobs.outcome import Cancelled, Completed, Ending, Released
from pressrun.jobs.settle import settle
from tests.fake_clock import FakeClock
from tests.jobs.agents_rows import add_agent
from tests.jobs.scene import RESULT, Scene


async def test_created_claimed_completed(scene: Scene, clock: FakeClock) -> None:
    job_id = await scene.add()
    assert (await scene.job(job_id)).state == State.QUEUED
    clock.advance(1)
    (held,) = await scene.claim()
    assert (held.id, held.attempts, held.generation) == (job_id, 1, 1)
    assert (await scene.job(job_id)).state == State.RUNNING
    clock.advance(1)
    assert await scene.complete(held) == State.COMPLETED
    job = await scene.job(job_id)
    assert job.state == State.COMPLETED
    assert job.result == RESULT
    assert job.completed_at == clock.now
    assert job.started_at == clock.now - 1_000_000
    assert await scene.events(job_id) == ["created", "started", "completed"]


async def test_jobs_are_claimed_in_order_of_acceptance_urgent_ones_first(scene: Scene) -> None:
    first, second = await scene.add(), await scene.add()
    urgent = await scene.add(priority=0)
    claims = [(await scene.claim(1))[0].id for _ in range(3)]
    assert claims == [urgent, first, second]
    assert await scene.claim() == []


async def test_one_claim_brings_them_in_that_order_too(scene: Scene) -> None:
    jobs = [scene.new_job(priority=priority) for priority in (5, 1, 9, 0, 5, 1) * 20]
    await scene.create(*jobs)
    claims = await scene.claim(len(jobs))
    assert [held.id for held in claims] == [job.id for job in sorted(jobs, key=lambda job: job.priority)]


async def test_no_two_workers_get_the_same_job(scene: Scene) -> None:
    ids = {await scene.add() for _ in range(40)}
    await scene.add_worker("w2")
    taken = await asyncio.gather(*(scene.claim(7, worker) for worker in ["w", "w2"] * 5))
    claimed = [claim.id for claims in taken for claim in claims]
    assert len(claimed) == len(set(claimed))
    assert set(claimed) == ids


async def test_a_worker_that_is_not_known_to_live_gets_nothing(scene: Scene) -> None:
    """What it claimed nobody would ever free: it was buried, or a restored backup does not know it."""
    job_id = await scene.add()
    assert await scene.claim(worker_id="unknown") == []
    await scene.store.write(lambda tx: workers.bury(tx, "w"))
    assert await scene.claim() == []
    await scene.add_worker("w2")
    assert [claim.id for claim in await scene.claim(worker_id="w2")] == [job_id]


async def test_a_stale_claim_changes_nothing(scene: Scene) -> None:
    job_id = await scene.add()
    (stale,) = await scene.claim()
    await scene.store.write(lambda tx: workers.bury(tx, "w"))
    assert await scene.store.write(rescue.rescue) == 1
    await scene.add_worker("w2")
    (held,) = await scene.claim(worker_id="w2")
    assert await scene.complete(stale, b'"stale"') is None
    assert (await scene.job(job_id)).state == State.RUNNING
    assert await scene.complete(held, b'"fresh"') == State.COMPLETED
    assert await scene.complete(held, b'"twice"') is None
    job = await scene.job(job_id)
    assert job.result == b'"fresh"'
    assert job.deaths == 1
    assert (await scene.events(job_id)).count("stale_write_refused") == 2


async def test_a_stale_and_a_fresh_claim_in_one_group(scene: Scene) -> None:
    await scene.add()
    (stale,) = await scene.claim()
    await scene.store.write(lambda tx: workers.bury(tx, "w"))
    await scene.store.write(rescue.rescue)
    await scene.add_worker("w2")
    (held,) = await scene.claim(worker_id="w2")
    endings = [(stale, Ending(Completed(b'"stale"'))), (held, Ending(Completed(b'"fresh"')))]
    assert await scene.store.write(lambda tx: settle(tx, endings)) == [None, State.COMPLETED]
    assert (await scene.job(held.id)).result == b'"fresh"'


async def test_a_retryable_failure_waits_and_runs_again(scene: Scene, clock: FakeClock) -> None:
    job_id = await scene.add()
    (held,) = await scene.claim()
    assert await scene.again(held, 10) == State.WAITING
    assert await scene.claim() == []
    clock.advance(9.9)
    assert await scene.claim() == []
    clock.advance(0.2)
    (held,) = await scene.claim()
    assert (held.attempts, held.errors) == (2, 1)
    assert await scene.complete(held) == State.COMPLETED
    assert await scene.events(job_id) == ["created", "started", "retry_scheduled", "started", "completed"]


async def test_a_released_job_runs_again_at_once_and_is_not_charged(scene: Scene) -> None:
    await scene.add()
    (held,) = await scene.claim()
    assert await scene.settle(held, Released()) == State.QUEUED
    (held,) = await scene.claim()
    assert held.errors == 0


async def test_an_agent_may_forbid_another_try_after_a_lost_worker(scene: Scene) -> None:
    job_id = await scene.add(on_worker_loss="fail")
    await scene.claim()
    await scene.store.write(lambda tx: workers.bury(tx, "w"))
    await scene.store.write(rescue.rescue)
    job = await scene.job(job_id)
    assert (job.state, job.error_code) == (State.FAILED, "worker_lost")


async def test_silent_workers_lose_their_jobs_after_a_lease(scene: Scene, clock: FakeClock) -> None:
    job_id = await scene.add()
    await scene.claim()
    clock.advance(29)
    assert (await upkeep.upkeep(scene.store, 30)).buried == []
    assert await scene.store.write(lambda tx: workers.beat(tx, "w"))
    clock.advance(29)
    assert (await upkeep.upkeep(scene.store, 30)).buried == []
    clock.advance(2)
    assert (await upkeep.upkeep(scene.store, 30, may_bury=False)).buried == []
    done = await upkeep.upkeep(scene.store, 30)
    assert (done.buried, done.rescued) == (["w"], 1)
    assert (await scene.job(job_id)).state == State.QUEUED
    assert not await scene.store.write(lambda tx: workers.beat(tx, "w"))


@pytest.mark.parametrize("moves", ["queued", "running", "waiting"])
async def test_every_job_ends_by_its_deadline(scene: Scene, clock: FakeClock, moves: str) -> None:
    job_id = await scene.add(deadline_s=60)
    if moves != "queued":
        (held,) = await scene.claim()
        if moves == "waiting":
            await scene.again(held, 1000)
    clock.advance(59)
    assert await scene.store.write(rescue.expire) == 0
    clock.advance(2)
    assert await scene.store.write(rescue.expire) == 1
    job = await scene.job(job_id)
    expected = "model_unavailable" if moves == "waiting" else "deadline_exceeded"
    assert (job.state, job.error_code) == (State.FAILED, expected)
    assert job.error is not None
    assert job.error.startswith("the deadline passed")
    assert job.completed_at == clock.now


async def test_cancelling_a_queued_job_is_final(scene: Scene) -> None:
    job_id = await scene.add()
    job = await scene.store.write(lambda tx: cancel.cancel(tx, "o", job_id))
    assert job is not None
    assert (job.state, job.error_code) == (State.CANCELLED, "cancelled")
    assert await scene.claim() == []
    again = await scene.store.write(lambda tx: cancel.cancel(tx, "o", job_id))
    assert again == job


async def test_cancelling_a_running_job_asks_its_worker(scene: Scene) -> None:
    job_id = await scene.add()
    (held,) = await scene.claim()
    job = await scene.store.write(lambda tx: cancel.cancel(tx, "o", job_id))
    assert job is not None
    assert (job.state, job.cancel_requested) == (State.RUNNING, True)
    assert await scene.store.read(lambda tx: workers.cancelled_runs(tx, "w")) == [job_id]
    assert await scene.settle(held, Cancelled()) == State.CANCELLED
    assert await scene.events(job_id) == ["created", "started", "cancel_requested", "cancelled"]


async def test_a_completion_that_commits_first_stands(scene: Scene) -> None:
    job_id = await scene.add()
    (held,) = await scene.claim()
    await scene.store.write(lambda tx: cancel.cancel(tx, "o", job_id))
    assert await scene.complete(held) == State.COMPLETED
    job = await scene.store.write(lambda tx: cancel.cancel(tx, "o", job_id))
    assert job is not None
    assert job.state == State.COMPLETED


async def test_a_cancelled_job_is_not_tried_again(scene: Scene) -> None:
    job_id = await scene.add()
    (held,) = await scene.claim()
    await scene.store.write(lambda tx: cancel.cancel(tx, "o", job_id))
    assert await scene.again(held, 5) == State.CANCELLED
    assert (await scene.job(job_id)).error_code == "cancelled"


async def test_many_retries_of_a_failed_job_start_one_generation(scene: Scene) -> None:
    job_id = await scene.add()
    (held,) = await scene.claim()
    await scene.fail(held)
    jobs = await asyncio.gather(*(scene.store.write(lambda tx: retry.retry(tx, "o", job_id)) for _ in range(32)))
    assert {job.generation for job in jobs if job} == {2}
    job = await scene.job(job_id)
    assert (job.state, job.generation, job.attempts, job.error) == (State.QUEUED, 2, 0, None)
    (held,) = await scene.claim()
    await scene.complete(held)
    assert (await scene.job(job_id)).state == State.COMPLETED
    with pytest.raises(PressrunError) as refused:
        await scene.store.write(lambda tx: retry.retry(tx, "o", job_id))
    assert refused.value.code == Code.CONFLICT


async def test_a_claim_from_before_a_retry_is_stale(scene: Scene, clock: FakeClock) -> None:
    job_id = await scene.add(deadline_s=60)
    (stale,) = await scene.claim()
    clock.advance(61)
    await scene.store.write(rescue.expire)
    await scene.store.write(lambda tx: retry.retry(tx, "o", job_id))
    (held,) = await scene.claim()
    assert stale.attempts == held.attempts
    assert await scene.complete(stale, b'"stale"') is None
    assert await scene.complete(held, b'"fresh"') == State.COMPLETED


async def test_another_organization_sees_nothing(scene: Scene) -> None:
    job_id = await scene.add()
    assert await scene.store.read(lambda tx: read.find(tx, "other", job_id)) is None
    assert await scene.store.write(lambda tx: cancel.cancel(tx, "other", job_id)) is None
    assert await scene.store.write(lambda tx: retry.retry(tx, "other", job_id)) is None
    jobs, total = await scene.store.read(lambda tx: read.page(tx, "other", "a", None, offset=0, limit=10))
    assert (list(jobs), total) == ([], 0)


async def test_pages_are_newest_first_and_totals_always_true(scene: Scene) -> None:
    ids = [await scene.add() for _ in range(7)]
    claims = await scene.claim(4)
    await scene.complete(claims[0])
    await scene.fail(claims[1])
    await scene.again(claims[2], 60)

    async def page(phase: Phase | None, offset: int, limit: int) -> tuple[list[str], int]:
        jobs, total = await scene.store.read(lambda tx: read.page(tx, "o", "a", phase, offset=offset, limit=limit))
        return [job.id for job in jobs], total

    assert await page(None, 0, 3) == (ids[:3:-1], 7)
    assert await page(None, 6, 3) == (ids[:1], 7)
    assert await page(None, 10**12, 3) == ([], 7)
    assert await page(Phase.COMPLETED, 0, 10) == ([ids[0]], 1)
    assert await page(Phase.FAILED, 0, 10) == ([ids[1]], 1)
    assert await page(Phase.OPEN, 0, 10) == ([*ids[:3:-1], ids[3], ids[2]], 5)
    assert await scene.store.read(lambda tx: counts.by_state(tx, "o", "a")) == {
        State.QUEUED: 3,
        State.RUNNING: 1,
        State.WAITING: 1,
        State.COMPLETED: 1,
        State.FAILED: 1,
    }


async def test_an_agents_concurrency_holds_over_all_workers(scene: Scene) -> None:
    await add_agent(scene.store, "o", "narrow", concurrency=2)
    await scene.create(*(scene.new_job(agent_id="narrow") for _ in range(5)))
    await scene.add_worker("w2")
    first, second = await scene.claim(10), await scene.claim(10, "w2")
    assert (len(first), len(second)) == (2, 0)
    await scene.complete(first[0])
    assert len(await scene.claim(10, "w2")) == 1

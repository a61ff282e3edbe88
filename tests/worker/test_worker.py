"""The worker's loop against real stores that go away, and a heart that stops."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

import pytest

from pressrun.jobs import workers
from pressrun.jobs.job import Claim, State
from pressrun.jobs.outcome import Call, Completed, Outcome
from pressrun.store.store import Store, Transaction
from pressrun.worker.claiming import AHEAD_PART, CLAIMED_AT_ONCE, Left
from pressrun.worker.heart import LET_GO_AFTER, STUCK_AFTER_S, LoopHeart, Pulse
from pressrun.worker.options import WorkerOptions
from pressrun.worker.worker import FencedError, Worker
from tests.jobs.scene import RESULT, Scene
from tests.lossy_store import AwayStore

T = TypeVar("T")
OPTIONS = WorkerOptions("w", concurrency=5, lease_s=1.5, grace_s=5)


class Work:
    """What the worker performs: each claim ends when the test says so."""

    def __init__(self) -> None:
        self.begun: asyncio.Queue[Claim] = asyncio.Queue()
        self.go = asyncio.Event()
        self.interrupted = asyncio.Event()

    async def perform(self, claim: Claim, calls: list[Call]) -> Outcome:
        self.begun.put_nowait(claim)
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.interrupted.set()
            raise
        finally:
            calls.append(Call("m", "completed", 0.1, 1, 1))
        return Completed(RESULT)


@asynccontextmanager
async def working(
    store: Store, work: "Work | Brisk", options: WorkerOptions = OPTIONS
) -> AsyncIterator["asyncio.Task[None]"]:
    """A worker at work; the task tells how it ended."""
    stop = asyncio.Event()
    task = asyncio.create_task(Worker(store, work.perform, options).run(stop))
    try:
        yield task
    finally:
        stop.set()
        await asyncio.wait([task], timeout=20)


@pytest.fixture
async def bare(store: Store) -> Scene:
    """A scene without a worker."""
    return await Scene.set(store)


async def until(condition: "asyncio.Queue[Claim] | asyncio.Event", what: str) -> None:
    waiting = condition.get() if isinstance(condition, asyncio.Queue) else condition.wait()
    try:
        await asyncio.wait_for(waiting, 20)
    except TimeoutError:
        raise AssertionError(f"never came true: {what}") from None


async def state(scene: Scene, job_id: str, wanted: State) -> None:
    for _ in range(2000):
        if (await scene.job(job_id)).state == wanted:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(await scene.job(job_id))


async def test_a_finished_result_outlasts_the_databases_absence(bare: Scene) -> None:
    away, work = AwayStore(bare.store), Work()
    async with working(away, work):
        job_id = await bare.add()
        away.bells.ring("jobs")
        await until(work.begun, "the job began")
        away.away = True
        work.go.set()
        await asyncio.sleep(OPTIONS.lease_s * 2)  # past the lease: it has let go, but what it has it keeps
        assert (await bare.job(job_id)).state == State.RUNNING
        away.away = False
        await state(bare, job_id, State.COMPLETED)
    assert await bare.events(job_id) == ["created", "started", "completed"]
    assert work.begun.empty(), "nobody was asked again: the timeline would not tell"


async def test_calls_under_way_are_let_go_before_anybody_may_take_over(bare: Scene) -> None:
    away, work = AwayStore(bare.store), Work()
    async with working(away, work):
        job_id = await bare.add()
        away.bells.ring("jobs")
        await until(work.begun, "the job began")
        away.away = True
        await until(work.interrupted, "the call was aborted")
        away.away = False
        work.go.set()
        await state(bare, job_id, State.COMPLETED)
    assert await bare.events(job_id) == ["created", "started", "released", "started", "completed"]
    job = await bare.job(job_id)
    assert (job.errors, job.deaths) == (0, 0)
    assert job.prompt_tokens == 2, "the call that was let go is counted too"


async def test_a_worker_that_was_declared_dead_ends(bare: Scene) -> None:
    work = Work()
    async with working(bare.store, work) as task:
        job_id = await bare.add()
        bare.store.bells.ring("jobs")
        await until(work.begun, "the job began")
        await bare.die("w")
        await asyncio.wait([task], timeout=20)
        with pytest.raises(FencedError):
            task.result()
    await asyncio.sleep(0)  # what was cancelled ends
    assert not [one for one in asyncio.all_tasks() if "Bell.wait" in repr(one)], "nothing of it waits any more"
    assert (await bare.job(job_id)).state == State.QUEUED


async def test_a_worker_finds_what_it_holds_without_knowing(bare: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a claim whose commit came so late that nobody waited for it any more."""
    monkeypatch.setattr("pressrun.worker.worker.LOST_AND_FOUND_S", 0.05)
    work = Work()
    work.go.set()
    async with working(bare.store, work):
        for _ in range(500):
            if await bare.store.read(lambda tx: workers.is_alive(tx, "w")):
                break
            await asyncio.sleep(0.01)
        job_id = await bare.add()
        await bare.claim()
        await state(bare, job_id, State.COMPLETED)


async def test_a_worker_alone_takes_suspects_only_and_goes_home(bare: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pressrun.worker.claiming.ALONE_IDLE_S", 0.5)
    suspect = await bare.add()
    for number in range(2):
        await bare.add_worker(f"d{number}")
        await bare.claim(worker_id=f"d{number}")
        await bare.die(f"d{number}")
    innocent = await bare.add()
    work = Work()
    work.go.set()
    async with working(bare.store, work, WorkerOptions("alone", 1, 30, 5, alone=True)) as task:
        await asyncio.wait([task], timeout=20)
        assert task.done()
        task.result()
    assert (await bare.job(suspect)).state == State.COMPLETED
    assert (await bare.job(innocent)).state == State.QUEUED


async def test_a_loop_that_does_not_come_round_is_stuck_only_while_the_heart_beats(bare: Scene) -> None:
    now = 0.0
    pulse = Pulse("w", 30, lambda: now)
    await bare.add_worker("w")
    pulse.came_round()
    now = STUCK_AFTER_S + 1
    assert not pulse.is_stuck(), "no heartbeat either: the database is away, and waiting is right"
    listener = Worker(bare.store, Work().perform, OPTIONS, LoopHeart(pulse, bare.store))
    assert await pulse.beat(bare.store, listener)
    assert pulse.is_stuck()
    pulse.came_round()
    assert not pulse.is_stuck()


async def test_a_run_that_is_interrupted_before_its_first_step_is_given_back(bare: Scene) -> None:
    """The heart fails while a claim is under way: its jobs must not stay with a worker that never began them."""
    job_id = await bare.add()
    await bare.add_worker()
    work = Work()
    worker = Worker(bare.store, work.perform, OPTIONS)
    worker.let_go()
    worker._start(await bare.claim())
    assert await worker._running.drain(20)
    assert len(worker._running) == 0
    assert work.begun.empty()
    assert (await bare.job(job_id)).state == State.QUEUED
    assert await bare.events(job_id) == ["created", "started", "released"]


class DeadLinkStore(AwayStore):
    """A store behind a link that has died: what is asked of it cannot even be interrupted until it is healed."""

    def __init__(self, inner: Store) -> None:
        super().__init__(inner)
        self.healed = asyncio.Event()

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        try:
            await self.healed.wait()
        except asyncio.CancelledError:
            await self.healed.wait()  # as a driver that sends its request to interrupt over the same link
            raise
        return await super().write(work)


async def test_a_worker_lets_go_in_time_although_its_heartbeat_hangs(bare: Scene) -> None:
    now = 0.0
    pulse = Pulse("w", 30, lambda: now)
    store = DeadLinkStore(bare.store)
    work = Work()
    worker = Worker(bare.store, work.perform, OPTIONS, LoopHeart(pulse, store))
    now = 30 * LET_GO_AFTER
    assert await pulse.beat(store, worker)
    assert not worker._claimer.allowed.is_set(), "it has let go"
    assert not store.healed.is_set(), "and nobody had to wait for the link"
    store.healed.set()


class Brisk:
    """What the worker performs: each claim takes a moment, and the most at a time are counted."""

    def __init__(self, wanted: int) -> None:
        self._wanted = wanted
        self._asked = 0
        self.most = self.done = 0
        self.all_done = asyncio.Event()

    async def perform(self, _claim: Claim, calls: list[Call]) -> Outcome:
        self._asked += 1
        self.most = max(self.most, self._asked)
        await asyncio.sleep(0.002)
        self._asked -= 1
        self.done += 1
        if self.done == self._wanted:
            self.all_done.set()
        calls.append(Call("m", "completed", 0.1, 1, 1))
        return Completed(RESULT)


async def test_jobs_claimed_ahead_wait_for_a_place(bare: Scene) -> None:
    """However many are claimed and recorded meanwhile, no more are asked about at a time than there are places."""
    count, places = 300, 16
    job_ids = [await bare.add() for _ in range(count)]
    work = Brisk(count)
    async with working(bare.store, work, WorkerOptions("w", places, lease_s=30, grace_s=5)):
        await until(work.all_done, "every job ran")
    assert work.most <= places
    assert work.done == count
    assert {(await bare.job(job_id)).state for job_id in job_ids} == {State.COMPLETED}


async def test_many_free_places_are_filled_by_one_claim_after_the_other(
    bare: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What begins at one moment ends at one moment: so a claim takes a part, and the next waits for nothing."""
    monkeypatch.setattr("pressrun.worker.claiming.POLL_S", 600.0)
    await bare.create(*(bare.new_job() for _ in range(2 * CLAIMED_AT_ONCE + 10)))
    work = Work()
    async with working(bare.store, work, WorkerOptions("w", 4 * CLAIMED_AT_ONCE, lease_s=30, grace_s=5)):
        async with asyncio.timeout(20):
            begun = Counter([(await work.begun.get()).lease_token for _ in range(2 * CLAIMED_AT_ONCE + 10)])
        work.go.set()
    assert sorted(begun.values()) == [10, CLAIMED_AT_ONCE, CLAIMED_AT_ONCE]


async def test_a_worker_that_is_told_to_stop_claims_no_more_although_places_are_free(bare: Scene) -> None:
    for _ in range(4 * CLAIMED_AT_ONCE):
        await bare.add()
    stop = asyncio.Event()
    begun = 0

    async def perform(_claim: Claim, _calls: list[Call]) -> Outcome:
        nonlocal begun
        begun += 1
        stop.set()
        return Completed(RESULT)

    options = WorkerOptions("w", 9 * CLAIMED_AT_ONCE, lease_s=30, grace_s=5)
    await asyncio.wait_for(Worker(bare.store, perform, options).run(stop), 20)
    assert begun in {CLAIMED_AT_ONCE, 2 * CLAIMED_AT_ONCE}, "the claim that was under way counts"


def test_what_is_claimed_ahead_is_a_part_of_the_places(store: Store) -> None:
    """However many came free during the last claim: what waits here another worker may have room for."""
    worker = Worker(store, Work().perform, WorkerOptions("w", 16, lease_s=30, grace_s=5))
    found = []
    for ended in (0, 3, 1000):
        worker._claimer._ended_meanwhile = ended
        found.append(worker._claimer._wanted)
    assert found == [16, 16 + 3, 16 + 16 // AHEAD_PART]


async def test_jobs_that_wait_for_a_place_are_given_back_when_the_worker_stops(bare: Scene) -> None:
    """At once, and uncharged: nobody was asked about them."""
    job_ids = [await bare.add() for _ in range(40)]
    work = Work()
    stop = asyncio.Event()
    worker = Worker(bare.store, work.perform, WorkerOptions("w", 16, lease_s=30, grace_s=0.2))
    running = asyncio.create_task(worker.run(stop))
    for _ in range(16):
        await until(work.begun, "a job began")
    worker._claimer._ended_meanwhile = 2  # as after a claim during which two ended
    assert await worker._claimer._claim_once() is Left.FOR_LATER
    stop.set()
    await asyncio.wait_for(running, 20)
    assert work.begun.empty(), "no more are asked about than there are places"
    jobs = [await bare.job(job_id) for job_id in job_ids]
    assert {job.state for job in jobs} == {State.QUEUED}
    assert sorted(job.events for job in jobs)[-18:] == [3] * 18, "created, started, released"
    assert {job.errors for job in jobs} == {0}

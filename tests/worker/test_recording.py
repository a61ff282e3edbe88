"""Outcomes that wait while others are recorded: all are recorded, each once, and no worker stops before that."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from pressrun.jobs.job import State
from pressrun.store.store import Store, Transaction
from pressrun.worker.options import WorkerOptions
from pressrun.worker.worker import Worker
from tests.jobs.scene import Scene
from tests.lossy_store import LossyStore
from tests.worker.test_worker import Work, state, until

T = TypeVar("T")
JOBS = 40
OPTIONS = WorkerOptions("w", concurrency=JOBS, lease_s=30, grace_s=20)


class SlowToRecord(LossyStore):
    """A store that takes its time, until `go` is set, over every group of outcomes, and over nothing else."""

    def __init__(self, inner: Store) -> None:
        super().__init__(inner)
        self.asked = asyncio.Event()
        self.go = asyncio.Event()
        self.groups = 0

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """See Store.write."""
        if work.__qualname__.startswith("Grouped."):
            self.groups += 1
            self.asked.set()
            await self.go.wait()
        return await super().write(work)


@pytest.fixture
async def scene(store: Store) -> Scene:
    """A scene without a worker."""
    return await Scene.set(store)


async def test_a_worker_stops_only_when_its_outcomes_are_recorded(scene: Scene) -> None:
    """A stop in good order leaves no result behind."""
    slow, work, stop = SlowToRecord(scene.store), Work(), asyncio.Event()
    job_id = await scene.add()
    running = asyncio.create_task(Worker(slow, work.perform, OPTIONS).run(stop))
    await until(work.begun, "the job began")
    work.go.set()
    await until(slow.asked, "its outcome is being recorded")
    stop.set()
    done, _ = await asyncio.wait([running], timeout=0.5)
    assert not done, "it waits"
    slow.go.set()
    await asyncio.wait_for(running, 20)
    assert (await scene.job(job_id)).state == State.COMPLETED
    assert await scene.events(job_id) == ["created", "started", "completed"]


async def test_outcomes_that_gather_are_recorded_once_each(scene: Scene) -> None:
    """The first goes at once, alone or nearly; the rest waits for it and goes together, whatever their number."""
    slow, work, stop = SlowToRecord(scene.store), Work(), asyncio.Event()
    job_ids = [await scene.add() for _ in range(JOBS)]
    running = asyncio.create_task(Worker(slow, work.perform, OPTIONS).run(stop))
    for _ in job_ids:
        await until(work.begun, "a job began")
    work.go.set()
    await until(slow.asked, "the first outcomes are being recorded")
    slow.go.set()
    for job_id in job_ids:
        await state(scene, job_id, State.COMPLETED)
    stop.set()
    await asyncio.wait_for(running, 20)
    told = Counter([event for job_id in job_ids for event in await scene.events(job_id)])
    assert told == {"created": JOBS, "started": JOBS, "completed": JOBS}
    assert work.begun.empty(), "nobody was asked twice"
    assert slow.groups < JOBS / 4

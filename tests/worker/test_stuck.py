"""A worker that finds work and cannot take it, or whose loop stands still, ends: another process may do better."""

import asyncio
import subprocess
import sys

import pytest

from pressrun.jobs.job import State
from pressrun.store.store import Store
from pressrun.worker.claiming import StuckError
from pressrun.worker.exits import EXIT_STUCK
from tests.jobs.scene import Scene
from tests.raw_sql import execute
from tests.worker.test_worker import Work, working


async def test_a_worker_that_cannot_take_what_there_is_ends(
    store: Store, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here the counters tell of a job that is not there."""
    monkeypatch.setattr("pressrun.worker.claiming.POLL_S", 0.01)
    scene = await Scene.set(store)
    await scene.add()
    await execute(database_url, "DELETE FROM jobs")
    async with working(store, Work()) as task:
        await asyncio.wait([task], timeout=20)
        with pytest.raises(StuckError):
            task.result()


async def test_a_worker_leaves_newer_jobs_alone_and_is_not_stuck(
    store: Store, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In an upgrade newer jobs may wait beside free places of an older worker; its own calls must not end for that."""
    monkeypatch.setattr("pressrun.worker.claiming.POLL_S", 0.001)
    scene = await Scene.set(store)
    held, newer = await scene.add(), await scene.add()
    await execute(database_url, f"UPDATE jobs SET format = 99 WHERE id = '{newer}'")  # noqa: S608 - our own id
    work = Work()
    async with working(store, work) as task:
        assert (await asyncio.wait_for(work.begun.get(), 20)).id == held
        await asyncio.wait([task], timeout=0.5)
        assert not task.done()
        work.go.set()
    assert (await scene.job(held)).state == State.COMPLETED
    assert (await scene.job(newer)).state == State.QUEUED


async def test_a_loop_that_stands_still_ends_its_process(store: Store, database_url: str) -> None:
    """The heart's thread does it, as nothing else there runs any more; no job is blamed for such an exit code."""
    scene = await Scene.set(store)
    await scene.add()
    command = [sys.executable, "-m", "tests.worker.stuck_worker", database_url]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, timeout=60, check=False)
    assert done.returncode == EXIT_STUCK, done.stderr
    assert [job.state for job in [await scene.job("job-0000")]] == [State.RUNNING], "it had taken the job"

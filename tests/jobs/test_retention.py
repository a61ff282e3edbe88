"""Retention: what ended long ago goes, in small steps; what is open, young or retried stays."""

import pytest
from pydantic import ValidationError

from pressrun.jobs import counts, retry
from pressrun.jobs.job import State
from pressrun.jobs.retention import PAGE, Forgotten, Keep, forget_old
from pressrun.settings import Settings
from pressrun.store.store import Store
from tests.fake_clock import FakeClock
from tests.jobs.scene import Scene
from tests.raw_sql import fetch

DAY_S = 86_400
KEEP = Keep(jobs_days=90, events_days=30)


async def ended(scene: Scene, number: int = 1) -> list[str]:
    """Jobs that are completed now: the most urgent ones, so that others stay queued."""
    await scene.create(*(scene.new_job(priority=0) for _ in range(number)))
    held = await scene.claim(number)
    for claim in held:
        await scene.complete(claim)
    return [claim.id for claim in held]


async def kept(database_url: str, table: str) -> set[str]:
    """The jobs that a table knows of."""
    column = "id" if table == "jobs" else "job_id"
    return {row[0] for row in await fetch(database_url, f"SELECT {column} FROM {table}")}  # noqa: S608


async def test_old_jobs_go_with_all_that_was_kept_of_them(
    store: Store, scene: Scene, clock: FakeClock, database_url: str
) -> None:
    """Open and young ones stay; a timeline goes before its job; totals of what has ended do not fall."""
    await ended(scene, 2)
    still_open = await scene.add(deadline_s=1000 * DAY_S, priority=9)
    clock.advance(60 * DAY_S)
    (middle,) = await ended(scene)
    clock.advance(31 * DAY_S)
    (young,) = await ended(scene)
    assert await forget_old(store, KEEP) == Forgotten(2, 1)
    assert await kept(database_url, "jobs") == {still_open, middle, young}
    assert await kept(database_url, "results") == {middle, young}
    assert await kept(database_url, "job_events") == {still_open, young}
    assert await store.read(lambda tx: counts.total(tx, "o", "a", None)) == 3
    everywhere = await store.read(counts.everywhere)
    assert (everywhere[State.COMPLETED], everywhere[State.QUEUED]) == (4, 1)
    assert await forget_old(store, KEEP) == Forgotten(0, 0)


async def test_a_job_counts_from_its_last_end(store: Store, scene: Scene, clock: FakeClock) -> None:
    """A retry keeps it, and it is gone in the end all the same, though it is among the oldest."""
    job_id = await scene.add(priority=0)
    (held,) = await scene.claim(1)
    await scene.fail(held)
    clock.advance(89 * DAY_S)
    await store.write(lambda tx: retry.retry(tx, "o", job_id))
    clock.advance(0.5 * DAY_S)
    (held,) = await scene.claim(1)
    await scene.complete(held)
    clock.advance(89 * DAY_S)
    assert (await forget_old(store, Keep(90, 0))).jobs == 0
    clock.advance(2 * DAY_S)
    assert (await forget_old(store, Keep(90, 0))).jobs == 1


async def test_it_goes_on_over_many_pages(store: Store, scene: Scene, clock: FakeClock, database_url: str) -> None:
    """Past stretches in which nothing may go, until the first job that is too young."""
    await scene.create(*(scene.new_job(deadline_s=1000 * DAY_S, priority=9) for _ in range(PAGE + 10)))
    await ended(scene, 3)
    clock.advance(100 * DAY_S)
    await ended(scene, 2)
    assert await forget_old(store, KEEP) == Forgotten(3, 0)
    assert len(await kept(database_url, "jobs")) == PAGE + 12


async def test_zero_keeps_for_ever(store: Store, scene: Scene, clock: FakeClock, database_url: str) -> None:
    """Jobs; timelines then go with the job or by their own time."""
    (job_id,) = await ended(scene)
    clock.advance(5000 * DAY_S)
    assert await forget_old(store, Keep(0, 0)) == Forgotten(0, 0)
    assert await kept(database_url, "job_events") == {job_id}
    assert await forget_old(store, Keep(0, 30)) == Forgotten(0, 1)
    assert await kept(database_url, "job_events") == set()
    assert await kept(database_url, "jobs") == {job_id}


def test_jobs_outlive_what_refers_to_them() -> None:
    """Idempotency keys and outbox rows."""
    assert Settings(keep_jobs_days=0).keep_jobs_days == 0
    assert Settings(keep_jobs_days=4).keep_jobs_days == 4
    with pytest.raises(ValidationError, match="4 days at least"):
        Settings(keep_jobs_days=3)

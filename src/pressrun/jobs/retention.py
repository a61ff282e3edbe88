"""Retention: jobs that ended long ago go, the oldest first, with all that was kept of them; open ones never do."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pressrun.errors import PressrunError
from pressrun.jobs import counts
from pressrun.jobs.job import State
from pressrun.store import facts
from pressrun.store.clock import SECOND
from pressrun.store.facts import Fact
from pressrun.store.store import Row, Store, Transaction
from pressrun.telemetry import log
from pressrun.telemetry.events import ServerEvent

PAGE = 500
"""Jobs looked at, and at most deleted, in one transaction."""

EVERY_S = 600.0
DAY_US = 86_400 * SECOND


@dataclass(frozen=True, slots=True)
class Keep:
    """For how many days an ended job and its timeline are kept; 0: for ever."""

    jobs_days: int
    events_days: int


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many jobs were deleted, and how many others lost their timelines."""

    jobs: int
    timelines: int


@dataclass(frozen=True, slots=True)
class _Page:
    """A stretch of the oldest jobs by `seq`, and whether younger ones may be old enough too."""

    last: int
    more: bool


async def keep_forgetting(store: Store, keep: Keep) -> None:
    """Forget what is old every ten minutes, until cancelled."""
    while True:
        try:
            done = await forget_old(store, keep)
            if done.jobs or done.timelines:
                log.emit(ServerEvent.RETENTION_DONE, jobs=done.jobs, timelines=done.timelines)
        except Exception as error:  # noqa: BLE001 - whatever it is, the next round must come
            log.warn(ServerEvent.RETENTION_FAILED, error=str(error), exc_info=not isinstance(error, PressrunError))
        await asyncio.sleep(EVERY_S)


async def forget_old(store: Store, keep: Keep) -> Forgotten:
    """Everything that is old enough, in small transactions with as long a pause after each as it took."""
    jobs = timelines = 0
    if keep.jobs_days:
        jobs = await _walk(store, keep.jobs_days * DAY_US, _forget_jobs, after=0)
    if keep.events_days and not 0 < keep.jobs_days <= keep.events_days:
        done = await store.read(lambda tx: facts.find(tx, Fact.EVENTS_FORGOTTEN))
        timelines = await _walk(store, keep.events_days * DAY_US, _forget_timelines, after=int(done or 0))
    return Forgotten(jobs, timelines)


async def _walk(store: Store, keep_us: int, forget: "_Forget", *, after: int) -> int:
    """Page by page from the oldest job to the first that is too young; how many were forgotten.

    In the order of `seq`, which is that of acceptance: no index on the time of their end is kept up for this.
    """
    forgotten = 0
    while True:
        started = time.monotonic()
        page = await store.read(lambda tx, after=after: _old_page(tx, after, keep_us))  # type: ignore[misc]
        if page is None:
            return forgotten
        stretch = {"after": after, "last": page.last, "keep_us": keep_us}
        forgotten += await store.write(lambda tx, stretch=stretch: forget(tx, stretch))  # type: ignore[misc]
        if not page.more:
            return forgotten
        after = page.last
        await asyncio.sleep(time.monotonic() - started)


async def _old_page(tx: Transaction, after: int, keep_us: int) -> _Page | None:
    rows = await tx.all("list_oldest_jobs", after=after, keep_us=keep_us, limit=PAGE)
    old = [int(row["seq"]) for row in rows if row["is_old"]]
    return _Page(max(old), len(rows) == PAGE and bool(rows[-1]["is_old"])) if old else None


async def _forget_jobs(tx: Transaction, stretch: dict[str, int]) -> int:
    gone = await tx.all("forget_jobs", **stretch)
    await tx.each("forget_results", [_named(row) for row in gone])
    await tx.each("forget_job_events", [_named(row) for row in gone])
    await counts.forget(tx, [(row["organization_id"], row["agent_id"], State(row["state"])) for row in gone])
    return len(gone)


async def _forget_timelines(tx: Transaction, stretch: dict[str, int]) -> int:
    ended = await tx.all("list_jobs_ended_before", **stretch)
    await tx.each("forget_job_events", [_named(row) for row in ended])
    await facts.note(tx, Fact.EVENTS_FORGOTTEN, str(stretch["last"]))
    return len(ended)


def _named(row: Row) -> dict[str, str]:
    return {"organization_id": row["organization_id"], "job_id": row["id"]}


_Forget = Callable[[Transaction, dict[str, int]], Awaitable[int]]

"""The life of a batch in steps of time, for charts.

Nothing is counted for it while jobs run: its rows are read when somebody looks, and what was read stands for everybody
until a multiple of the time is over that reading took. However large the batch and however many look, it takes a small
part of one core.
"""

import asyncio
import math
import time
from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from pressrun.batches import read
from pressrun.batches.batch import ENDED, Batch
from pressrun.jobs.job import State
from pressrun.money import Nano
from pressrun.store.clock import SECOND
from pressrun.store.store import Row, Store, Transaction

MOST_POINTS = 240
STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400)
FRESH_S = 2.0
SHARE = 20
"""Of this many seconds one may be spent on reading a batch."""

MOST_KEPT = 200
"""Batches whose series are remembered."""


@dataclass
class Point:
    """What ended in one step. Money is nano-dollars; durations of rows that were asked are milliseconds."""

    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    tokens: int = 0
    cost: Nano = 0
    errors: "Counter[str]" = field(default_factory=Counter)
    durations: "Counter[int]" = field(default_factory=Counter)

    def percentile(self, share: float) -> int | None:
        """The milliseconds within which this share of the rows was done, to a tenth; None where there were none."""
        left = share * self.durations.total()
        for bucket, rows in sorted(self.durations.items()):
            left -= rows
            if left <= 0:
                return round(math.exp((bucket + 0.5) / 10) - 1)
        return None


@dataclass(frozen=True, slots=True)
class Series:
    """Points from `begin` on, each of `step_s` seconds; `end` and `as_of` are times, in microseconds since 1970."""

    begin: int
    end: int
    as_of: int
    step_s: int
    points: Sequence[Point]


@dataclass(frozen=True, slots=True)
class _Kept:
    series: Series
    read_at_s: float
    took_s: float
    ended: tuple[int, int] | None


class SeriesReader:
    """Reads the series of batches, and remembers them for as long as they are fresh enough."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: OrderedDict[tuple[str, str], _Kept] = OrderedDict()
        self._reading: dict[tuple[str, str], asyncio.Lock] = {}

    async def read(self, organization_id: str, batch_id: str) -> Series:
        """The series of a batch; raises PressrunError (not_found)."""
        batch = await self._store.read(lambda tx: read.find_or_fail(tx, organization_id, batch_id))
        key = organization_id, batch.id
        lock = self._reading.setdefault(key, asyncio.Lock())
        try:
            async with lock:
                kept = self._kept.get(key)
                if kept is None or not _is_fresh(kept, batch):
                    kept = self._kept[key] = await self._read(batch)
                    self._kept.move_to_end(key)
                    if len(self._kept) > MOST_KEPT:
                        self._kept.popitem(last=False)
                return kept.series
        finally:
            if not lock.locked():
                self._reading.pop(key, None)

    async def _read(self, batch: Batch) -> _Kept:
        started = time.monotonic()
        series = await self._store.read(lambda tx: read_series(tx, batch))
        now = time.monotonic()
        return _Kept(series, now, now - started, _ending(batch))


def _is_fresh(kept: _Kept, batch: Batch) -> bool:
    if kept.ended is not None and kept.ended == _ending(batch):
        return True
    return time.monotonic() - kept.read_at_s < max(FRESH_S, SHARE * kept.took_s)


def _ending(batch: Batch) -> tuple[int, int] | None:
    """What tells one end of a batch from another; None while it has not ended."""
    return (batch.updated_at, batch.counts.ended) if batch.state in ENDED else None


async def read_series(tx: Transaction, batch: Batch) -> Series:
    """The series of a batch as it stands."""
    row = await tx.one("find_now")
    assert row is not None
    now = int(row["now"])
    begin = batch.started_at or batch.created_at
    end = batch.completed_at if batch.state in ENDED and batch.completed_at is not None else now
    step_s = _step_s(max(0, end - begin) / SECOND)
    begin -= begin % (step_s * SECOND)
    rows = await tx.all(
        "read_batch_series",
        organization_id=batch.organization_id,
        batch_id=batch.id,
        begin=begin,
        step=step_s * SECOND,
    )
    points = [Point() for _ in range(min(MOST_POINTS, (max(begin, end) - begin) // (step_s * SECOND) + 1))]
    for each in rows:
        # A retry may end rows after the batch had; the clock of PostgreSQL's hosts is one, so none is ahead of now.
        _add(points[max(0, min(int(each["point"]), len(points) - 1))], each)
    return Series(begin, end, now, step_s, points)


def _add(point: Point, row: Row) -> None:
    jobs = int(row["jobs"])
    match State(row["state"]):
        case State.COMPLETED:
            point.completed += jobs
        case State.FAILED:
            point.failed += jobs
            point.errors[row["error_code"]] += jobs
        case State.CANCELLED:
            point.cancelled += jobs
        case _:
            return
    point.tokens += int(row["tokens"])
    point.cost += int(row["cost"])
    if row["bucket"] is not None:
        point.durations[int(row["bucket"])] += jobs


def _step_s(life_s: float) -> int:
    """The shortest step that needs no more than MOST_POINTS, whose first one begins at a round time."""
    for step_s in STEPS_S:
        if life_s / step_s <= MOST_POINTS - 2:
            return step_s
    return math.ceil(life_s / (MOST_POINTS - 2) / STEPS_S[-1]) * STEPS_S[-1]

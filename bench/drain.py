"""A backlog is claimed and recorded to its end while somebody holds a transaction open; PostgreSQL only."""

import time

import asyncpg

from bench.engine import GROUP, new_job, prepare, record, take, timed
from bench.figure import Figure, percentile
from bench.scene import database
from pressrun.jobs.create import create
from pressrun.jobs.floors import Floors
from pressrun.store.open import open_store

PARTS = 10
SIZES = """SELECT relname, pg_table_size(oid) / 1e6, pg_indexes_size(oid) / 1e6 FROM pg_class
WHERE relname IN ('jobs', 'job_counts', 'job_blocks') ORDER BY relname"""


async def measure(dialect: str, scale: float) -> list[Figure]:
    """The milliseconds of a claim of 500, tenth by tenth of the drain, and what the tables came to."""
    if dialect == "sqlite":
        return []
    jobs = max(20 * GROUP, int(1_000_000 * scale) // GROUP * GROUP)
    with database(dialect) as url:
        store = await open_store(url, migrate=True)
        holder = await asyncpg.connect(url)
        try:
            await prepare(store)
            for _ in range(jobs // GROUP):
                await store.write(lambda tx: create(tx, [new_job() for _ in range(GROUP)]))
            await holder.execute("VACUUM ANALYZE")
            before = await holder.fetch(SIZES)
            await holder.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
            await holder.execute("SELECT count(*) FROM job_counts")  # the snapshot is taken here
            floors, claiming, settling = Floors(), [0.0][:0], [0.0][:0]
            began = time.perf_counter()
            while claims := await timed(claiming, lambda: take(store, floors)):
                await timed(settling, lambda claims=claims: record(store, claims))  # type: ignore[misc]
            took = time.perf_counter() - began
            await holder.execute("ROLLBACK")
            after = await holder.fetch(SIZES)
        finally:
            await holder.close()
            await store.close()
    rate = Figure("drain", f"{jobs:,} jobs drained under a held transaction", dialect, f"{jobs / took:,.0f} jobs/s")
    sizes = "; ".join(
        f"{old[0]} {old[1]:,.0f} + {old[2]:,.0f} → {new[1]:,.0f} + {new[2]:,.0f}"
        for old, new in zip(before, after, strict=True)
    )
    return [
        rate,
        Figure("drain", f"claim of {GROUP} by tenth of the drain, p50 / p99 ms", dialect, _by_part(claiming), "flat"),
        Figure("drain", f"record of {GROUP} by tenth of the drain, p50 / p99 ms", dialect, _by_part(settling), "flat"),
        Figure("drain", "MB of tables + indexes, before → after", dialect, sizes, "bounded"),
    ]


def _by_part(times: list[float]) -> str:
    size = max(1, len(times) // PARTS)
    parts = [sorted(times[begin : begin + size]) for begin in range(0, size * PARTS, size)]
    return " · ".join(f"{percentile(part, 0.5):.0f} / {percentile(part, 0.99):.0f}" for part in parts if part)

"""The queue alone: jobs that do nothing, created, claimed and recorded in groups, in this one process."""

import time
from collections.abc import Awaitable, Callable

from tests.jobs.agents_rows import add_agent

from bench.figure import Figure, percentile
from bench.scene import database, postgres_cpu_s
from pressrun.ids import new_id, new_lease_token
from pressrun.jobs import workers
from pressrun.jobs.claim import claim
from pressrun.jobs.create import create
from pressrun.jobs.floors import Floors
from pressrun.jobs.job import Claim, NewJob
from pressrun.jobs.outcome import Completed, Ending
from pressrun.jobs.settle import settle
from pressrun.store.open import open_store
from pressrun.store.store import Store

GROUP = 500


def new_job() -> NewJob:
    """A valid request of the only agent."""
    return NewJob(
        id=new_id(),
        organization_id="o",
        agent_id="a",
        agent_reference="a",
        agent_version=1,
        key_id="k",
        inputs=b'{"Product":["Terra running shoe"]}',
        options=b"{}",
        max_attempts=5,
        on_worker_loss="retry",
        deadline_s=86_400,
    )


async def prepare(store: Store) -> None:
    """An organization, an agent, a worker."""
    await store.write(lambda tx: tx.run("add_organization", organization_id="o", name="o"))
    await add_agent(store, "o", "a")
    await store.write(lambda tx: workers.add(tx, "w", host="bench", pid=1, concurrency=GROUP))


async def take(store: Store, floors: Floors) -> list[Claim]:
    """One claim, as a worker makes it."""
    everywhere, began = floors.begin(), time.monotonic()
    taken = await store.write(lambda tx: claim(tx, "w", new_lease_token(), GROUP, floors))
    floors.learn(taken.reached, everywhere=everywhere, took_s=time.monotonic() - began)
    return taken.claims


async def timed(times: list[float], work: Callable[[], Awaitable[list[Claim]]]) -> list[Claim]:
    """What `work` returns; the milliseconds it took are added to `times`."""
    began = time.perf_counter()
    value = await work()
    times.append((time.perf_counter() - began) * 1000)
    return value


async def record(store: Store, claims: list[Claim]) -> list[Claim]:
    """Every claim ends well."""
    endings = [(one, Ending(Completed(b'{"suggestion":"A fine text."}'))) for one in claims]
    await store.write(lambda tx: settle(tx, endings))
    return claims


async def measure(dialect: str, scale: float) -> list[Figure]:
    """Jobs a second, CPU a job of this process and of the database, milliseconds for a group of 500."""
    jobs = max(2 * GROUP, int(20_000 * scale) // GROUP * GROUP)
    with database(dialect) as url:
        store = await open_store(url, migrate=True)
        try:
            await prepare(store)
            database_cpu = await postgres_cpu_s(url) if dialect == "postgres" else 0.0
            cpu, began = time.process_time(), time.perf_counter()
            for _ in range(jobs // GROUP):
                await store.write(lambda tx: create(tx, [new_job() for _ in range(GROUP)]))
            floors, claiming, settling = Floors(), [0.0][:0], [0.0][:0]
            while claims := await timed(claiming, lambda: take(store, floors)):
                await timed(settling, lambda claims=claims: record(store, claims))  # type: ignore[misc]
            took, cpu = time.perf_counter() - began, time.process_time() - cpu
            if dialect == "postgres":
                database_cpu = await postgres_cpu_s(url) - database_cpu
        finally:
            await store.close()
    claiming, settling = sorted(claiming), sorted(settling)
    own = f"{cpu / jobs * 1000:.3f} ms CPU a job"
    own += f" and {database_cpu / jobs * 1000:.3f} ms of the database's" if dialect == "postgres" else ""
    groups = f"{percentile(claiming, 0.5):.0f} / {percentile(settling, 0.5):.0f} ms"
    return [
        Figure("engine", f"queue alone, {jobs:,} jobs that do nothing", dialect, f"{jobs / took:,.0f} jobs/s, {own}"),
        Figure("engine", f"claim / record {GROUP} jobs, median", dialect, groups),
    ]

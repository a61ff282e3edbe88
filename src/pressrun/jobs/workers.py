"""Workers as the store knows them: one row and one heartbeat each, however many jobs they hold."""

from dataclasses import dataclass

from pressrun.store.clock import SECOND
from pressrun.store.store import Row, Transaction

KEEP_US = 24 * 3600 * SECOND
"""How long a worker that ended is remembered."""


@dataclass(frozen=True, slots=True)
class WorkerRecord:
    """A worker that is alive; times are microseconds since the epoch."""

    id: str
    host: str
    pid: int
    concurrency: int
    started_at: int
    seen_at: int

    @classmethod
    def from_row(cls, row: Row) -> "WorkerRecord":
        """From a row of `workers`."""
        return cls(**{name: row[name] for name in cls.__dataclass_fields__})


async def add(tx: Transaction, worker_id: str, *, host: str, pid: int, concurrency: int) -> None:
    """A worker announces itself."""
    await tx.run("add_worker", worker_id=worker_id, host=host, pid=pid, concurrency=concurrency)


async def beat(tx: Transaction, worker_id: str) -> bool:
    """A worker says it lives; False when it was declared dead meanwhile, and holds nothing any more."""
    return await tx.one("beat", worker_id=worker_id) is not None


async def cancelled_runs(tx: Transaction, worker_id: str) -> list[str]:
    """The jobs a worker runs that somebody asked to cancel."""
    return [row["id"] for row in await tx.all("list_cancelled_runs", worker_id=worker_id)]


async def stop(tx: Transaction, worker_id: str) -> None:
    """A worker leaves in good order; whatever it still holds is free to be rescued."""
    await tx.run("stop_worker", worker_id=worker_id)


async def bury(tx: Transaction, worker_id: str, *, blamed: bool = True) -> bool:
    """A worker's process was seen to end; True when nobody knew yet.

    `blamed`: one of its jobs may have killed it, so each is held to be a suspect.
    """
    return await tx.run("bury_worker", worker_id=worker_id, blamed=int(blamed)) > 0


async def is_alive(tx: Transaction, worker_id: str) -> bool:
    """Whether a worker is held to be alive."""
    row = await tx.one("find_worker", worker_id=worker_id)
    return row is not None and row["state"] == "alive"


async def bury_all(tx: Transaction) -> list[str]:
    """Declare every worker dead: the database is another one than they knew."""
    return [row["id"] for row in await tx.all("bury_every_worker")]


async def bury_silent(tx: Transaction, lease_s: float) -> list[str]:
    """Declare dead whoever has not been heard for a lease's length."""
    rows = await tx.all("bury_silent_workers", lease_us=int(lease_s * SECOND))
    return [row["id"] for row in rows]


async def alive(tx: Transaction) -> list[WorkerRecord]:
    """Every worker that is alive."""
    return [WorkerRecord.from_row(row) for row in await tx.all("list_workers")]


async def of_host(tx: Transaction, host: str) -> list[WorkerRecord]:
    """Every worker a host started that never left."""
    return [WorkerRecord.from_row(row) for row in await tx.all("list_workers_of_host", host=host)]

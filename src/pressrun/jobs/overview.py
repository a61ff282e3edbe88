"""An organization's jobs at a glance, from counters: how much waits, how much ended when, and for which agents."""

from collections.abc import Sequence
from dataclasses import dataclass

from pressrun.jobs import workers
from pressrun.jobs.job import State
from pressrun.jobs.workers import WorkerRecord
from pressrun.store.clock import SECOND
from pressrun.store.store import Transaction

HOUR_US = 3600 * SECOND
HOURS = 24
"""Hours that are told one by one."""

RECENT_HOURS = 7 * 24
"""What counts as lately for an agent."""

KEEP_HOURS = 30 * 24


@dataclass(frozen=True, slots=True)
class Hour:
    """What ended in an hour; `at` is its beginning, in microseconds since the epoch."""

    at: int
    completed: int = 0
    failed: int = 0
    cancelled: int = 0


@dataclass(frozen=True, slots=True)
class AgentRuns:
    """An agent, when it was asked for last (None: never, or too long ago), and how its jobs ended lately."""

    agent_id: str
    name: str
    last_run_at: int | None
    completed: int
    failed: int


@dataclass(frozen=True, slots=True)
class Queue:
    """Jobs by their state, and the seconds for which the oldest has waited that may run."""

    queued: int
    running: int
    waiting: int
    oldest_queued_s: float | None


async def queue(tx: Transaction, organization_id: str) -> Queue:
    """What waits and runs."""
    counted = {
        row["state"]: int(row["jobs"]) for row in await tx.all("count_open_jobs", organization_id=organization_id)
    }
    first = await tx.one("find_first_queued", organization_id=organization_id)
    waited_s = None if first is None else max(0.0, first["waited_us"] / SECOND)
    queued, running, waiting = (counted.get(state, 0) for state in (State.QUEUED, State.RUNNING, State.WAITING))
    return Queue(queued, running, waiting, waited_s)


async def hours(tx: Transaction, organization_id: str) -> Sequence[Hour]:
    """The last HOURS hours, the oldest first, the present one last."""
    now = await tx.one("find_now")
    assert now is not None
    present = int(now["now"]) // HOUR_US
    rows = await tx.all("list_ended_hours", organization_id=organization_id, hours=HOURS)
    ended = {int(row["hour"]): (int(row["completed"]), int(row["failed"]), int(row["cancelled"])) for row in rows}
    return [Hour(hour * HOUR_US, *ended.get(hour, ())) for hour in range(present - HOURS + 1, present + 1)]


async def agents(tx: Transaction, organization_id: str) -> Sequence[AgentRuns]:
    """Every agent that is there, the newest first."""
    rows = await tx.all("list_agent_runs", organization_id=organization_id, hours=RECENT_HOURS)
    return [
        AgentRuns(row["id"], row["name"], row["last_run_at"], int(row["completed"]), int(row["failed"])) for row in rows
    ]


async def busy_workers(tx: Transaction) -> Sequence[tuple[WorkerRecord, int]]:
    """Every worker that is alive, and how many jobs it runs."""
    runs = {row["worker_id"]: int(row["jobs"]) for row in await tx.all("count_runs_of_workers")}
    return [(one, runs.get(one.id, 0)) for one in await workers.alive(tx)]

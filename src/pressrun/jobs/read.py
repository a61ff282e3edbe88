"""Looking jobs up."""

from collections.abc import Sequence

from pressrun.jobs import counts
from pressrun.jobs.job import Job, Phase
from pressrun.store.store import Transaction, Value


async def find(tx: Transaction, organization_id: str, job_id: str) -> Job | None:
    """One job of an organization."""
    row = await tx.one("find_job", job_id=job_id, organization_id=organization_id)
    return None if row is None else Job.from_row(row)


async def page(
    tx: Transaction, organization_id: str, agent_id: str, phase: Phase | None, *, offset: int, limit: int
) -> tuple[Sequence[Job], int]:
    """A page of an agent's jobs, newest first, and how many there are in all pages together."""
    total = await counts.total(tx, organization_id, agent_id, phase)
    if offset >= total:
        return [], total
    cut: dict[str, Value] = {
        "organization_id": organization_id,
        "agent_id": agent_id,
        "limit": limit,
        "offset": offset,
    }
    if phase is None:
        rows = await tx.all("list_jobs", **cut)
    else:
        rows = await tx.all("list_jobs_in_phase", **cut, phase=phase)
    return [Job.from_row(row) for row in rows], total


async def stuck(tx: Transaction) -> int:
    """Open jobs whose deadline passed a minute ago: 0, or nothing ends jobs any more."""
    row = await tx.one("count_stuck_jobs")
    return 0 if row is None else int(row["jobs"])


async def oldest_queued_s(tx: Transaction) -> float:
    """Seconds that the runnable job has waited which has been runnable longest; 0 when none waits."""
    row = await tx.one("find_oldest_queued")
    return 0.0 if row is None or row["waited_us"] is None else max(0.0, row["waited_us"] / 1_000_000)

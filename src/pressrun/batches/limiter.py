"""What holds a batch up at the moment, in words for whoever watches it."""

from pressrun.batches.batch import ENDED, Batch, State
from pressrun.jobs.job import Job
from pressrun.jobs.reason import why_queued
from pressrun.store.store import Transaction


async def limiter(tx: Transaction, batch: Batch) -> str | None:
    """One sentence, or None when nothing waits."""
    if batch.state in ENDED:
        return None
    if batch.state == State.PAUSED:
        return batch.pause_reason
    if not batch.counts.queued:
        return None
    row = await tx.one(
        "find_queued_row", organization_id=batch.organization_id, agent_id=batch.agent_id, batch_id=batch.id
    )
    return None if row is None else await why_queued(tx, Job.from_row(row))

"""Retrying on request: a job that failed starts its next generation, on the version it was accepted with."""

from pressrun.errors import Code, PressrunError
from pressrun.jobs import counts, history, read
from pressrun.jobs.admission import UNLIMITED, Ceilings, admit_again
from pressrun.jobs.job import Job, State
from pressrun.store.store import Transaction
from pressrun.telemetry.events import JobEvent


async def retry(tx: Transaction, organization_id: str, job_id: str, ceilings: Ceilings = UNLIMITED) -> Job | None:
    """The job as it then stands, or None when there is none.

    Raises PressrunError (conflict) for a completed one, LimitError when no more jobs may wait.

    Of many concurrent callers one starts the new generation; the others, and whoever retries a job that is under way,
    get the job as it is and start nothing.
    """
    row = await tx.one("hold_job", job_id=job_id, organization_id=organization_id)
    if row is None:
        return None
    job = Job.from_row(row)
    if job.state == State.COMPLETED:
        raise PressrunError(
            Code.CONFLICT, "the job is completed; only failed jobs can be retried. Create a new job to run it again"
        )
    if job.state in {State.FAILED, State.CANCELLED}:
        await admit_again(tx, organization_id, job_id, ceilings)
        moved = await tx.one("retry_job", job_id=job_id, organization_id=organization_id)
        assert moved is not None
        note = history.Note(
            organization_id, job_id, int(moved["events"]), JobEvent.RETRIED, int(moved["generation"]), 0
        )
        await history.record(tx, [note])
        await counts.move(tx, [(organization_id, job.agent_id, job.state, State.QUEUED)])
        if job.batch_id:
            await tx.run("reopen_batch", organization_id=organization_id, batch_id=job.batch_id)
    return await read.find(tx, organization_id, job_id)

"""Cancelling: at once where nothing runs, by request where something does."""

from pressrun.jobs import counts, history, read, settle
from pressrun.jobs.job import Job, State
from pressrun.store.store import Transaction
from pressrun.telemetry.events import JobEvent


async def cancel(tx: Transaction, organization_id: str, job_id: str) -> Job | None:
    """The job as it then stands, or None when there is none.

    A queued or waiting job is cancelled; a running one is asked to stop (`cancel_requested`); one that has ended stays
    what it is. The job's row is held meanwhile, so of a completion and a cancellation the first to commit stands.
    """
    row = await tx.one("hold_job", job_id=job_id, organization_id=organization_id)
    if row is None:
        return None
    job = Job.from_row(row)
    if job.state in {State.QUEUED, State.WAITING}:
        moved = await tx.one(
            "cancel_job", job_id=job_id, organization_id=organization_id, error=settle.CANCELLED_ON_REQUEST
        )
        assert moved is not None
        await _note(tx, job, int(moved["events"]), JobEvent.CANCELLED)
        await counts.move(tx, [(organization_id, job.agent_id, job.state, State.CANCELLED)])
        await settle.record_outbox(tx, [{**_identity(job), "state": State.CANCELLED}])
    elif job.state == State.RUNNING:
        asked = await tx.one("request_cancel", job_id=job_id, organization_id=organization_id)
        if asked is not None:
            await _note(tx, job, int(asked["events"]), JobEvent.CANCEL_REQUESTED)
    return await read.find(tx, organization_id, job_id)


def _identity(job: Job) -> dict[str, str | int]:
    return {"id": job.id, "organization_id": job.organization_id, "generation": job.generation}


async def _note(tx: Transaction, job: Job, seq: int, event: JobEvent) -> None:
    await history.record(tx, [history.Note(job.organization_id, job.id, seq, event, job.generation, job.attempts)])

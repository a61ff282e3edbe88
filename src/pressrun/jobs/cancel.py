"""Cancelling: at once where nothing runs, by request where something does."""

from pressrun.jobs import counts, history, read, settle
from pressrun.jobs.job import Job, Phase, State
from pressrun.store.store import Row, Transaction
from pressrun.telemetry.events import JobEvent

CANCEL_LIMIT = 500
"""Jobs of an agent that are cancelled in one transaction."""

AGENTS_LIMIT = 10


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


async def cancel_of_agent(tx: Transaction, organization_id: str, agent_id: str) -> int:
    """Cancel some of an agent's open jobs, those that run by request; how many were touched, 0 when all are.

    The jobs of one call fit one transaction; whoever wants all of them calls again until nothing is left.
    """
    touched = 0
    for state in (State.QUEUED, State.WAITING):
        rows = await tx.all(
            "cancel_jobs_of_agent",
            organization_id=organization_id,
            agent_id=agent_id,
            state=state,
            error=settle.CANCELLED_ON_REQUEST,
            limit=CANCEL_LIMIT,
        )
        await history.record(tx, [_line(row, JobEvent.CANCELLED) for row in rows])
        await counts.move(tx, [(organization_id, agent_id, state, State.CANCELLED) for _ in rows])
        await settle.record_outbox(tx, rows)
        touched += len(rows)
    asked = await tx.all("request_cancel_of_agent", organization_id=organization_id, agent_id=agent_id)
    await history.record(tx, [_line(row, JobEvent.CANCEL_REQUESTED) for row in asked])
    return touched + len(asked)


async def cancel_of_deleted_agents(tx: Transaction) -> int:
    """Go on with what deletions asked for, whoever began it; how many jobs were touched."""
    touched = 0
    for row in await tx.all("list_cancelling_agents", limit=AGENTS_LIMIT):
        one = await cancel_of_agent(tx, row["organization_id"], row["id"])
        if not one and not await _is_open(tx, row["organization_id"], row["id"]):
            await tx.run("end_cancelling", organization_id=row["organization_id"], agent_id=row["id"])
        touched += one
    return touched


async def _is_open(tx: Transaction, organization_id: str, agent_id: str) -> bool:
    return await counts.total(tx, organization_id, agent_id, Phase.OPEN) > 0


def _line(row: Row, event: JobEvent) -> history.Note:
    return history.Note(row["organization_id"], row["id"], row["events"], event, row["generation"], row["attempts"])


def _identity(job: Job) -> dict[str, str | int]:
    return {"id": job.id, "organization_id": job.organization_id, "generation": job.generation}


async def _note(tx: Transaction, job: Job, seq: int, event: JobEvent) -> None:
    await history.record(tx, [history.Note(job.organization_id, job.id, seq, event, job.generation, job.attempts)])

"""Accepting jobs: many at once, each on its own terms, nothing half."""

from collections.abc import Sequence

from pressrun.jobs import counts, history, idempotency
from pressrun.jobs.admission import UNLIMITED, Ceilings, turned_away
from pressrun.jobs.job import Acceptance, Accepted, NewJob, State
from pressrun.store.store import Transaction
from pressrun.telemetry.events import JobEvent

GROUP_LIMIT = 500
"""Jobs accepted in one transaction."""


async def create(tx: Transaction, jobs: Sequence[NewJob], ceilings: Ceilings = UNLIMITED) -> list[Accepted]:
    """Accept each job, or find the one its idempotency key already stands for; one answer each, in order.

    VERSION_MOVED: the agent was deployed anew, rolled back, renamed or deleted since the inputs were checked.
    `ceilings` are the server's limits; an organization's own are in the store.
    """
    replayed = await idempotency.hold(tx, jobs)
    fresh = [job for job in jobs if job.id not in replayed]
    refused = await turned_away(tx, fresh, ceilings)
    admitted = [job for job in fresh if job.id not in refused]
    rows = await tx.each("create_jobs", [_values(job) for job in admitted]) if admitted else []
    created = {row["id"]: int(row["created_at"]) for row in rows}
    stored = [job for job in fresh if job.id in created]
    await history.record(tx, [history.Note(job.organization_id, job.id, 1, JobEvent.CREATED, 1, 0) for job in stored])
    await counts.move(tx, [(job.organization_id, job.agent_id, None, State.QUEUED) for job in stored])
    await tx.each("remember_webhook_url", [_listening(job) for job in stored if job.webhook_url is not None])
    await idempotency.release(tx, [job for job in fresh if job.id not in created])
    lost = {job.id for job in fresh} - created.keys()
    answers = {job_id: answer for job_id, answer in replayed.items() if answer.job_id not in lost}
    return [answers.get(job.id) or refused.get(job.id) or _accepted(job, created.get(job.id)) for job in jobs]


async def witness(tx: Transaction, _jobs: Sequence[NewJob], answers: Sequence[Accepted]) -> bool:
    """Whether an acceptance whose commit went unanswered has happened; one that created nothing changed nothing."""
    created = [answer for answer in answers if answer.acceptance == Acceptance.CREATED]
    return not created or await tx.one("find_created", job_id=created[0].job_id) is not None


def _values(job: NewJob) -> dict[str, str | int | bytes | None]:
    return {
        "job_id": job.id,
        "organization_id": job.organization_id,
        "agent_id": job.agent_id,
        "agent_reference": job.agent_reference,
        "agent_version": job.agent_version,
        "key_id": job.key_id,
        "priority": job.priority,
        "max_attempts": job.max_attempts,
        "on_worker_loss": job.on_worker_loss,
        "deadline_s": job.deadline_s,
        "inputs": job.inputs,
        "options": job.options,
    }


def _listening(job: NewJob) -> dict[str, str | None]:
    return {"organization_id": job.organization_id, "job_id": job.id, "batch_id": "", "url": job.webhook_url}


def _accepted(job: NewJob, created_at: int | None) -> Accepted:
    if created_at is None:
        return Accepted(Acceptance.VERSION_MOVED, job.id)
    return Accepted(Acceptance.CREATED, job.id, created_at)

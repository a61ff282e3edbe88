"""Jobs over HTTP: create, look at, list, retry, cancel."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Request, Response

from pressrun.agents.agent import find_agent
from pressrun.agents.submit import Submission, submit
from pressrun.api import wire
from pressrun.api.access import require
from pressrun.api.audited import entry
from pressrun.api.following import follow
from pressrun.api.idempotency_key import FAULT, FORM, NAME
from pressrun.api.json_body import Fields, json_type, read_object
from pressrun.api.pages import number, offset_and_limit, storable
from pressrun.api.request_schemas import JobRequest, body_of
from pressrun.api.schemas import CreatedJob, Deleted, JobEvents, JobPage, JobShape, errors
from pressrun.api.state import system_of
from pressrun.api.webhook_fields import webhook_url_of
from pressrun.errors import Code, PressrunError, Problem
from pressrun.jobs import cancel, delete, history, read, retry
from pressrun.jobs.admission import Ceilings
from pressrun.jobs.floors import RETURNED
from pressrun.jobs.job import DEFAULT_PRIORITY, Job, Phase, State
from pressrun.jobs.reason import why_queued
from pressrun.organizations.audit import Action
from pressrun.organizations.keys import Scope
from pressrun.store.store import Transaction
from pressrun.store.sure import write_surely

router = APIRouter(prefix="/v1/applications", tags=["jobs"])

LONGEST_WAIT_S = 60
PATIENCE_S = 10.0
"""How long a client waits to be told whether its wish was stored, when the database left that open."""
LONGEST_DEADLINE_S = 30 * 86_400
MOST_METADATA = 50
LONGEST_METADATA = 2000


@router.get("/jobs/{job_id}", responses=errors(JobShape, 401, 404), summary="Retrieve a job")
async def get_job(request: Request, job_id: str, wait: str | None = None) -> Response:
    """A job as it stands; with `wait` the answer comes when it has ended, or after so many seconds (at most 60)."""
    key = require(request, Scope.JOBS_READ)
    wait_s = max(0, min(LONGEST_WAIT_S, number("wait", wait, 0)))
    job = found_or_fail(await follow(request, key.organization_id, job_id, wait_s), job_id)
    reason = None
    if job.state == State.QUEUED:
        reason = await system_of(request).store.read(lambda tx: why_queued(tx, job))
    return wire.answer(wire.job(job, reason))


@router.get("/jobs/{job_id}/events", responses=errors(JobEvents, 401, 404), summary="The timeline of a job")
async def list_job_events(request: Request, job_id: str) -> Response:
    """Every move the job made, every attempt, every lease lost."""
    key = require(request, Scope.JOBS_READ)

    async def work(tx: Transaction) -> list[history.TimelineEntry]:
        found_or_fail(await read.find(tx, key.organization_id, storable(job_id)), job_id)
        return await history.timeline(tx, key.organization_id, job_id)

    return wire.answer({"data": [wire.event(entry) for entry in await system_of(request).store.read(work)]})


@router.post(
    "/jobs/{job_id}/retry",
    status_code=202,
    responses=errors(CreatedJob, 401, 404, 409, 429),
    summary="Retry a failed job",
)
async def retry_job(request: Request, job_id: str) -> Response:
    """Start a failed job anew, under the same id and on the version it was accepted with."""
    key = require(request, Scope.JOBS_WRITE)
    store = system_of(request).store
    ceilings = Ceilings(system_of(request).settings.max_queued_jobs)
    job = await _moved(request, lambda tx: retry.retry(tx, key.organization_id, storable(job_id), ceilings), job_id)
    store.bells.ring("jobs")
    store.bells.ring(RETURNED)
    return wire.answer(wire.created_job(job.id, job.agent_id, job.created_at, wire.status_of(job.state)), 202)


@router.post("/jobs/{job_id}/cancel", responses=errors(JobShape, 401, 404), summary="Cancel a job")
async def cancel_job(request: Request, job_id: str) -> Response:
    """A job that does not run yet is cancelled at once, a running one is asked to stop, an ended one stays as it is."""
    key = require(request, Scope.JOBS_WRITE)
    store = system_of(request).store
    job = await _moved(request, lambda tx: cancel.cancel(tx, key.organization_id, storable(job_id)), job_id)
    store.bells.ring("cancels")
    store.bells.ring("finished")
    return wire.answer(wire.job(job))


@router.delete("/jobs/{job_id}", responses=errors(Deleted, 401, 404, 409), summary="Delete a job")
async def delete_job(request: Request, job_id: str) -> Response:
    """A job that has ended is gone for good, with its inputs, result and timeline; one that has not is refused."""
    key = require(request, Scope.JOBS_WRITE)
    name = storable(job_id)

    async def work(tx: Transaction) -> bool:
        deleted = await delete.delete(tx, key.organization_id, name)
        if deleted:
            await entry(request, Action.JOB_DELETED, name)(tx)
        return deleted

    async def is_gone(tx: Transaction, _deleted: bool) -> bool:
        return await delete.is_gone(tx, key.organization_id, name)

    if not await write_surely(system_of(request).store, work, is_gone, patience_s=PATIENCE_S):
        raise _no_job(job_id)
    return wire.answer({"id": job_id, "deleted": True})


async def _moved(request: Request, move: Callable[[Transaction], Awaitable[Job | None]], job_id: str) -> Job:
    """A job after a move that may have gone unanswered: its timeline tells whether it happened."""
    store = system_of(request).store
    return found_or_fail(await write_surely(store, move, history.is_written, patience_s=PATIENCE_S), job_id)


@router.post(
    "/{application_id}/jobs",
    status_code=202,
    responses=errors(CreatedJob, 400, 401, 404, 413, 422, 429),
    openapi_extra=body_of(JobRequest),
    summary="Create a job",
)
async def create_job(request: Request, application_id: str) -> Response:
    """Accept a job, durably, on the version that is deployed now; `Idempotency-Key` makes repeating it safe."""
    key = require(request, Scope.JOBS_WRITE)
    values, raw = await read_object(request)
    submission = _submission(request, values, raw)
    system = system_of(request)
    made = await submit(system.deployed, system.intake.submit, key, application_id, submission, system.attachments)
    if not made.replayed:
        system.store.bells.ring("jobs")
    headers = {"idempotent-replayed": "true"} if made.replayed else {}
    return wire.answer(wire.created_job(made.job_id, made.agent_id, made.created_at), 202, headers)


def _submission(request: Request, values: dict[str, object], raw: bytes) -> Submission:
    fields = Fields(values)
    idempotency_key = request.headers.get(NAME)
    if idempotency_key is not None and not FORM.fullmatch(idempotency_key):
        fields.fault(NAME, FAULT)
    webhook_url = webhook_url_of(request, fields)
    metadata = fields.take("metadata", dict, "an object of strings")
    for name, value in (metadata or {}).items():
        if not isinstance(value, str) or len(name) + len(value) > LONGEST_METADATA:
            fields.fault("metadata", f"metadata.{name[:50]} must be a string of at most {LONGEST_METADATA} characters")
    if len(metadata or {}) > MOST_METADATA:
        fields.fault("metadata", f"metadata has more than {MOST_METADATA} entries")
    priority = fields.whole("priority", 0, 9, DEFAULT_PRIORITY)
    submission = Submission(
        inputs=values.get("inputs"),
        body=raw,
        idempotency_key=idempotency_key,
        is_repeat=request.headers.get("x-stainless-retry-count", "0") != "0",
        fan_out=fields.take("fan_out", bool, "true or false"),
        metadata=metadata,
        priority=DEFAULT_PRIORITY if priority is None else priority,
        deadline_s=fields.whole("deadline_s", 1, LONGEST_DEADLINE_S),
        webhook_url=webhook_url,
    )
    if "inputs" not in values:
        fields.fault("inputs", f"inputs is required: a list of {{id, value}}, not {json_type(None)}")
    fields.done()
    return submission


@router.get("/{application_id}/jobs", responses=errors(JobPage, 400, 401, 404), summary="List an agent's jobs")
async def list_jobs(
    request: Request,
    application_id: str,
    status: str | None = None,
    offset: str | None = None,
    limit: str | None = None,
) -> Response:
    """A page of jobs, newest first; `totalCount` is the number that match."""
    key = require(request, Scope.JOBS_READ)
    start, size = offset_and_limit(offset, limit)
    phase = _phase(status)

    async def work(tx: Transaction) -> tuple[list[Job], int]:
        agent = await find_agent(tx, key.organization_id, application_id)
        jobs, total = await read.page(tx, key.organization_id, agent.id, phase, offset=start, limit=size)
        return list(jobs), total

    jobs, total = await system_of(request).store.read(work)
    return wire.answer(
        {
            "result": [wire.job(job) for job in jobs],
            "totalCount": total,
            "pagination": {"offset": start, "limit": size},
        }
    )


def _phase(status: str | None) -> Phase | None:
    if status is None or not status:
        return None
    if status not in wire.STATUS_PHASES:
        words = ", ".join(wire.STATUS_PHASES)
        raise PressrunError(
            Code.INVALID, Problem(f"status must be one of {words}, not {status[:50]!r}", {"field": "status"})
        )
    return wire.STATUS_PHASES[status]


def found_or_fail(job: Job | None, job_id: str) -> Job:
    """A job; raises PressrunError (not_found) when there is none."""
    if job is None:
        raise _no_job(job_id)
    return job


def _no_job(job_id: str) -> PressrunError:
    return PressrunError(Code.NOT_FOUND, f"there is no job {job_id[:100]!r} that this key may see")

"""Batches over HTTP: upload, look at, list, pause, resume, cancel, retry, change, delete."""

from typing import Any

from fastapi import APIRouter, Request, Response

from pressrun.agents.agent import find_agent
from pressrun.api import batch_wire, wire
from pressrun.api.access import require
from pressrun.api.audited import entry
from pressrun.api.batch_file import incoming
from pressrun.api.batch_moves import moved, shown
from pressrun.api.batch_schemas import BatchPage, BatchShape
from pressrun.api.batch_upload import store_rows
from pressrun.api.idempotency_key import given_key
from pressrun.api.json_body import Fields, read_object
from pressrun.api.pages import offset_and_limit
from pressrun.api.request_schemas import BatchCancel, BatchChange, BatchRetry, BatchUpload, body_of
from pressrun.api.schemas import Deleted, errors
from pressrun.api.state import system_of
from pressrun.batches import control, forget, read
from pressrun.batches.batch import Batch
from pressrun.batches.keeper import BATCHES
from pressrun.errors import FailureCode
from pressrun.organizations.audit import Action
from pressrun.organizations.keys import Scope
from pressrun.store.store import Transaction

router = APIRouter(tags=["batches"])

MOVED = errors(BatchShape, 401, 404, 409)


@router.post(
    "/v1/applications/{application_id}/batches",
    status_code=202,
    responses=errors(BatchShape, 400, 401, 404, 408, 409, 413, 429),
    openapi_extra=body_of(BatchUpload),
    summary="Run a file of rows",
)
async def create_batch(request: Request, application_id: str) -> Response:
    """Accept rows (CSV, XLSX, JSONL, JSON), each as a job; the answer comes when the last one is stored durably.

    Rows that cannot be run are listed, and nothing is started unless `on_bad_rows=skip`.
    """
    key = require(request, Scope.JOBS_WRITE)
    given_key(request)  # refused before the file is read
    system = system_of(request)
    agent, definition = await system.deployed.find(key.organization_id, application_id)
    batch_id, replayed = await store_rows(request, key, agent, definition, await incoming(request))
    system.store.bells.ring(BATCHES)
    batch = await system.store.read(lambda tx: read.find_or_fail(tx, key.organization_id, batch_id))
    return wire.answer(batch_wire.batch(batch), 202, {"idempotent-replayed": "true"} if replayed else {})


@router.get(
    "/v1/applications/{application_id}/batches",
    responses=errors(BatchPage, 400, 401, 404),
    summary="List an agent's batches",
)
async def list_agent_batches(
    request: Request, application_id: str, offset: str | None = None, limit: str | None = None
) -> Response:
    """A page of batches, newest first."""
    return await _page(request, application_id, offset, limit)


@router.get("/v1/batches", responses=errors(BatchPage, 400, 401), summary="List batches")
async def list_batches(request: Request, offset: str | None = None, limit: str | None = None) -> Response:
    """A page of batches of all agents, newest first."""
    return await _page(request, None, offset, limit)


async def _page(request: Request, reference: str | None, offset: str | None, limit: str | None) -> Response:
    key = require(request, Scope.JOBS_READ)
    start, size = offset_and_limit(offset, limit)

    async def work(tx: Transaction) -> tuple[list[Batch], int]:
        agent_id = None if reference is None else (await find_agent(tx, key.organization_id, reference)).id
        return await read.page(tx, key.organization_id, agent_id, offset=start, limit=size)

    batches, total = await system_of(request).store.read(work)
    pagination = {"offset": start, "limit": size}
    return wire.answer(
        {"result": [batch_wire.batch(one) for one in batches], "totalCount": total, "pagination": pagination}
    )


@router.get("/v1/batches/{batch_id}", responses=errors(BatchShape, 401, 404), summary="Retrieve a batch")
async def get_batch(request: Request, batch_id: str) -> Response:
    """A batch as it stands; its counts always come to its total."""
    key = require(request, Scope.JOBS_READ)
    return await shown(request, key.organization_id, batch_id)


@router.post("/v1/batches/{batch_id}/pause", responses=MOVED, summary="Pause a batch")
async def pause_batch(request: Request, batch_id: str) -> Response:
    """Nothing more is started until it is resumed; what runs ends."""
    return await moved(request, batch_id, Action.BATCH_PAUSED, lambda tx, owner: control.pause(tx, owner, batch_id))


@router.post("/v1/batches/{batch_id}/resume", responses=MOVED, summary="Resume a batch")
async def resume_batch(request: Request, batch_id: str) -> Response:
    """A paused batch goes on where it stopped."""
    return await moved(request, batch_id, Action.BATCH_RESUMED, lambda tx, owner: control.resume(tx, owner, batch_id))


@router.post(
    "/v1/batches/{batch_id}/cancel",
    responses=errors(BatchShape, 400, 401, 404),
    openapi_extra=body_of(BatchCancel, required=False),
    summary="Cancel a batch",
)
async def cancel_batch(request: Request, batch_id: str) -> Response:
    """Nothing more is started; what runs ends, or is cut off with `{"running": "cut"}`. Finished rows stay."""
    values, _ = await read_object(request, empty_is={})
    fields = Fields(values)
    running = fields.word("running", ("drain", "cut"))
    fields.done(closed=True)
    return await moved(
        request,
        batch_id,
        Action.BATCH_CANCELLED,
        lambda tx, owner: control.cancel(tx, owner, batch_id, cut=running == "cut"),
    )


@router.post(
    "/v1/batches/{batch_id}/retry",
    status_code=202,
    responses=errors(BatchShape, 400, 401, 404, 409),
    openapi_extra=body_of(BatchRetry, required=False),
    summary="Retry failed rows",
)
async def retry_batch(request: Request, batch_id: str) -> Response:
    """All failed rows, those of one `error_code`, or chosen `rows`; on the same or the newest `version`."""
    key = require(request, Scope.JOBS_WRITE)
    values, _ = await read_object(request, empty_is={})
    fields = Fields(values)
    error_code = fields.take("error_code", str, "a text")
    if error_code is not None and error_code not in set(FailureCode):
        fields.fault("error_code", f"error_code must be one of {', '.join(FailureCode)}, not {error_code[:50]!r}")
    rows = fields.take("rows", list, "a list of row numbers")
    if rows is not None and not all(isinstance(row, int) and not isinstance(row, bool) and row > 0 for row in rows):
        fields.fault("rows", "rows must be a list of row numbers, which count from 1")
    wanted = fields.word("version", ("same", "newest"))
    fields.done(closed=True)
    version = await _newest(request, key.organization_id, batch_id) if wanted == "newest" else None

    async def move(tx: Transaction, owner: str) -> Batch:
        return await control.retry(tx, owner, batch_id, error_code=error_code, rows=rows, version=version)

    return await moved(request, batch_id, Action.BATCH_RETRIED, move, 202)


async def _newest(request: Request, organization_id: str, batch_id: str) -> int:
    system = system_of(request)
    batch = await system.store.read(lambda tx: read.find_or_fail(tx, organization_id, batch_id))
    agent, _ = await system.deployed.find(organization_id, batch.agent_id)
    assert agent.deployed_version is not None
    return agent.deployed_version


@router.patch(
    "/v1/batches/{batch_id}",
    responses=errors(BatchShape, 400, 401, 404, 409),
    openapi_extra=body_of(BatchChange),
    summary="Change a batch",
)
async def change_batch(request: Request, batch_id: str) -> Response:
    """Another `name`, or another `max_cost`; null takes the cap away."""
    values, _ = await read_object(request)
    fields = Fields(values)
    changes: dict[str, Any] = {}
    if "max_cost" in values:
        changes["max_cost"] = fields.money("max_cost")
    name = fields.take("name", str, "a text")
    if name is not None:
        changes["name"] = name.replace("\x00", "")
    fields.done(closed=True)
    return await moved(
        request, batch_id, Action.BATCH_CHANGED, lambda tx, owner: control.change(tx, owner, batch_id, **changes)
    )


@router.delete("/v1/batches/{batch_id}", responses=errors(Deleted, 401, 404, 409), summary="Delete a batch")
async def delete_batch(request: Request, batch_id: str) -> Response:
    """A batch that has ended is gone for good, with its rows, their jobs and their results."""
    key = require(request, Scope.JOBS_WRITE)
    store = system_of(request).store
    await forget.delete(store, key.organization_id, batch_id)
    await store.write(entry(request, Action.BATCH_DELETED, batch_id))
    return wire.answer({"id": batch_id, "deleted": True})

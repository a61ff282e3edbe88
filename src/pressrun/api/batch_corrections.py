"""Rows of a batch that failed or were refused, sent again with corrections."""

import asyncio
import hashlib
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from pressrun.agents.definition import AgentDefinition
from pressrun.api.access import require
from pressrun.api.batch_file import hashing, incoming_rows
from pressrun.api.batch_moves import moved, shown
from pressrun.api.batch_options import texts
from pressrun.api.batch_schemas import BatchShape
from pressrun.api.batch_upload import problems_of, reserve_of
from pressrun.api.idempotency_key import given_key, key_of
from pressrun.api.json_body import Fields
from pressrun.api.request_schemas import BatchCorrections, body_of
from pressrun.api.schemas import errors
from pressrun.api.state import system_of
from pressrun.batches import read
from pressrun.batches.batch import Batch
from pressrun.batches.corrected import CorrectedRow, RowCheck, same_ids
from pressrun.batches.corrected_files import with_files
from pressrun.batches.correcting import Terms, correct
from pressrun.batches.files.bad_rows import MOST_KEPT, BadRow
from pressrun.batches.files.columns import ColumnMap
from pressrun.batches.files.corrections import Corrections, read_corrections
from pressrun.batches.files.results import ResultColumns
from pressrun.batches.matching import find_ids, match
from pressrun.errors import Code, PressrunError, Problem
from pressrun.ids import new_id
from pressrun.jobs import idempotency
from pressrun.jobs.admission import Ceilings
from pressrun.organizations.audit import Action
from pressrun.organizations.keys import Scope
from pressrun.store.store import Transaction

router = APIRouter(tags=["batches"])

ROUTE = "batches.correct"


@router.post(
    "/v1/batches/{batch_id}/rows",
    status_code=202,
    responses=errors(BatchShape, 400, 401, 404, 409, 413, 429),
    openapi_extra=body_of(BatchCorrections),
    summary="Correct rows of a batch",
)
async def correct_rows(request: Request, batch_id: str) -> Response:
    """Rows that failed, were cancelled or could not be run, with other values: they run again, in their place.

    The file may be the results as they were downloaded. It is refused as a whole, with every row that cannot be run.
    """
    key = require(request, Scope.JOBS_WRITE)
    name = given_key(request)
    store = system_of(request).store
    batch = await store.read(lambda tx: read.find_or_fail(tx, key.organization_id, batch_id))
    chunks, told, values = await incoming_rows(request)
    wanted, column_map = _options(values, batch)
    version, definition = await _version(request, batch, wanted)
    check = RowCheck(definition, batch, column_map)
    hashed = hashlib.sha256(repr((batch.id, told, wanted, column_map)).encode())
    columns = await _columns(request, batch)
    found = await read_corrections(hashing(chunks, hashed), told, columns, check.id_column)
    once = key_of(name, key, ROUTE, hashed.hexdigest())
    earlier = None if once is None else await store.read(lambda tx: idempotency.find_one(tx, key.organization_id, once))
    if earlier is not None:
        return await shown(request, key.organization_id, batch.id, 202, replayed=True)
    rows = await _checked(request, batch, definition, found, check)
    terms = await _terms(request, batch, version, definition, rows)
    made = new_id()

    async def move(tx: Transaction, owner: str) -> Batch:
        if once is not None and await idempotency.hold_one(tx, owner, once, made) is not None:
            raise PressrunError(Code.CONFLICT, "the same request is under way: look at the batch")
        return await correct(tx, owner, batch.id, rows, terms)

    return await moved(request, batch.id, Action.BATCH_CORRECTED, move, 202)


def _options(values: dict[str, Any], batch: Batch) -> tuple[str, ColumnMap]:
    fields = Fields(values)
    wanted = fields.word("version", ("same", "newest"))
    column_map = texts(fields, "map") or batch.options.column_map
    fields.done(closed=True)
    return wanted, column_map


async def _version(request: Request, batch: Batch, wanted: str) -> tuple[int, AgentDefinition]:
    system = system_of(request)
    if wanted == "newest":
        agent, definition = await system.deployed.find(batch.organization_id, batch.agent_id)
        assert agent.deployed_version is not None
        return agent.deployed_version, definition
    definition = await system.definition(batch.organization_id, batch.agent_id, batch.agent_version)
    return batch.agent_version, definition


async def _columns(request: Request, batch: Batch) -> ResultColumns:
    definition = await system_of(request).definition(batch.organization_id, batch.agent_id, batch.agent_version)
    return ResultColumns(batch.columns, [prompt.name for prompt in definition.prompts])


async def _checked(
    request: Request, batch: Batch, definition: AgentDefinition, found: Corrections, check: RowCheck
) -> Sequence[CorrectedRow]:
    store = system_of(request).store
    numbered, standing = await match(store, batch, found)
    checked, faults = await asyncio.to_thread(check.check, numbered, standing)
    look_up = system_of(request).attachments.look_up_for(batch.organization_id, definition)
    good, of_files = await with_files(definition, checked, look_up)
    faults = [*faults, *of_files]
    renamed = {one.row_id for one in good if one.is_renamed and one.row_id is not None}
    if renamed:
        faults = [*faults, *same_ids(good, await find_ids(store, batch, renamed))]
    if faults:
        raise _refusal(faults, found.total)
    return good


def _refusal(faults: Sequence[BadRow], total: int) -> PressrunError:
    bad = len({(fault.row, fault.line) for fault in faults})
    summary = f"{bad:,} of {total:,} rows cannot be run, and nothing was changed: correct them, or leave them out"
    return PressrunError(
        Code.INVALID, [Problem(summary, {"bad_rows": bad, "rows": total}), *problems_of(faults[:MOST_KEPT])]
    )


async def _terms(
    request: Request, batch: Batch, version: int, definition: AgentDefinition, rows: Sequence[CorrectedRow]
) -> Terms:
    settings = system_of(request).settings
    ceilings = Ceilings(settings.max_queued_jobs, settings.max_queued_jobs_total)
    if batch.max_cost is None:
        return Terms(version, definition, ceilings=ceilings)
    reserve = await reserve_of(request, batch.organization_id, definition, fan_out=batch.options.fan_out)
    await asyncio.to_thread(reserve.add, [row.inputs for row in rows])
    reserve.check(batch.max_cost)
    return Terms(version, definition, reserve.most, ceilings)

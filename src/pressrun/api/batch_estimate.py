"""What a file of rows would cost, over HTTP: it is read and checked as for a batch, and nothing is kept."""

import asyncio
from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from pressrun.agents.run import check_fan_out
from pressrun.api import wire
from pressrun.api.access import require
from pressrun.api.batch_file import incoming
from pressrun.api.batch_schemas import BatchEstimateShape, BatchProjectionShape
from pressrun.api.request_schemas import BatchUpload, body_of
from pressrun.api.schemas import errors
from pressrun.api.state import system_of
from pressrun.batches.estimate import BatchEstimate, Estimating, duration_s
from pressrun.batches.files.first_rows import SHOWN, first_rows
from pressrun.batches.files.rows import Rows, read_rows
from pressrun.batches.projection import project
from pressrun.batches.read import find_or_fail
from pressrun.money import CURRENCY, dollars
from pressrun.organizations.keys import Scope

router = APIRouter(tags=["batches"])


@router.post(
    "/v1/applications/{application_id}/batches/estimate",
    responses=errors(BatchEstimateShape, 400, 401, 404, 408, 413),
    openapi_extra=body_of(BatchUpload),
    summary="What a file of rows would cost",
)
async def estimate_batch(request: Request, application_id: str) -> Response:
    """Tokens, price and time of a file, its columns and its bad rows; nothing is stored, and no model is asked."""
    key = require(request, Scope.JOBS_WRITE)
    system = system_of(request)
    _, definition = await system.deployed.find(key.organization_id, application_id)
    file = await incoming(request)
    options = file.options.options
    if options.fan_out:
        check_fan_out(definition)
    asked = {model for prompt in definition.prompts for model in prompt.candidates}
    prices = await system.catalog.terms(key.organization_id, asked)
    estimating = Estimating(definition, prices, fan_out=options.fan_out, dedupe=options.dedupe)
    first: list[bytes] = []
    look_up = system.attachments.look_up_for(key.organization_id, definition)
    async with read_rows(file.chunks, file.told, definition, file.options.column_map, look_up) as rows:
        async for block in rows:
            first += [row.cells for row in block[: SHOWN - len(first)]]
            await asyncio.to_thread(estimating.add, block)  # a millisecond for ten rows
    found = estimating.found
    time = await system.store.read(lambda tx: duration_s(tx, key.organization_id, definition, found.distinct))
    return wire.answer(_shape(rows, found, time, first))


@router.get(
    "/v1/batches/{batch_id}/estimate",
    responses=errors(BatchProjectionShape, 401, 404),
    summary="What a batch will have cost",
)
async def project_batch(request: Request, batch_id: str) -> Response:
    """The cost of the whole batch and the time that is left, told from the rows that are done, as after a `sample`."""
    key = require(request, Scope.JOBS_READ)
    system = system_of(request)
    batch = await system.store.read(lambda tx: find_or_fail(tx, key.organization_id, batch_id))
    definition = await system.definition(key.organization_id, batch.agent_id, batch.agent_version)
    found = await system.store.read(lambda tx: project(tx, batch, definition))
    return wire.answer(
        {
            "rows": found.rows,
            "rows_left": found.left,
            "cost_per_row": dollars(found.per_row),
            "cost": {"low": dollars(found.low), "high": dollars(found.high)},
            "currency": CURRENCY,
            "duration_s": _seconds(found.seconds),
        }
    )


def _seconds(span: tuple[float, float] | None) -> dict[str, int] | None:
    return None if span is None else {"low": round(span[0]), "high": round(span[1])}


def _shape(
    rows: Rows, found: BatchEstimate, time: tuple[float, float] | None, first: Sequence[bytes]
) -> dict[str, Any]:
    return {
        "rows": rows.total,
        "bad_rows": rows.bad.count,
        "distinct_rows": found.distinct,
        "prompt_tokens": found.prompt_tokens,
        "cost": {"low": dollars(found.low), "high": dollars(found.high), "most": dollars(found.most)},
        "currency": CURRENCY,
        "unbounded": list(found.unbounded),
        "duration_s": _seconds(time),
        "format": rows.facts.format,
        "encoding": rows.facts.encoding,
        "delimiter": rows.facts.delimiter,
        "columns": list(rows.columns),
        "first_rows": first_rows(first, rows.columns),
        "inputs": {declared.name: list(columns) for declared, columns in rows.plan.inputs},
        "problems": [
            {"row": one.row, "line": one.line, "column": one.column, "input": one.input, "reason": one.reason}
            for one in rows.bad.kept
        ],
    }

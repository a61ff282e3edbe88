"""The rows of a batch over HTTP: any page of any selection, in any order."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request, Response

from pressrun.api import wire
from pressrun.api.access import require
from pressrun.api.batch_schemas import BatchRows
from pressrun.api.excerpts import inputs_excerpt, output_excerpt
from pressrun.api.job_lists import duration_ms, states_of, time_of
from pressrun.api.pages import LARGEST, number, storable
from pressrun.api.schemas import errors
from pressrun.api.state import system_of
from pressrun.batches import read
from pressrun.batches.batch import Batch
from pressrun.batches.rows_page import INVALID, SORTS, STATES, RowFilter, RowLine, rows_page
from pressrun.errors import Code, PressrunError, Problem
from pressrun.jobs.job import State
from pressrun.money import dollars
from pressrun.organizations.keys import Scope
from pressrun.store.store import Transaction

router = APIRouter(tags=["batches"])

DEFAULT_ROWS = 100
MOST_ROWS = 1000
LONGEST_TEXT = 200


@router.get("/v1/batches/{batch_id}/rows", responses=errors(BatchRows, 400, 401, 404), summary="Rows of a batch")
async def batch_rows(
    request: Request,
    batch_id: str,
    after: Annotated[str | None, Query(description="The row to go on after; with no filter and no `offset`")] = None,
    offset: str | None = None,
    limit: str | None = None,
    state: Annotated[str, Query(description="One or more states, with commas between; `invalid` too")] = "",
    error_code: str = "",
    q: Annotated[str, Query(description="Text in a row's cells, id or output, in either case")] = "",
    ended_from: Annotated[str, Query(alias="from", description="Ended then or later, ISO 8601")] = "",
    ended_to: Annotated[str, Query(alias="to", description="Ended before then, ISO 8601")] = "",
    sort: Annotated[str, Query(description="row, duration, tokens, cost or attempts")] = "row",
    order: Annotated[str, Query(description="asc or desc")] = "asc",
    short: Annotated[str, Query(description="true: without cells and whole texts")] = "false",
) -> Response:
    """A page of rows with what became of each, in the order of the file or by a figure; `total` counts all of them."""
    key = require(request, Scope.JOBS_READ)
    problems: list[Problem] = []
    if sort not in SORTS:
        problems.append(Problem(f"sort is one of {', '.join(SORTS)}, not {sort[:50]!r}", {"field": "sort"}))
    if order not in {"asc", "desc"}:
        problems.append(Problem("order is asc or desc", {"field": "order"}))
    if len(q) > LONGEST_TEXT:
        problems.append(Problem(f"q has at most {LONGEST_TEXT} characters", {"field": "q"}))
    wanted = RowFilter(
        frozenset(states_of(state, {*STATES}, problems)),
        storable(error_code),
        storable(q),
        time_of("from", ended_from, problems),
        time_of("to", ended_to, problems),
        sort,
        descending=order == "desc",
    )
    if problems:
        raise PressrunError(Code.INVALID, problems)
    start = max(0, number("offset", offset, max(0, number("after", after, 0))))
    size = max(1, min(MOST_ROWS, number("limit", limit, DEFAULT_ROWS)))
    is_short = short == "true"

    async def work(tx: Transaction) -> dict[str, Any]:
        batch = await read.find_or_fail(tx, key.organization_id, batch_id)
        lines, total = await rows_page(
            tx, batch, wanted, offset=min(start, LARGEST - MOST_ROWS), limit=size, short=is_short
        )
        rows = [_row(batch, one) for one in lines]
        return {"data": rows, "has_more": start + len(rows) < total and bool(rows), "total": total}

    return wire.answer(await system_of(request).store.read(work))


def _row(batch: Batch, one: RowLine) -> dict[str, Any]:
    state = INVALID if one.problem is not None and one.job_id is None else one.state or State.QUEUED
    tokens = one.prompt_tokens or 0, one.completion_tokens or 0
    return {
        "row": one.row,
        "id": one.row_id,
        "cells": _cells(batch, one.cells),
        "inputs": inputs_excerpt(one.inputs),
        "state": state,
        "job_id": one.job_id,
        "output": output_excerpt(one.result),
        "suggestion": None
        if one.cells is None or one.result is None
        else msgspec.json.decode(one.result)["suggestion"],
        "error": one.problem or one.error,
        "error_code": INVALID if state == INVALID else one.error_code,
        "attempts": one.attempts or 0,
        "usage": {
            "prompt_tokens": tokens[0],
            "completion_tokens": tokens[1],
            "total_tokens": sum(tokens),
        },
        "cost": dollars(one.cost),
        "duration_ms": duration_ms(one.started_at, one.completed_at),
        "started_at": wire.maybe_timestamp(one.started_at),
        "completed_at": wire.maybe_timestamp(one.completed_at),
        "agent_version": one.agent_version,
        "reused_from": one.same_as if state == State.COMPLETED else None,
    }


def _cells(batch: Batch, cells: bytes | None) -> dict[str, Any] | None:
    if cells is None:
        return None
    values = msgspec.json.decode(cells)
    return dict(zip(batch.columns, values, strict=False)) if isinstance(values, list) else values

"""A batch's progress as server-sent events: one at once, one whenever something moved, at most one a second."""

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from starlette.responses import StreamingResponse

from pressrun.api import batch_wire
from pressrun.api.access import require
from pressrun.api.batch_schemas import BatchDeleted, BatchProgress
from pressrun.api.schemas import streams
from pressrun.api.silences import KEEP_ALIVE
from pressrun.api.state import stopping_of, system_of
from pressrun.batches import read
from pressrun.batches.batch import ENDED, Batch
from pressrun.batches.limiter import limiter
from pressrun.batches.progress import Progress
from pressrun.organizations.keys import Scope
from pressrun.store.store import Store, Transaction

router = APIRouter(tags=["batches"])

EVENTS: dict[str, type[BaseModel]] = {"progress": BatchProgress, "deleted": BatchDeleted}
EVERY_S = 1.0


@router.get("/v1/batches/{batch_id}/events", responses=streams(EVENTS, 401, 404), summary="Watch a batch")
async def batch_events(request: Request, batch_id: str) -> Response:
    """Counts, rates, cost, what limits it and when it will be done, until the batch has ended.

    A client that comes back with `Last-Event-ID` is told again only when something moved since.
    """
    key = require(request, Scope.JOBS_READ)
    store, silent_s = system_of(request).store, system_of(request).settings.keep_alive_s
    batch = await store.read(lambda tx: read.find_or_fail(tx, key.organization_id, batch_id))
    events = _events(store, batch, stopping_of(request), request.headers.get("last-event-id"), silent_s)
    return StreamingResponse(events, media_type="text/event-stream", headers={"x-accel-buffering": "no"})


async def _events(
    store: Store, first: Batch, stopping: asyncio.Event, seen: str | None, silent_s: float
) -> AsyncIterator[bytes]:
    progress = Progress()
    spoke_s = time.monotonic()
    while not stopping.is_set():
        looked = await _look(store, first, progress)
        if looked is None:
            yield b"event: deleted\ndata: {}\n\n"
            return
        data, is_over = looked
        number = hashlib.sha256(msgspec.json.encode({**data, "pace": None, "eta_s": None})).hexdigest()[:16]
        if number != seen:
            seen, spoke_s = number, time.monotonic()
            yield b"id: " + number.encode() + b"\nevent: progress\ndata: " + msgspec.json.encode(data) + b"\n\n"
        elif time.monotonic() - spoke_s > silent_s:
            spoke_s = time.monotonic()
            yield KEEP_ALIVE
        if is_over:
            return
        await asyncio.sleep(EVERY_S)


async def _look(store: Store, first: Batch, progress: Progress) -> tuple[dict[str, Any], bool] | None:
    async def work(tx: Transaction) -> tuple[Batch | None, list[tuple[str, int]], str | None, int]:
        batch = await read.find(tx, first.organization_id, first.id)
        now = await tx.one("find_now")
        assert now is not None
        if batch is None:
            return None, [], None, int(now["now"])
        return batch, await read.errors(tx, batch), await limiter(tx, batch), int(now["now"])

    batch, failed, limited_by, now_us = await store.read(work)
    if batch is None:
        return None
    pace = progress.look(batch, time.monotonic(), now_us)
    eta = None if pace.low_s is None or pace.high_s is None else {"low": round(pace.low_s), "high": round(pace.high_s)}
    data = {
        **batch_wire.batch(batch, failed),
        "limited_by": limited_by,
        "pace": {"rows_per_s": round(pace.rows_per_s, 2), "tokens_per_s": round(pace.tokens_per_s, 1)},
        "eta_s": eta,
    }
    return data, batch.state in ENDED

"""Rows as they arrive over HTTP, into the store: all of them or none, with memory that does not grow with the file."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress

from starlette.requests import Request

from pressrun.agents.agent import Agent
from pressrun.agents.definition import AgentDefinition
from pressrun.agents.run import check_fan_out
from pressrun.api.batch_file import Incoming, hashing
from pressrun.api.batch_options import UploadOptions
from pressrun.api.idempotency_key import given_key, key_of
from pressrun.api.state import system_of
from pressrun.api.webhook_fields import rules_of
from pressrun.batches.files.bad_rows import BadRow, BadRows
from pressrun.batches.files.rows import Row, Rows, read_rows
from pressrun.batches.reserve import Reserve
from pressrun.batches.upload import NewBatch, Upload
from pressrun.errors import Code, PressrunError, Problem
from pressrun.jobs.admission import Ceilings
from pressrun.organizations.keys import Key
from pressrun.outgoing.target import check_url

BLOCK_ROWS = 2000
BLOCK_BYTES = 2 * 1024 * 1024
"""A block of rows is stored when it has so many rows, or so many bytes: it bounds memory and transactions."""

ROUTE = "batches.create"


async def store_rows(
    request: Request, key: Key, agent: Agent, definition: AgentDefinition, file: Incoming
) -> tuple[str, bool]:
    """The id of the batch that stands durably now, and whether an earlier request had made it.

    Raises PressrunError: invalid with every bad row when they are not to be skipped, and what `Upload` raises.
    """
    if file.options.options.fan_out:
        check_fan_out(definition)
    system = system_of(request)
    ceilings = Ceilings(system.settings.max_queued_jobs, system.settings.max_queued_jobs_total)
    url = file.options.webhook_url
    url = None if url is None else check_url(url, rules_of(system.settings), "webhook_url")
    upload = Upload(system.store, _new_batch(key, agent, definition, file.options, url), ceilings)
    hashed = hashlib.sha256(repr((agent.id, file.told, file.options)).encode())
    reserve = None
    if file.options.max_cost is not None:
        fan_out = file.options.options.fan_out
        reserve = await reserve_of(request, agent.organization_id, definition, fan_out=fan_out)
    await upload.begin()
    try:
        chunks = hashing(file.chunks, hashed)
        look_up = system.attachments.look_up_for(agent.organization_id, definition)
        async with read_rows(chunks, file.told, definition, file.options.column_map, look_up) as rows:
            await _store(rows, upload, reserve, skips_bad=file.options.skips_bad)
            _refuse_bad(rows.bad, rows.total, skips=file.options.skips_bad)
            if reserve is not None:
                reserve.check(file.options.max_cost or 0)
            most = 0 if reserve is None else reserve.most
            return await upload.finish(rows.columns, key_of(given_key(request), key, ROUTE, hashed.hexdigest()), most)
    except BaseException:
        # A client that leaves cancels this: what it sent must go all the same.
        with suppress(PressrunError):
            await asyncio.shield(upload.discard())
        raise


def _new_batch(
    key: Key, agent: Agent, definition: AgentDefinition, options: UploadOptions, webhook_url: str | None
) -> NewBatch:
    assert agent.deployed_version is not None
    return NewBatch(
        organization_id=agent.organization_id,
        agent_id=agent.id,
        agent_version=agent.deployed_version,
        key_id=key.id,
        name=options.name or definition.name,
        options=options.options,
        priority=options.priority,
        max_cost=options.max_cost,
        trial_rows=options.trial_rows,
        stop_errors=options.stop_errors,
        webhook_url=webhook_url,
    )


async def reserve_of(request: Request, organization_id: str, definition: AgentDefinition, *, fan_out: bool) -> Reserve:
    """What works out the most that a row can cost; raises PressrunError (invalid) where nothing can."""
    asked = {model for prompt in definition.prompts for model in prompt.candidates}
    prices = await system_of(request).catalog.terms(organization_id, asked)
    return Reserve(definition, prices, fan_out)


async def _store(rows: Rows, upload: Upload, reserve: Reserve | None, *, skips_bad: bool) -> None:
    """Store all rows, while the next ones are read; nothing more after a bad one that refuses the file."""
    storing: asyncio.Task[None] | None = None
    try:
        async for block in _blocks(rows):
            if storing is not None:
                await storing
                storing = None
            if reserve is not None:
                await asyncio.to_thread(reserve.add, [row.inputs for row in block])
            if skips_bad or not rows.bad.count:
                storing = asyncio.create_task(upload.add(block))
        if storing is not None:
            await storing
            storing = None
    finally:
        if storing is not None:
            with suppress(PressrunError, asyncio.CancelledError):
                await storing


async def _blocks(rows: Rows) -> AsyncIterator[Sequence[Row]]:
    block: list[Row] = []
    size = 0
    async for some in rows:
        block += some
        size += sum(len(row.cells) for row in some)
        if len(block) >= BLOCK_ROWS or size >= BLOCK_BYTES:
            yield block
            block, size = [], 0
    if block:
        yield block


def _refuse_bad(bad: BadRows, total: int, *, skips: bool) -> None:
    """Raises PressrunError (invalid) with every bad row, unless they are to be skipped and others are left."""
    if not bad.count or (skips and bad.count < total):
        return
    fix = "correct them, or send on_bad_rows=skip to run the others" if bad.count < total else "correct them"
    summary = f"{bad.count:,} of {total:,} rows cannot be run, and nothing was started: {fix}"
    raise PressrunError(
        Code.INVALID, [Problem(summary, {"bad_rows": bad.count, "rows": total}), *problems_of(bad.kept)]
    )


def problems_of(faults: Sequence[BadRow]) -> list[Problem]:
    """Faults of rows as refusals tell them; the row is 0 where nothing tells which it is."""
    return [
        Problem(
            f"{f'row {one.row:,}' if one.row else f'line {one.line:,}'}"
            f"{'' if one.column is None else f', column {one.column}'}: {one.reason}",
            {"row": one.row or None, "line": one.line, "column": one.column, "input": one.input},
        )
        for one in faults
    ]

"""Rows of a batch that are run again with other inputs: the next generation of their jobs, in their old place.

What they took before stays in their cost and in the books; completed rows are not touched.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import msgspec

from pressrun.agents.definition import AgentDefinition
from pressrun.agents.submit import JobOptions
from pressrun.batches.batch import ENDED, Batch
from pressrun.batches.control import hold
from pressrun.batches.corrected import CorrectedRow
from pressrun.batches.followers import end_followers_of
from pressrun.batches.load import NEVER_US, follow, record_created
from pressrun.batches.read import find_or_fail
from pressrun.batches.retrying import start_again
from pressrun.batches.upload import inputs_hash
from pressrun.errors import Code, PressrunError
from pressrun.ids import new_id
from pressrun.jobs.admission import UNLIMITED, Ceilings, admit_batch
from pressrun.money import Nano
from pressrun.store.clock import SECOND
from pressrun.store.store import Transaction, Value


@dataclass(frozen=True, slots=True)
class Terms:
    """How corrected rows are run: on a version of the agent; `reserve` is the most that one of them can cost."""

    version: int
    definition: AgentDefinition
    reserve: Nano = 0
    ceilings: Ceilings = UNLIMITED


async def correct(
    tx: Transaction, organization_id: str, batch_id: str, rows: Sequence[CorrectedRow], terms: Terms
) -> Batch:
    """The batch, which goes on if it had ended; a paused one stays paused.

    Raises PressrunError: not_found; conflict while it is loaded, cancelled or retried, and when one of the rows was
    started since it was looked at; LimitError when so many jobs may not wait. Then nothing is changed.
    """
    batch = await hold(tx, organization_id, batch_id)
    _refuse_busy(batch)
    await admit_batch(tx, organization_id, len(rows), terms.ceilings)
    await end_followers_of(tx, organization_id, [row.job_id for row in rows if row.job_id is not None])
    named = [row if row.job_id is not None else replace(row, job_id=new_id()) for row in rows]
    leaders = await _leaders(tx, batch, named, terms)
    values = [_values(batch, row, leaders, terms) for row in named]
    await tx.each("correct_batch_rows", values)
    started = [value for value, row in zip(values, named, strict=True) if row.left is not None]
    added = [value for value, row in zip(values, named, strict=True) if row.left is None]
    moved = await start_again(tx, organization_id, started) if started else 0
    if moved < len(started):
        raise PressrunError(Code.CONFLICT, "some of the rows were started meanwhile: look at the batch, then try again")
    await record_created(tx, await tx.each("add_corrected_jobs", added) if added else [])
    await follow(tx, organization_id, list(leaders.values()))
    names = {"organization_id": organization_id, "batch_id": batch.id}
    await tx.run("note_corrected", **names, added=len(added), reserve=max(terms.reserve, batch.reserve))
    return await find_or_fail(tx, organization_id, batch.id)


def _refuse_busy(batch: Batch) -> None:
    if batch.loaded_row < batch.rows:
        raise PressrunError(Code.CONFLICT, "the rows of the batch are still becoming jobs: try again when it runs")
    if batch.cancel_requested and batch.state not in ENDED:
        raise PressrunError(Code.CONFLICT, "the batch is being cancelled: correct its rows when that is done")
    if batch.retrying is not None:
        raise PressrunError(Code.CONFLICT, "a retry of this batch is under way: try again when it is done")


async def _leaders(tx: Transaction, batch: Batch, rows: Sequence[CorrectedRow], terms: Terms) -> dict[str, str]:
    """For each row that need not be asked itself, the job whose result it takes over: of the same inputs."""
    options = batch.options
    if not options.dedupe and not options.reuse:
        return {}
    asked: Mapping[str, Value] = {
        "organization_id": batch.organization_id,
        "batch_id": batch.id,
        "agent_id": batch.agent_id,
        "agent_version": terms.version,
        "dedupe": int(options.dedupe),
        "reuse": int(options.reuse),
    }
    wanted = [
        {**asked, "job_id": row.job_id, "inputs": row.inputs, "inputs_hash": inputs_hash(options, row.inputs)}
        for row in rows
    ]
    found = {one["job_id"]: str(one["same_as"]) for one in await tx.each("find_same_inputs", wanted)}
    first: dict[bytes, str] = {}
    for row in rows if options.dedupe else ():
        if row.job_id not in found and first.setdefault(row.inputs, str(row.job_id)) != row.job_id:
            found[row.job_id] = first[row.inputs]
    return found


def _values(batch: Batch, row: CorrectedRow, leaders: Mapping[str, str], terms: Terms) -> dict[str, Value]:
    """All that the queries about one row take."""
    options = batch.options
    has_hash = options.dedupe or options.reuse
    return {
        "organization_id": batch.organization_id,
        "batch_id": batch.id,
        "row": row.row,
        "row_id": row.row_id,
        "job_id": row.job_id,
        "cells": row.cells,
        "inputs": row.inputs,
        "inputs_hash": inputs_hash(options, row.inputs) if has_hash else None,
        "same_as": leaders.get(str(row.job_id)),
        "never": NEVER_US,
        "agent_version": terms.version,
        "left_state": row.left,
        "max_attempts": terms.definition.settings.max_attempts,
        "on_worker_loss": terms.definition.settings.on_worker_loss,
        "deadline_s": max(1, (batch.deadline_at - batch.created_at) // SECOND),
        "options": msgspec.json.encode(JobOptions(options.fan_out, options.metadata)),
    }

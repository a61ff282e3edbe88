"""Rows become jobs, some in each transaction; one of the same inputs as an earlier one waits for that one's result."""

from collections.abc import Sequence

import msgspec

from pressrun.agents.definition import AgentDefinition
from pressrun.agents.submit import JobOptions
from pressrun.batches.batch import Batch
from pressrun.jobs import counts, history, settle
from pressrun.jobs.job import State
from pressrun.store.clock import SECOND
from pressrun.store.store import Row, Transaction
from pressrun.telemetry.events import JobEvent

LOAD_LIMIT = 1000
"""Rows that become jobs in one transaction."""

NEVER_US = 9_000_000_000_000_000
"""When a job is due that waits for another's result: no clock comes there, and every database can count so far."""


async def load(tx: Transaction, batch: Batch, definition: AgentDefinition) -> int:
    """Make jobs of the next rows of a batch that is held; how many. The rows of a cancelled one are cancelled too."""
    settings = definition.settings
    last = min(batch.loaded_row + LOAD_LIMIT, batch.rows)
    rows = await tx.all(
        "load_batch_rows",
        organization_id=batch.organization_id,
        batch_id=batch.id,
        after=batch.loaded_row,
        last=last,
        max_attempts=settings.max_attempts,
        on_worker_loss=settings.on_worker_loss,
        deadline_s=max(1, (batch.deadline_at - batch.created_at) // SECOND),
        options=msgspec.json.encode(JobOptions(batch.options.fan_out, batch.options.metadata)),
        reuse=int(batch.options.reuse),
        dedupe=int(batch.options.dedupe),
        never=NEVER_US,
    )
    await record_created(tx, rows)
    await follow(tx, batch.organization_id, [row["same_as"] for row in rows if row["state"] == State.WAITING])
    await tx.run(
        "note_loaded",
        organization_id=batch.organization_id,
        batch_id=batch.id,
        loaded=len(rows),
        last=last,
        is_last=int(last == batch.rows),
    )
    return len(rows)


async def record_created(tx: Transaction, rows: Sequence[Row]) -> None:
    """Write down that rows have become jobs; `rows` are what the query that made them returned."""
    cancelled = [{**row, "generation": 1} for row in rows if row["state"] == State.CANCELLED]
    notes = [history.Note(row["organization_id"], row["id"], 1, JobEvent.CREATED, 1, 0) for row in rows]
    notes += [history.Note(row["organization_id"], row["id"], 2, JobEvent.CANCELLED, 1, 0) for row in cancelled]
    await history.record(tx, notes)
    moves = [(row["organization_id"], row["agent_id"], None, State(row["state"])) for row in rows]
    await counts.move(tx, moves)
    await settle.record_outbox(tx, cancelled)


async def follow(tx: Transaction, organization_id: str, leaders: Sequence[str]) -> None:
    """Jobs wait for the results of others: those are marked, and those that have ended already are noted."""
    wanted = [{"job_id": one, "organization_id": organization_id} for one in sorted(set(leaders))]
    if not wanted:
        return
    found = await tx.each("follow_jobs", wanted)
    is_open = {row["id"] for row in found if row["state"] in {State.QUEUED, State.RUNNING, State.WAITING}}
    # One that is gone is noted as well: somebody else has to be asked in its place.
    finished = [one for one in wanted if one["job_id"] not in is_open]
    if finished:
        await tx.each("add_finished_leaders", finished)

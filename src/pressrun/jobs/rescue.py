"""Freeing what nobody works on any more: jobs of dead workers, and jobs past their deadline."""

from collections.abc import Sequence
from typing import Any

from pressrun.errors import FailureCode
from pressrun.jobs import counts, history, settle
from pressrun.jobs.job import OPEN, State
from pressrun.store.store import Row, Transaction
from pressrun.telemetry.events import JobEvent

DEATHS_ALLOWED = 3
"""A job whose worker died this often is held to be the cause; before the last time it runs alone (`list_suspects`)."""

EXPIRE_LIMIT = 500
"""Jobs past their deadline that are ended in one transaction, for each state."""

PAST_DEADLINE = "the deadline passed before the job was done"


async def rescue(tx: Transaction) -> int:
    """Free the jobs of every worker that is not alive; how many there were."""
    rows = await tx.all("rescue_jobs", deaths_allowed=DEATHS_ALLOWED)
    await _record(tx, rows, State.RUNNING, JobEvent.RESCUED)
    return len(rows)


async def expire(tx: Transaction) -> int:
    """End the jobs whose deadline has passed, running or not; how many there were."""
    ended = 0
    for state in sorted(OPEN):
        rows = await tx.all("expire_jobs", state=state, error=PAST_DEADLINE, limit=EXPIRE_LIMIT)
        await _record(tx, rows, state, JobEvent.FAILED)
        ended += len(rows)
    return ended


async def _record(tx: Transaction, rows: Sequence[Row], left: State, event: JobEvent) -> None:
    if not rows:
        return
    await counts.move(tx, [(row["organization_id"], row["agent_id"], left, State(row["state"])) for row in rows])
    await settle.record_outbox(tx, rows)
    await history.record(
        tx,
        [
            history.Note(
                row["organization_id"],
                row["id"],
                row["events"],
                event if row["state"] == State.QUEUED else settle.EVENTS[State(row["state"])],
                row["generation"],
                row["attempts"],
                _why(row, event),
            )
            for row in rows
        ],
    )


def _why(row: Row, event: JobEvent) -> dict[str, Any]:
    if event == JobEvent.RESCUED:
        # Whatever it had asked of a model may have been answered and is lost: the next attempt may pay again.
        return {"reason": FailureCode.WORKER_LOST, "deaths": row["deaths"]}
    return {"error_code": row["error_code"]}

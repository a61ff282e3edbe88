"""A cancelled batch: some of its rows in each transaction, those that wait at once, those that run if it is cut."""

from pressrun.batches.batch import Batch
from pressrun.jobs import counts, history, settle
from pressrun.jobs.job import State
from pressrun.store.store import Row, Transaction
from pressrun.telemetry.events import JobEvent

CANCEL_LIMIT = 500


async def cancel_some(tx: Transaction, batch: Batch) -> int:
    """How many rows were touched, 0 when nothing waits any more and nothing that runs is to be cut."""
    names = {"organization_id": batch.organization_id, "batch_id": batch.id}
    touched = 0
    for state, query in ((State.QUEUED, "cancel_queued_rows"), (State.WAITING, "cancel_waiting_rows")):
        asked = {"agent_id": batch.agent_id, "error": settle.CANCELLED_ON_REQUEST}
        rows = await tx.all(query, **names, **asked, limit=CANCEL_LIMIT)
        await history.record(tx, [_note(row, JobEvent.CANCELLED) for row in rows])
        moves = [(row["organization_id"], row["agent_id"], state, State.CANCELLED) for row in rows]
        await counts.move(tx, moves)
        await settle.record_outbox(tx, rows)
        touched += len(rows)
    if batch.cancel_requested > 1:
        told = await tx.all("request_cancel_of_batch", **names)
        await history.record(tx, [_note(row, JobEvent.CANCEL_REQUESTED) for row in told])
        touched += len(told)
    return touched


def _note(row: Row, event: JobEvent) -> history.Note:
    return history.Note(row["organization_id"], row["id"], row["events"], event, row["generation"], row["attempts"])

"""A retry of failed rows, some in each transaction, from where the last one stopped."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from pressrun.agents.definition import AgentDefinition
from pressrun.agents.inputs import check
from pressrun.batches.batch import Batch, Retrying
from pressrun.batches.load import NEVER_US, follow
from pressrun.errors import PressrunError
from pressrun.jobs import counts, history
from pressrun.jobs.job import State
from pressrun.store.store import Row, Transaction, Value
from pressrun.telemetry.events import JobEvent

RETRY_LIMIT = 500


@dataclass(frozen=True, slots=True)
class Retried:
    """What one step of a retry did: rows that run again, and whether there may be more of them."""

    rows: int
    more: bool


async def retry_some(tx: Transaction, batch: Batch, retrying: Retrying, definition: AgentDefinition | None) -> Retried:
    """Run the next failed rows of a batch that is held again; `definition` is that of the version to go on with.

    A row whose inputs that version does not take stays failed.
    """
    found, after = await _next(tx, batch, retrying)
    fits = [row for row in found if definition is None or _fits(definition, row["inputs"])]
    if fits:
        await _start(tx, batch, fits, retrying.version)
    then = None if after is None else msgspec.structs.replace(retrying, after=after)
    await tx.run(
        "note_batch_retry",
        organization_id=batch.organization_id,
        batch_id=batch.id,
        retrying=None if then is None else msgspec.json.encode(then),
    )
    return Retried(len(fits), then is not None)


async def _next(tx: Transaction, batch: Batch, retrying: Retrying) -> tuple[list[Row], int | None]:
    """Failed rows, and the row behind which the next step looks; None when there is none."""
    wanted: dict[str, Value] = {
        "organization_id": batch.organization_id,
        "batch_id": batch.id,
        "before": retrying.before,
    }
    if retrying.rows is None:
        found = await tx.all(
            "list_failed_rows", **wanted, error_code=retrying.error_code, after=retrying.after, limit=RETRY_LIMIT
        )
        return found, int(found[-1]["batch_row"]) if len(found) == RETRY_LIMIT else None
    left = [number for number in retrying.rows if number > retrying.after]
    chosen = left[:RETRY_LIMIT]
    found = await tx.each("find_failed_rows", [{**wanted, "row": number} for number in chosen]) if chosen else []
    return found, chosen[-1] if len(left) > RETRY_LIMIT else None


def _fits(definition: AgentDefinition, inputs: bytes) -> bool:
    given = msgspec.json.decode(inputs, type=dict[str, list[str]])
    try:
        check(definition, [{"id": name, "value": value} for name, value in given.items()])
    except PressrunError:
        return False
    return True


async def _start(tx: Transaction, batch: Batch, rows: Sequence[Row], version: int | None) -> None:
    leaders = await _leaders(tx, batch, rows)
    values = [
        {
            "organization_id": batch.organization_id,
            "job_id": row["id"],
            "same_as": leaders.get(row["id"]),
            "never": NEVER_US,
            "agent_version": version,
            "left_state": row["state"],
            "inputs": None,
            "inputs_hash": None,
        }
        for row in rows
    ]
    await start_again(tx, batch.organization_id, values)
    await follow(tx, batch.organization_id, list(leaders.values()))


async def start_again(tx: Transaction, organization_id: str, values: Sequence[Mapping[str, Value]]) -> int:
    """Begin the next generation of rows, as `retry_rows` takes them; how many of them had failed, and so began."""
    leaders = {value["job_id"]: value["same_as"] for value in values}
    moved = await tx.each("retry_rows", values)
    notes = [
        history.Note(organization_id, row["id"], row["events"], JobEvent.RETRIED, row["generation"], 0) for row in moved
    ]
    await history.record(tx, notes)
    moves = [
        (
            organization_id,
            row["agent_id"],
            State(row["left_state"]),
            State.QUEUED if leaders[row["id"]] is None else State.WAITING,
        )
        for row in moved
    ]
    await counts.move(tx, moves)
    return len(moved)


async def _leaders(tx: Transaction, batch: Batch, rows: Sequence[Row]) -> dict[str, str]:
    """The job that each row goes on waiting for: one that is asked too, or is open, or has completed meanwhile.

    It must still have the same inputs: it may have been corrected.
    """
    asked = {row["id"]: row["inputs"] for row in rows if row["same_as"] is None}
    wanted = {row["same_as"] for row in rows} - asked.keys() - {None}
    names = [{"job_id": one, "organization_id": batch.organization_id} for one in sorted(wanted)]
    found = await tx.each("find_job_states", names) if names else []
    able = asked | {
        row["id"]: row["inputs"] for row in found if State(row["state"]) not in {State.FAILED, State.CANCELLED}
    }
    return {
        row["id"]: row["same_as"]
        for row in rows
        if row["same_as"] is not None and able.get(row["same_as"]) == row["inputs"]
    }

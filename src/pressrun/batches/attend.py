"""Upkeep of one batch: a step in a transaction, whichever process comes first."""

from collections.abc import Mapping
from dataclasses import dataclass

from pressrun.agents.cache import Definitions
from pressrun.batches.batch import Batch, PauseCode, State
from pressrun.batches.cancelling import cancel_some
from pressrun.batches.load import load
from pressrun.batches.retrying import retry_some
from pressrun.batches.steps import Step, next_step
from pressrun.batches.telling import tell
from pressrun.jobs.batch_lanes import BASIS_POINTS, OpenBatch, find_open
from pressrun.store.store import Transaction
from pressrun.telemetry.events import BatchEvent


@dataclass(frozen=True, slots=True)
class Attended:
    """What was done, None for nothing; `again`: there may be more to do at once.

    `runnable`: jobs can be claimed that could not before; `ended`: jobs or the batch came to an end; `cancelling`: what
    runs was asked to stop.
    """

    step: Step | None = None
    again: bool = True
    runnable: bool = False
    ended: bool = False
    cancelling: bool = False


async def attend(tx: Transaction, organization_id: str, batch_id: str, definitions: Definitions) -> Attended:
    """Do the next step for a batch, unless somebody else is at it."""
    row = await tx.one("try_hold_batch", organization_id=organization_id, batch_id=batch_id)
    found = [one for one in await find_open(tx) if one.id == batch_id] if row is not None else []
    if row is None or not found:
        return Attended(again=False)
    batch, counted = Batch.from_row(row), found[0]
    step = next_step(counted)
    if step is None:
        return Attended(again=False)
    await _do(tx, step, batch, counted, definitions)
    if step is Step.CANCEL:
        waits = counted.queued + counted.waiting > 0  # what runs is asked once a round, and ends in its own time
        return Attended(step, again=waits, ended=True, cancelling=batch.cancel_requested > 1)
    moves_on = step in {Step.LOAD, Step.RETRY, Step.TRIAL_DONE}
    return Attended(step, runnable=moves_on, ended=not moves_on)


async def _do(tx: Transaction, step: Step, batch: Batch, counted: OpenBatch, definitions: Definitions) -> None:
    match step:
        case Step.LOAD:
            definition = await definitions.find(tx, batch.organization_id, batch.agent_id, batch.agent_version)
            await load(tx, batch, definition)
        case Step.CANCEL:
            await cancel_some(tx, batch)
        case Step.RETRY:
            await _retry(tx, batch, definitions)
        case Step.TRIAL_DONE:
            await _after_trial(tx, batch, counted)
        case Step.STOP_ON_ERRORS:
            await _pause(tx, batch, PauseCode.ERRORS, _too_many(counted))
        case Step.CAP_REACHED:
            reason = "max_cost is reached: what is left of it may not pay for one more row; raise it and resume"
            await _pause(tx, batch, PauseCode.MAX_COST, reason)
        case Step.END:
            await _end(tx, batch, counted)


async def _retry(tx: Transaction, batch: Batch, definitions: Definitions) -> None:
    assert batch.retrying is not None
    version = batch.retrying.version
    definition = None
    if version is not None:
        definition = await definitions.find(tx, batch.organization_id, batch.agent_id, version)
    await retry_some(tx, batch, batch.retrying, definition)


async def _after_trial(tx: Transaction, batch: Batch, counted: OpenBatch) -> None:
    done = f"the first {counted.trial_rows:,} rows are done"
    if batch.options.sample:
        await _pause(tx, batch, PauseCode.TRIAL, f"{done}: look at them, then resume or cancel")
    elif counted.failed and counted.stop_errors is None:
        await _pause(tx, batch, PauseCode.TRIAL, f"{done}, and {counted.failed:,} of them failed: resume or cancel")
    else:
        await tx.run("pass_trial", organization_id=batch.organization_id, batch_id=batch.id)


def _too_many(counted: OpenBatch) -> str:
    judged = counted.completed + counted.failed
    allowed = (counted.stop_errors or 0) * 100 / BASIS_POINTS
    rate = counted.failed / judged
    return (
        f"{counted.failed:,} of {judged:,} rows failed ({rate:.1%}), more than the {allowed:g} % allowed; "
        "resume to go on without this limit"
    )


async def _pause(tx: Transaction, batch: Batch, code: PauseCode, reason: str) -> None:
    names = {"organization_id": batch.organization_id, "batch_id": batch.id}
    if await tx.one("pause_batch", **names, code=code, reason=reason) is not None:
        await _tell(tx, batch, BatchEvent.PAUSED, {"pause_code": code, "reason": reason})


async def _end(tx: Transaction, batch: Batch, counted: OpenBatch) -> None:
    if batch.cancel_requested:
        state = State.CANCELLED
    else:
        failed = counted.failed or counted.cancelled or counted.invalid
        state = State.COMPLETED_WITH_ERRORS if failed else State.COMPLETED
    names = {"organization_id": batch.organization_id, "batch_id": batch.id}
    if await tx.one("end_batch", **names, state=state) is not None:
        await _tell(tx, batch, ENDS[state], {"state": state})


ENDS = {
    State.COMPLETED: BatchEvent.COMPLETED,
    State.COMPLETED_WITH_ERRORS: BatchEvent.COMPLETED,
    State.CANCELLED: BatchEvent.CANCELLED,
}


async def _tell(tx: Transaction, batch: Batch, event: BatchEvent, payload: Mapping[str, str]) -> None:
    await tell(tx, organization_id=batch.organization_id, batch_id=batch.id, event=event, payload=payload)

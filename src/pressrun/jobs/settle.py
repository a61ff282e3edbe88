"""Recording how attempts ended: state, result, usage, timeline and outbox in one transaction, or nothing at all."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from pressrun.errors import FailureCode
from pressrun.jobs import checkpoints, counts, history, model_calls, outages, outbox, spending
from pressrun.jobs.job import OPEN, Claim, State
from pressrun.jobs.outcome import Again, Cancelled, Completed, Ending, Failed, Outcome, Released
from pressrun.jobs.spending import Spender, spent_on
from pressrun.store.clock import SECOND
from pressrun.store.store import Row, Transaction, Value
from pressrun.telemetry.events import JobEvent

SETTLE_LIMIT = 2000
"""Attempts recorded in one transaction."""

LONGEST_ERROR = 4000
"""Characters of a job's error that are kept."""

LONGEST_CALLS = 100
"""Model calls of one attempt that its timeline tells one by one."""

CANCELLED_ON_REQUEST = "cancelled on request"

EVENTS = {
    State.COMPLETED: JobEvent.COMPLETED,
    State.FAILED: JobEvent.FAILED,
    State.CANCELLED: JobEvent.CANCELLED,
    State.WAITING: JobEvent.RETRY_SCHEDULED,
    State.QUEUED: JobEvent.RELEASED,
}


async def settle(tx: Transaction, endings: Sequence[tuple[Claim, Ending]]) -> list[State | None]:
    """The state each job came to, in order; None where the claim was lost and nothing of it was written."""
    rows = await tx.each("settle_jobs", [_values(claim, ending) for claim, ending in endings])
    settled = {row["id"]: row for row in rows}
    # An id alone is not enough: a group may hold two claims of one job, of which one is stale.
    kept = [(claim, ending) for claim, ending in endings if _is_settled(claim, settled.get(claim.id))]
    await _record_results(tx, kept, settled)
    await history.record(tx, [_note(claim, ending, settled[claim.id]) for claim, ending in kept])
    await counts.move(
        tx,
        [
            (claim.organization_id, claim.agent_id, State.RUNNING, State(settled[claim.id]["state"]))
            for claim, _ in kept
        ],
    )
    await _take_in_calls(tx, endings)
    await checkpoints.drop(
        tx,
        [claim for claim, ending in kept if ending.checkpointed and State(settled[claim.id]["state"]) not in OPEN],
    )
    stale = [(claim, ending) for claim, ending in endings if not _is_settled(claim, settled.get(claim.id))]
    spent = [
        *((Spender.from_row(settled[claim.id]), ending) for claim, ending in kept),
        *await _note_refused(tx, stale),
    ]
    await spending.record(tx, [(who, call) for who, ending in spent for call in ending.uncounted])
    return [
        State(settled[claim.id]["state"]) if _is_settled(claim, settled.get(claim.id)) else None for claim, _ in endings
    ]


async def _take_in_calls(tx: Transaction, endings: Sequence[tuple[Claim, Ending]]) -> None:
    """Calls count whether or not their attempt still held its job: they were made."""
    calls = [(claim.organization_id, call) for claim, ending in endings for call in ending.calls]
    await model_calls.count(tx, [(organization_id, call) for organization_id, call in calls if not call.counted])
    reasons = {
        (claim.organization_id, call.model): ending.outcome.message
        for claim, ending in endings
        if isinstance(ending.outcome, Again | Failed)
        for call in ending.calls
        if call.outage
    }
    await outages.note(tx, calls, reasons)


def _is_settled(claim: Claim, row: Row | None) -> bool:
    return row is not None and (row["generation"], row["attempts"]) == (claim.generation, claim.attempts)


def _values(claim: Claim, ending: Ending) -> Mapping[str, Value]:
    state, code, message, wait_s = _parts(ending.outcome)
    return {
        "job_id": claim.id,
        "generation": claim.generation,
        "attempt": claim.attempts,
        "lease_token": claim.lease_token,
        "state": state,
        "error_code": code,
        # PostgreSQL's text cannot hold a NUL, and a provider's message may.
        "error": message and message.replace("\x00", "\ufffd")[:LONGEST_ERROR],
        "wait_us": int(wait_s * SECOND),
        "errors": int(_is_charged(ending.outcome)),
        **spent_on(ending.uncounted).values,
    }


def _is_charged(outcome: Outcome) -> bool:
    return isinstance(outcome, Failed) or (isinstance(outcome, Again) and outcome.charged)


def _parts(outcome: Outcome) -> tuple[State, FailureCode | None, str | None, float]:
    match outcome:
        case Completed():
            return State.COMPLETED, None, None, 0
        case Failed(code, message):
            return State.FAILED, code, message, 0
        case Again(wait_s, code, message, _):
            return State.WAITING, code, message, wait_s
        case Cancelled():
            return State.CANCELLED, FailureCode.CANCELLED, CANCELLED_ON_REQUEST, 0
        case Released():
            return State.QUEUED, None, None, 0


async def _record_results(tx: Transaction, kept: Sequence[tuple[Claim, Ending]], settled: Mapping[str, Row]) -> None:
    done = [(claim, ending.outcome) for claim, ending in kept if isinstance(ending.outcome, Completed)]
    if done:
        await tx.each(
            "record_results",
            [
                {
                    "organization_id": claim.organization_id,
                    "job_id": claim.id,
                    "generation": claim.generation,
                    "payload": outcome.payload,
                    "digest": hashlib.sha256(outcome.payload).hexdigest(),
                }
                for claim, outcome in done
            ],
        )
    await record_outbox(tx, [settled[claim.id] for claim, _ in kept])


async def record_outbox(tx: Transaction, rows: Sequence[Row]) -> None:
    """Note for listeners that jobs ended; rows are what the queries that move jobs return."""
    ended = [row for row in rows if State(row["state"]) not in OPEN]
    await outbox.record(
        tx,
        [
            outbox.Ended(row["organization_id"], row["id"], row["generation"], EVENTS[State(row["state"])])
            for row in ended
        ],
    )


def _note(claim: Claim, ending: Ending, row: Row) -> history.Note:
    data: dict[str, Any] = {}
    match ending.outcome:
        case Failed(code, message):
            data = {"error_code": code, "error": message[:LONGEST_ERROR]}
        case Again(wait_s, code, message, charged):
            data = {"error_code": code, "error": message[:LONGEST_ERROR], "wait_s": round(wait_s, 3)}
            data["charged"] = charged
        case Completed(_, notes) if notes:
            data = {"notes": list(notes)}
        case _:
            pass
    if ending.calls:
        data["calls"] = [call.as_line() for call in ending.calls[:LONGEST_CALLS]]
    event = EVENTS[State(row["state"])]
    return history.Note(claim.organization_id, claim.id, row["events"], event, claim.generation, claim.attempts, data)


async def witness(tx: Transaction, endings: Sequence[tuple[Claim, Ending]], states: Sequence[State | None]) -> bool:
    """Whether a settlement whose commit went unanswered has happened: its first ending stands in the timeline."""
    for (claim, _), state in zip(endings, states, strict=True):
        if state is not None:
            row = await tx.one("find_ending", job_id=claim.id, generation=claim.generation, attempt=claim.attempts)
            return row is not None and row["event"] == EVENTS[state]
    return False


async def _note_refused(tx: Transaction, stale: Sequence[tuple[Claim, Ending]]) -> list[tuple[Spender, Ending]]:
    """A worker that had lost its claim tried to write: say so in the job's timeline, and add what its calls cost.

    Nothing else of the job changes. Returns who pays for each.
    """
    spent = []
    for claim, ending in stale:
        row = await tx.one("note_refused_write", job_id=claim.id, **spent_on(ending.uncounted).values)
        if row is None:  # the job is deleted, the money is spent
            spent.append((Spender(claim.organization_id, claim.agent_id), ending))
            continue
        spent.append((Spender.from_row(row), ending))
        calls = {"calls": [call.as_line() for call in ending.calls[:LONGEST_CALLS]]} if ending.calls else {}
        note = history.Note(
            row["organization_id"],
            claim.id,
            row["events"],
            JobEvent.STALE_WRITE_REFUSED,
            claim.generation,
            claim.attempts,
            calls,
        )
        await history.record(tx, [note])
    return spent

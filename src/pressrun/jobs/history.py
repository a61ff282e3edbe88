"""A job's timeline: every move it makes, written in the transaction that makes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from pressrun.jobs.job import Job
from pressrun.store.store import Row, Transaction
from pressrun.telemetry.events import JobEvent

encode = msgspec.json.encode


@dataclass(frozen=True, slots=True)
class Note:
    """One line: `seq` is the job's own count of its lines."""

    organization_id: str
    job_id: str
    seq: int
    event: JobEvent
    generation: int
    attempt: int
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line as read back; `at` is microseconds since the epoch."""

    seq: int
    at: int
    event: JobEvent
    generation: int
    attempt: int
    data: Mapping[str, Any]

    @classmethod
    def from_row(cls, row: Row) -> "TimelineEntry":
        """A line from a row of `job_events`."""
        return cls(
            row["seq"],
            row["at"],
            JobEvent(row["event"]),
            row["generation"],
            row["attempt"],
            msgspec.json.decode(row["data"], type=dict[str, Any]),
        )


async def record(tx: Transaction, notes: Sequence[Note]) -> None:
    """Write lines."""
    await tx.each(
        "record_job_events",
        [
            {
                "organization_id": note.organization_id,
                "job_id": note.job_id,
                "seq": note.seq,
                "event": note.event,
                "generation": note.generation,
                "attempt": note.attempt,
                "data": encode(note.data),
            }
            for note in notes
        ],
    )


async def is_written(tx: Transaction, then: Job | None) -> bool:
    """Whether a move whose commit went unanswered has happened: `then` is the job as it would stand after it.

    Its line stands in the timeline, written at that time; lines of others come to the same number. None, for a job that
    is not there, changes nothing.
    """
    if then is None:
        return True
    row = await tx.one("find_job_event", organization_id=then.organization_id, job_id=then.id, seq=then.events)
    return row is not None and int(row["at"]) == then.updated_at


async def timeline(tx: Transaction, organization_id: str, job_id: str) -> list[TimelineEntry]:
    """Every line of a job, in order."""
    rows = await tx.all("list_job_events", organization_id=organization_id, job_id=job_id)
    return [TimelineEntry.from_row(row) for row in rows]

"""Files of rows with which everything went as promised: one that is plain, with twins; one cancelled; one retried; one
capped; one whose sender was not answered; and two that never were."""

from dataclasses import replace

from pressrun.torture import seals
from pressrun.torture.answers import CALL_COST
from pressrun.torture.batch_history import Asked, Batches, Upload
from pressrun.torture.batch_records import BatchSeen, FileLine, FinalBatch, FinalRow
from pressrun.torture.history import Call, History
from pressrun.torture.records import FinalEvent, FinalJob
from tests.torture.good_history import answered, event, timeline

A, B, C, D, E, F, G, H, LOST, J, K = (seals.nonce("ok", f"row-{letter}") for letter in "abcdefghijk")
TWINS = "b-twins"
CANCELLED = "b-cancelled"
RETRIED = "b-retried"
CAPPED = "b-capped"
UNHEARD = "b-unheard"


def ran(batch_id: str, row: int, nonce: str, serial: int = 1, generation: int = 1) -> FinalJob:
    text = (seals.answer(nonce, serial),)
    name = f"{batch_id}-{row}"
    return FinalJob(
        name, "completed", generation, (nonce,), text, f"digest {name}", 1, None, None, "then", batch_id, row
    )


def followed(batch_id: str, row: int, nonce: str) -> FinalJob:
    job = ran(batch_id, row, nonce)
    return FinalJob(job.id, "completed", 1, (nonce,), job.texts, job.digest, 0, None, None, "then", batch_id, row)


def stopped(batch_id: str, row: int, nonce: str) -> FinalJob:
    name = f"{batch_id}-{row}"
    code = "cancelled"
    return FinalJob(name, code, 1, (nonce,), None, f"digest {name}", 0, code, code, "then", batch_id, row)


JOBS = (
    ran(TWINS, 1, A),
    ran(TWINS, 2, B),
    followed(TWINS, 3, A),
    ran(CANCELLED, 1, C),
    stopped(CANCELLED, 2, D),
    ran(RETRIED, 1, E),
    ran(RETRIED, 2, F, serial=2, generation=2),
    ran(CAPPED, 1, G),
    ran(CAPPED, 2, H),
    ran(UNHEARD, 1, LOST),
)

CALLS = (
    answered(A, 1, 2),
    answered(B, 1, 2),
    answered(C, 1, 2),
    answered(E, 1, 2),
    Call(F, 1, 2, 3, "error", 400),
    answered(F, 2, 9),
    answered(G, 1, 2),
    answered(H, 1, 12),
    answered(LOST, 1, 2),
)

EVENTS: tuple[FinalEvent, ...] = (
    *timeline("b-retried-2", "started", "failed", "retried", "started", "completed"),
    *timeline("b-cancelled-2", "cancelled"),
    *timeline("b-twins-3"),
    event("b-twins-3", 2, "job.completed", attempt=0, same_as="b-twins-1"),
)


def counts(**named: int) -> dict[str, int]:
    states = dict.fromkeys(("queued", "running", "waiting", "completed", "failed", "cancelled", "invalid"), 0) | named
    return {"total": sum(states.values()), **states}


def sight(batch_id: str, t: float, state: str, cost: int = 0, **named: int) -> BatchSeen:
    return BatchSeen(t, t + 0.1, batch_id, 200, state, counts(**named), cost * CALL_COST)


def uploaded(batch_id: str, *nonces: str, max_cost: int | None = None, key: str | None = None) -> Upload:
    return Upload(nonces, key, 1, 1.1, "ok", 202, batch_id, max_cost=max_cost)


def row_of(job: FinalJob) -> FinalRow:
    assert job.batch_id is not None
    assert job.row is not None
    text = job.texts[0] if job.texts else None
    leader = f"{job.batch_id}-1" if job.state == "completed" and job.attempts == 0 else None
    return FinalRow(job.batch_id, job.row, str(job.row), job.nonces[0], job.state, job.id, text, leader)


def line_of(row: FinalRow) -> FileLine:
    return FileLine(row.batch_id, row.place, row.nonce, row.state, row.text, row.row)


def files() -> Batches:
    """What was seen of them."""
    rows = tuple(row_of(job) for job in JOBS)
    return Batches(
        uploads=(
            uploaded(TWINS, A, B, A, key="file"),
            uploaded(CANCELLED, C, D),
            uploaded(RETRIED, E, F),
            uploaded(CAPPED, G, H, max_cost=CALL_COST),
            Upload((LOST,), None, 1),
            Upload((J,), None, 1, 1.1, "refused", 400),
            Upload((K,), None, 1, 1.1, "refused", cut=True),
        ),
        acts=(
            Asked("cancel", CANCELLED, 1.9, 2.5, 200, "running", 1),
            Asked("retry", RETRIED, 8, 8.1, 202, "running", 0),
            Asked("uncap", CAPPED, 10, 10.1, 200, "paused", 0),
            Asked("resume", CAPPED, 10.2, 10.3, 200, "running", 0),
        ),
        sights=(
            sight(TWINS, 2, "running", running=2, waiting=1),
            sight(TWINS, 6, "completed", 2, completed=3),
            sight(RETRIED, 6, "completed_with_errors", 1, completed=1, failed=1),
            sight(RETRIED, 9, "running", 1, completed=1, running=1),
            sight(CAPPED, 6, "paused", 1, completed=1, queued=1),
        ),
        batches=(
            FinalBatch(TWINS, "completed", counts(completed=3), 2 * CALL_COST),
            FinalBatch(CANCELLED, "cancelled", counts(completed=1, cancelled=1), CALL_COST),
            FinalBatch(RETRIED, "completed", counts(completed=2), 2 * CALL_COST),
            FinalBatch(CAPPED, "completed", counts(completed=2), 2 * CALL_COST),
            FinalBatch(UNHEARD, "completed", counts(completed=1), CALL_COST),
        ),
        rows=rows,
        lines=tuple(line_of(row) for row in rows),
    )


def good() -> History:
    """The history that every corrupted one is made of."""
    return History(calls=CALLS, jobs=JOBS, events=EVENTS, files=files(), slots=20, ended_at=20)


def with_files(history: History, **changes: object) -> History:
    """The history with other files."""
    return replace(history, files=replace(history.files, **changes))  # type: ignore[arg-type]

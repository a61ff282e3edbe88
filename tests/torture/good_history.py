"""A history in which everything went as promised, with one of each thing that can happen."""

from pressrun.torture import seals
from pressrun.torture.history import Act, Call, History, Submit, Window
from pressrun.torture.records import FinalEvent, FinalJob, Hook, Polled

PLAIN, KEYED, FANNED, UNKNOWN, RESCUED, CANCELLED, RETRIED, REFUSED, ABORTED = (
    seals.nonce("ok", word)
    for word in ("plain", "keyed", "fan1", "unknown", "rescued", "cancelled", "retried", "refused", "aborted")
)
FANNED2 = seals.nonce("ok", "fan2")


def answered(nonce: str, serial: int, t: float, prompt: str = "") -> Call:
    return Call(nonce, serial, t, t + 1, "answered", 200, prompt=prompt)


def completed(job_id: str, *nonces: str, serial: int = 1, attempts: int = 1, generation: int = 1) -> FinalJob:
    texts = tuple(seals.answer(nonce, serial) for nonce in nonces)
    return FinalJob(job_id, "completed", generation, nonces, texts, f"digest {job_id}", attempts, None, None, "then")


def ended(job_id: str, state: str, code: str, nonce: str, attempts: int = 0) -> FinalJob:
    return FinalJob(job_id, state, 1, (nonce,), None, f"digest {job_id}", attempts, code, code, "then")


def submitted(job_id: str, *nonces: str, t: float, key: str | None = None) -> Submit:
    return Submit(nonces, key, t, t + 0.1, "ok", 202, job_id)


def poll(job_id: str, t: float, state: str, generation: int = 1) -> Polled:
    digest = f"digest {job_id}" if state in {"completed", "failed", "cancelled"} else ""
    return Polled(t, t + 0.1, job_id, 200, state, generation, digest)


def event(job_id: str, seq: int, name: str, generation: int = 1, attempt: int = 1, **data: str) -> FinalEvent:
    return FinalEvent(job_id, seq, name, generation, attempt, data)


def timeline(job_id: str, *names: str) -> tuple[FinalEvent, ...]:
    """The lines of a job from its creation on, by what comes after `job.`; numbers and attempts as they must be."""
    lines, generation, attempt = [], 1, 0
    for seq, name in enumerate(("created", *names), 1):
        if name == "retried":
            generation, attempt = generation + 1, 0
        attempt += name == "started"
        lines.append(event(job_id, seq, f"job.{name}", generation, attempt))
    return tuple(lines)


def good() -> History:
    """The history that every corrupted one is made of."""
    return History(
        submits=(
            submitted("j-plain", PLAIN, t=1),
            submitted("j-keyed", KEYED, t=1, key="k"),
            submitted("j-fanned", FANNED, FANNED2, t=1),
            Submit((UNKNOWN,), None, 1),
            submitted("j-rescued", RESCUED, t=1),
            submitted("j-cancelled", CANCELLED, t=1),
            submitted("j-retried", RETRIED, t=1),
            Submit((REFUSED,), None, 1, 1.1, "refused", 422),
            submitted("j-aborted", ABORTED, t=1),
        ),
        acts=(
            Act("cancel", "j-cancelled", 1.2, 1.3, 200, "cancelled"),
            Act("retry", "j-retried", 10, 10.1, 202, "in_progress"),
            Act("cancel", "j-aborted", 4, 4.1, 200, "running"),
        ),
        calls=(
            answered(PLAIN, 1, 2),
            answered(KEYED, 1, 2),
            answered(FANNED, 1, 2),
            answered(FANNED2, 1, 2),
            answered(UNKNOWN, 1, 2),
            Call(RESCUED, 1, 2, 3),
            answered(RESCUED, 2, 4),
            Call(RETRIED, 1, 2, 3, "error", 400),
            answered(RETRIED, 2, 11),
            Call(ABORTED, 1, 3, 4.5),
        ),
        polls=(
            poll("j-plain", 2, "running"),
            poll("j-plain", 5, "completed"),
            poll("j-plain", 6, "completed"),
            poll("j-retried", 4, "failed"),
            poll("j-retried", 11, "running", 2),
            poll("j-retried", 14, "completed", 2),
            poll("j-cancelled", 2, "cancelled"),
        ),
        faults=(Window("kill a worker", 3, 3),),
        jobs=(
            completed("j-plain", PLAIN),
            completed("j-keyed", KEYED),
            completed("j-fanned", FANNED, FANNED2),
            completed("j-unknown", UNKNOWN),
            completed("j-rescued", RESCUED, serial=2, attempts=2),
            ended("j-cancelled", "cancelled", "cancelled", CANCELLED),
            completed("j-retried", RETRIED, serial=2, generation=2),
            ended("j-aborted", "cancelled", "cancelled", ABORTED, attempts=1),
        ),
        events=(
            *timeline("j-rescued", "started", "rescued", "started", "completed"),
            *timeline("j-retried", "started", "failed", "retried", "started", "completed"),
            *timeline("j-cancelled", "cancelled"),
            *timeline("j-aborted", "started", "cancel_requested", "cancelled"),
        ),
        hooks=tuple(
            Hook(15, f"h-{job}", f"j-{job}", "done", verified=True, generation=2 if job == "retried" else 1)
            for job in ("plain", "keyed", "fanned", "unknown", "rescued", "cancelled", "retried", "aborted")
        ),
        slots=20,
        ended_at=20,
    )

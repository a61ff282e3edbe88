"""A timeline explains its job: line after line, every attempt, and where it stands in the end."""

from collections import defaultdict
from collections.abc import Sequence

from pressrun.torture.history import TERMINAL, History
from pressrun.torture.records import FinalEvent, FinalJob
from pressrun.torture.verdict import Number

NOTHING = ""
"""How a job stands before its first line."""

RESTING = frozenset({"queued", "waiting"})
"""A wait that is over leaves no line."""

RUNNING = frozenset({"running"})
REFUSED = "job.stale_write_refused"
"""May come at any time, and tells of the attempt that was lost."""

SAME_AS = "same_as"
"""What the last line of a row says that took over the end of another row with the same inputs."""

BEFORE = {
    "job.created": frozenset({NOTHING}),
    "job.started": RESTING,
    "job.completed": RUNNING,
    "job.failed": RUNNING | RESTING,
    "job.cancelled": RUNNING | RESTING,
    "job.cancel_requested": RUNNING,
    "job.retry_scheduled": RUNNING,
    "job.released": RUNNING,
    "job.rescued": RUNNING,
    "job.retried": frozenset({"failed", "cancelled"}),
}
AFTER = {
    "job.created": "queued",
    "job.started": "running",
    "job.completed": "completed",
    "job.failed": "failed",
    "job.cancelled": "cancelled",
    "job.retry_scheduled": "waiting",
    "job.released": "queued",
    "job.rescued": "queued",
    "job.retried": "queued",
}


def unexplained(history: History) -> Number:
    """Jobs whose timeline has gaps, tells a move that cannot be, or leads to another end than the job's."""
    lines: defaultdict[str, list[FinalEvent]] = defaultdict(list)
    for event in history.events:
        lines[event.job_id].append(event)
    faults = ((job.id, _fault(job, sorted(lines[job.id], key=lambda line: line.seq))) for job in history.jobs)
    return Number.of([f"{job_id}: {fault}" for job_id, fault in faults if fault is not None])


def is_straight(job: FinalJob) -> bool:
    """Whether it completed at its first attempt: such a job's timeline is read only where its calls say otherwise."""
    return job.state == "completed" and job.generation == job.attempts == 1


def _fault(job: FinalJob, lines: Sequence[FinalEvent]) -> str | None:
    if not lines:
        return None if is_straight(job) else "nothing is told of it"
    state, generation, attempt = NOTHING, 1, 0
    for number, line in enumerate(lines, 1):
        if line.seq != number:
            return f"line {number} is missing"
        if line.event == REFUSED:
            continue
        if state not in BEFORE.get(line.event, frozenset()) | (RESTING if SAME_AS in line.data else frozenset()):
            return f"line {number}, {line.event}, cannot follow {state or 'nothing'}"
        if line.event == "job.retried":
            generation, attempt = generation + 1, 0
        attempt += line.event == "job.started"
        if (line.generation, line.attempt) != (generation, attempt):
            return f"line {number} tells of attempt {line.generation}/{line.attempt}, not {generation}/{attempt}"
        state = AFTER.get(line.event, state)
    if job.state in TERMINAL and (state, generation, attempt) != (job.state, job.generation, job.attempts):
        return f"it leads to {state} {generation}/{attempt}, the job is {job.state} {job.generation}/{job.attempts}"
    return None

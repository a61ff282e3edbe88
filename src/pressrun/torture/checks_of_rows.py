"""The provider is asked for the rows of a batch no more than its sender wanted."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from pressrun.torture.batch_history import Asked
from pressrun.torture.checks_of_calls import LOST
from pressrun.torture.history import Call, History
from pressrun.torture.records import NEVER, FinalJob
from pressrun.torture.verdict import Number


def batch_repeats(history: History) -> Number:
    """Rows of the same inputs that were asked more often than they are; more than once, where once was wanted."""
    if not history.files.observed:
        return Number(None)
    lost = Counter(event.job_id for event in history.events if event.event in LOST)
    twins: defaultdict[tuple[str, str], list[FinalJob]] = defaultdict(list)
    for job in history.jobs:
        if job.batch_id is not None:
            twins[job.batch_id, job.nonces[0]].append(job)
    offenders = []
    for (batch_id, nonce), jobs in twins.items():
        if len(jobs) > 1:
            upload = history.files.upload_of(batch_id)
            once = upload is not None and upload.dedupe
            calls = sum(1 for call in history.calls_of(nonce) if call.outcome != "error")
            wanted = (max if once else sum)(job.generation for job in jobs)
            if calls > wanted + sum(lost[job.id] for job in jobs):
                offenders.append(f"{nonce}, {len(jobs)} rows of {batch_id}, was asked {calls} times")
    return Number.of(offenders)


def batch_overrun(history: History) -> Number:
    """Rows that were started after a pause or a cancel of their batch was answered."""
    if not history.files.observed:
        return Number(None)
    nonces: defaultdict[str, set[str]] = defaultdict(set)
    for row in history.files.rows:
        nonces[row.batch_id].add(row.nonce)
    offenders = []
    for act in history.files.acts:
        if act.kind in {"pause", "cancel"} and act.running is not None:
            calls = [call for nonce in nonces[act.batch_id] for call in history.calls_of(nonce)]
            open_then = sum(1 for call in calls if call.t0 <= act.t1 < call.t1)
            late = sorted(_begun_after(history, act, calls), key=lambda call: call.t0)
            # What ran when the answer was given, and was not asked yet, may be asked still.
            offenders += [
                f"{call.nonce} was called {call.t0 - act.t1:.2f} s after the {act.kind} of {act.batch_id} was answered"
                for call in late[max(0, act.running - open_then) :]
            ]
    return Number.of(offenders)


def _begun_after(history: History, act: Asked, calls: list[Call]) -> Iterator[Call]:
    ends = (other.t0 for other in history.files.acts_on(act.batch_id, "resume", "retry") if other.t1 > act.t0)
    until = min(ends, default=NEVER)
    return (call for call in calls if act.t1 < call.t0 < until)

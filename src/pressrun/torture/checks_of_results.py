"""A result is the right one, there is one for each generation, and it stays."""

from collections import defaultdict

from pressrun.torture import seals
from pressrun.torture.history import TERMINAL, History
from pressrun.torture.records import FinalJob, Polled
from pressrun.torture.verdict import Number


def wrong_content(history: History) -> Number:
    """Completed items whose text is not the provider's answer to this very input, by a call it made for this run."""
    offenders = []
    for job in history.jobs:
        if job.state == "completed":
            fault = _fault(history, job)
            if fault:
                offenders.append(f"{job.id}: {fault}")
    return Number.of(offenders)


def _fault(history: History, job: FinalJob) -> str | None:
    if job.texts is None or len(job.texts) != len(job.nonces):
        return f"{len(job.texts or ())} results for {len(job.nonces)} inputs"
    retried_at = _retried_at(history, job)
    for nonce, text in zip(job.nonces, job.texts, strict=True):
        serial = seals.serial_in(nonce, text)
        if serial is None:
            return f"{text[:80]!r} is no answer to {nonce}"
        call = next((call for call in history.calls_of(nonce) if call.serial == serial), None)
        if call is None or call.outcome == "error":
            return f"{nonce} never got the answer of call {serial}"
        if job.generation > 1 and call.t0 < retried_at:
            return f"{nonce} has the answer of call {serial}, which an earlier generation made"
    return None


def _retried_at(history: History, job: FinalJob) -> float:
    """No call before this time belongs to the job's generation."""
    if job.batch_id is None:
        return max((act.t0 for act in history.acts if act.kind == "retry" and act.job_id == job.id), default=0.0)
    retries = history.files.acts_on(job.batch_id, "retry")
    return retries[job.generation - 2].t0 if 2 <= job.generation < 2 + len(retries) else 0.0


def mutated(history: History) -> Number:
    """Generations that were seen to have ended in two ways."""
    seen: defaultdict[tuple[str, int], set[tuple[str, str]]] = defaultdict(set)
    for poll in history.polls:
        if poll.state in TERMINAL:
            seen[poll.job_id, poll.generation].add((poll.state or "", poll.digest))
    for job in history.jobs:
        if job.state in TERMINAL:
            seen[job.id, job.generation].add((job.state, job.digest))
    return Number.of(
        [f"{job_id} generation {number}: {sorted(ends)}" for (job_id, number), ends in seen.items() if len(ends) > 1]
    )


def regressed(history: History) -> Number:
    """Jobs seen to go back: ended and running again without a retry, there and gone, one generation too many."""
    retries: defaultdict[str, int] = defaultdict(int)
    for act in history.acts:
        if act.kind == "retry":
            retries[act.job_id] += 1
    polls: defaultdict[str, list[Polled]] = defaultdict(list)
    for poll in history.polls:
        if poll.status in {200, 404}:
            polls[poll.job_id].append(poll)
    for job in history.jobs:
        if job.batch_id is not None:
            retries[job.id] += len(history.files.acts_on(job.batch_id, "retry"))
        polls[job.id].append(
            Polled(history.ended_at, history.ended_at, job.id, 200, job.state, job.generation, job.digest)
        )
    offenders = []
    for job_id, sights in polls.items():
        if max(sight.generation for sight in sights) > 1 + retries[job_id]:
            offenders.append(f"{job_id} has more generations than retries were asked for")
        elif back := _went_back(sights):
            offenders.append(f"{job_id} {back}")
    return Number.of(offenders)


def _went_back(sights: list[Polled]) -> str | None:
    """What is wrong with the sights of one job, in the order in which they ended."""
    for index, later in enumerate(sights):
        for earlier in sights[:index]:
            if later.t0 < earlier.t1:
                continue  # they overlapped: either may have looked first
            if earlier.status == 200 and later.status == 404:
                return "was there and is gone"
            if earlier.status == later.status == 200:
                if later.generation < earlier.generation:
                    return "went back to an earlier generation"
                if later.generation == earlier.generation and earlier.state in TERMINAL and later.state not in TERMINAL:
                    return f"was {earlier.state} and became {later.state}"
    return None

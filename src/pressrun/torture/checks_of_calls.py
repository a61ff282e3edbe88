"""The provider is asked no more than the timeline explains."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from pressrun.torture.history import TERMINAL, Act, Call, History
from pressrun.torture.records import FinalJob
from pressrun.torture.verdict import Number

LOST = frozenset({"job.rescued", "job.released"})
"""What the timeline says of an attempt whose outcome was not recorded."""

GIVEN_UP = "model_timeout"

CANCEL_BOUND_S = 5.0


def extra_calls(history: History) -> int:
    """Calls beyond the first of each generation and those the provider failed on purpose."""
    return sum(extra for _, _, extra in _extras(history))


def excess_calls(history: History) -> Number:
    """Extra calls that no lost attempt in the job's timeline explains."""
    lost: Counter[str] = Counter(event.job_id for event in history.events if event.event in LOST)
    too_slow = Counter(event.job_id for event in history.events if event.data.get("error_code") == GIVEN_UP)
    offenders = []
    for job, nonce, extra in _extras(history):
        # On a busy machine a good answer may come after its caller's time is up, as the timeline tells.
        hung_up = sum(1 for call in history.calls_of(nonce) if call.outcome == "aborted")
        unexplained = max(0, extra - lost[job.id] - min(hung_up, too_slow[job.id]))
        offenders += [f"{nonce} of {job.id}: {extra} extra calls, {lost[job.id]} lost attempts"] * unexplained
    return Number.of(offenders)


def _extras(history: History) -> Iterator[tuple[FinalJob, str, int]]:
    runs = _runs(history)
    owners = Counter(nonce for job in history.jobs for nonce in job.nonces)
    for job in history.jobs:
        for nonce in job.nonces:
            if owners[nonce] > 1:
                continue  # one request made two jobs, which the provider cannot tell apart; twins: see checks_of_rows
            calls = history.calls_of(nonce)
            failed = sum(1 for call in calls if call.outcome == "error")
            yield job, nonce, max(0, len(calls) - failed - runs.get(job.id, job.generation))


def _runs(history: History) -> dict[str, int]:
    """How many generations of each job were started at all."""
    started: defaultdict[str, set[int]] = defaultdict(set)
    for event in history.events:
        if event.event == "job.started":
            started[event.job_id].add(event.generation)
    return {job_id: len(generations) for job_id, generations in started.items()}


def recalled_done_items(history: History) -> Number:
    """Calls of an item after somebody had seen its job's result."""
    seen: dict[str, float] = {}
    for poll in history.polls:
        if poll.state == "completed":
            seen[poll.job_id] = min(poll.t1, seen.get(poll.job_id, poll.t1))
    owners = Counter(nonce for job in history.jobs for nonce in job.nonces)
    offenders = []
    for job in history.jobs:
        if job.id in seen:
            own = (nonce for nonce in job.nonces if owners[nonce] == 1)
            late = [call for nonce in own for call in history.calls_of(nonce) if call.t0 > seen[job.id]]
            offenders += [f"{call.nonce} was called again when {job.id} was completed" for call in late]
    return Number.of(offenders)


def calls_after_cancel(history: History) -> Number:
    """Calls after a cancel that was final, or long after one that was asked for."""
    jobs = {job.id: job for job in history.jobs}
    offenders = []
    for act in history.acts:
        job = jobs.get(act.job_id)
        if act.kind != "cancel" or act.status != 200 or job is None:
            continue
        offenders += [f"{call.nonce} was called after {job.id} was cancelled" for call in _late(history, act, job)]
    return Number.of(offenders)


def _late(history: History, act: Act, job: FinalJob) -> list[Call]:
    bound_s = 0.0 if act.state in TERMINAL else CANCEL_BOUND_S
    retried = min(
        (other.t0 for other in history.acts if other.kind == "retry" and other.job_id == job.id and other.t1 > act.t0),
        default=float("inf"),
    )
    calls = (call for nonce in job.nonces for call in history.calls_of(nonce))
    return [call for call in calls if act.t1 + bound_s < call.t0 < retried]

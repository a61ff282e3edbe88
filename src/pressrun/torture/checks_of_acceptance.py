"""What was accepted exists once, and nothing else does."""

from collections import Counter, defaultdict

from pressrun.torture.history import TERMINAL, History
from pressrun.torture.verdict import Number

DECLARED = frozenset({503, 507})
"""Server errors that the documentation announces."""


def lost(history: History) -> Number:
    """Accepted jobs that are gone or have not ended after heal and bound."""
    jobs = {job.id: job for job in history.jobs}
    offenders = []
    for job_id in sorted({submit.job_id for submit in history.submits if submit.outcome == "ok" and submit.job_id}):
        job = jobs.get(job_id)
        if job is None:
            offenders.append(f"{job_id} was accepted and is gone")
        elif job.state not in TERMINAL:
            offenders.append(f"{job_id} is still {job.state}")
    # A job nobody knows of must end as well.
    known = {submit.job_id for submit in history.submits}
    offenders += [
        f"{job.id} is still {job.state}" for job in history.jobs if job.id not in known and job.state not in TERMINAL
    ]
    return Number.of(offenders)


def phantom(history: History) -> Number:
    """Jobs that no accepted and no unanswered request explains."""
    accepted = {submit.job_id: submit.nonces for submit in history.submits if submit.outcome == "ok"}
    possible = {
        submit.nonces
        for submit in history.submits
        # A client that repeated its request may have created more than the job it was told of.
        if submit.outcome == "unknown" or submit.tries > 1
    }
    offenders = []
    for job in history.jobs:
        if job.batch_id is not None:
            continue  # see checks_of_batches
        if job.id in accepted and accepted[job.id] != job.nonces:
            offenders.append(f"{job.id} has {job.nonces}, not what was sent")
        elif job.id not in accepted and job.nonces not in possible:
            offenders.append(f"{job.id} with {job.nonces} was asked for by nobody")
    return Number.of(offenders)


def dup_by_key(history: History) -> Number:
    """Jobs beyond the first for one idempotency key."""
    sent: defaultdict[str, set[tuple[str, ...]]] = defaultdict(set)
    for submit in history.submits:
        if submit.key is not None:
            sent[submit.key].add(submit.nonces)
    jobs = Counter(job.nonces for job in history.jobs)
    offenders = []
    for key, bodies in sent.items():
        made = sum(jobs[nonces] for nonces in bodies)
        offenders += [f"key {key} made {made} jobs"] * max(0, made - 1)
    return Number.of(offenders)


def unknown_multi(history: History) -> Number:
    """Requests without a key that made more jobs than they were sent times."""
    jobs = Counter(job.nonces for job in history.jobs)
    tries: Counter[tuple[str, ...]] = Counter()
    for submit in history.submits:
        if submit.key is None:
            tries[submit.nonces] += submit.tries
    return Number.of(
        [
            f"{nonces} was sent {sent} times and made {jobs[nonces]} jobs"
            for nonces, sent in tries.items()
            if jobs[nonces] > sent
        ]
    )


def http_500(history: History) -> Number:
    """Answers with a server error that nobody announced."""
    statuses = [
        *((f"create {submit.nonces[:1]}", submit.status) for submit in history.submits),
        *((f"{act.kind} {act.job_id}", act.status) for act in history.acts),
        *((f"get {poll.job_id}", poll.status) for poll in history.polls),
        *((f"upload {upload.nonces[:1]}", upload.status) for upload in history.files.uploads),
        *((f"{act.kind} {act.batch_id}", act.status) for act in history.files.acts),
        *((f"get {sight.batch_id}", sight.status) for sight in history.files.sights),
    ]
    return Number.of(
        [f"{what}: {status}" for what, status in statuses if status and status >= 500 and status not in DECLARED]
    )

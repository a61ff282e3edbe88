"""Nothing that may run is left lying while there is room for it and no fault in the way."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from pressrun.torture.history import History
from pressrun.torture.records import NEVER
from pressrun.torture.verdict import Number

Span = tuple[float, float]

SPARED = 50
"""One place in so many, and one at least, is for single jobs alone: docs/batches.md."""


def stuck_max_s(history: History) -> Number:
    """The longest faultless stretch in which an accepted or rescued item was not called though a slot was free."""
    faults = [(fault.t0, fault.t1) for fault in history.faults]
    # Some places are kept from rows of batches: where only those are free, rows may wait.
    spared = max(1, history.slots // SPARED)
    longest, offender = 0.0, ""
    for waits, slots in ((_waits(history), history.slots), (_waits_of_rows(history), history.slots - spared)):
        blocked = _merged([*_full(history, slots), *faults])
        for nonce, span in waits:
            free_s = _longest_free(span, blocked)
            if free_s > longest:
                longest, offender = free_s, f"{nonce} waited {free_s:.1f} s from {span[0]:.1f}"
    return Number(round(longest, 3), (offender,) if offender else ())


def _waits(history: History) -> Iterator[tuple[str, Span]]:
    """From acceptance to the first call, and from an aborted call to the next; both only where a call had to follow."""
    cancelled = {act.job_id for act in history.acts if act.kind == "cancel"}
    failed = {job.id for job in history.jobs if job.state != "completed"}
    for submit in history.submits:
        if submit.outcome != "ok" or submit.job_id in cancelled or submit.job_id in failed:
            continue
        for nonce in submit.nonces:
            yield from _waits_of(history, nonce, submit.t1)


def _waits_of_rows(history: History) -> Iterator[tuple[str, Span]]:
    """The same for the rows of batches that nobody and nothing held up."""
    held_up = {act.batch_id for act in history.files.acts}
    failed = {job.nonces[0] for job in history.jobs if job.batch_id is not None and job.state != "completed"}
    for upload in history.files.uploads:
        if upload.outcome == "ok" and upload.max_cost is None and upload.batch_id not in held_up:
            for nonce in dict.fromkeys(upload.nonces):
                if nonce not in failed:
                    yield from _waits_of(history, nonce, upload.t1)


def _waits_of(history: History, nonce: str, accepted_at: float) -> Iterator[tuple[str, Span]]:
    calls = history.calls_of(nonce)
    first = calls[0].t0 if calls else history.ended_at
    if accepted_at < first < NEVER:
        yield nonce, (accepted_at, first)
    for earlier, later in pairwise(calls):
        if earlier.outcome == "aborted" and earlier.t1 < later.t0:
            yield nonce, (earlier.t1, later.t0)


def _full(history: History, slots: int) -> Iterator[Span]:
    """The times at which as many calls ran as there are slots."""
    steps = sorted([(call.t0, 1) for call in history.calls] + [(call.t1, -1) for call in history.calls])
    running, since = 0, 0.0
    for t, step in steps:
        if running >= slots > running + step:
            yield since, t
        if running < slots <= running + step:
            since = t
        running += step
    if running >= slots:
        yield since, history.ended_at


def _merged(spans: Sequence[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _longest_free(span: Span, blocked: Sequence[Span]) -> float:
    start, end = span
    longest = 0.0
    for low, high in blocked:
        if high <= start:
            continue
        if low >= end:
            break
        longest = max(longest, low - start)
        start = max(start, high)
    return max(longest, end - start, 0.0)

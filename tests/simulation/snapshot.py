"""Everything a store holds about jobs, read past every query of ours, and what must be true of it at any moment."""

import json
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pressrun.jobs.job import State
from pressrun.telemetry.events import JobEvent

Rows = list[tuple[Any, ...]]
Fetch = Callable[[str], Awaitable[Rows]]
"""Runs SQL that both databases understand."""

ENDED = {State.COMPLETED, State.FAILED, State.CANCELLED}

JOBS = """SELECT id, organization_id, agent_id, state, generation, attempts, errors, deaths, run_at, deadline_at,
    cancel_requested, error_code, events, lease_token, worker_id, completed_at FROM jobs"""


@dataclass(frozen=True, slots=True)
class JobRow:
    """A row of `jobs`, times in microseconds since the epoch."""

    id: str
    organization_id: str
    agent_id: str
    state: str
    generation: int
    attempts: int
    errors: int
    deaths: int
    run_at: int
    deadline_at: int
    cancel_requested: int
    error_code: str | None
    events: int
    lease_token: str | None
    worker_id: str | None
    completed_at: int | None


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a timeline."""

    seq: int
    event: str
    generation: int
    attempt: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was found; `told` counts the outbox by job, event and generation."""

    jobs: dict[str, JobRow]
    timelines: dict[str, list[Line]]
    results: dict[tuple[str, int], bytes]
    workers: dict[str, str]
    counts: dict[tuple[str, str], int]
    told: Counter[tuple[str, str, int]]


async def take(fetch: Fetch) -> Snapshot:
    """Read it all."""
    jobs = {row[0]: JobRow(*row) for row in await fetch(JOBS)}
    timelines: dict[str, list[Line]] = {}
    for row in await fetch("SELECT job_id, seq, event, generation, attempt FROM job_events ORDER BY job_id, seq"):
        timelines.setdefault(row[0], []).append(Line(*row[1:]))
    results = await fetch("SELECT job_id, generation, payload FROM results")
    counts = await fetch("SELECT agent_id, state, SUM(jobs) FROM job_counts GROUP BY agent_id, state")
    outbox = await fetch("SELECT job_id, event, payload FROM outbox")
    return Snapshot(
        jobs,
        timelines,
        {(row[0], row[1]): bytes(row[2]) for row in results},
        dict(row[:2] for row in await fetch("SELECT id, state FROM workers")),
        {(row[0], row[1]): int(row[2]) for row in counts if row[2]},
        Counter((row[0], row[1], json.loads(bytes(row[2]))["generation"]) for row in outbox),
    )


def faults(found: Snapshot) -> list[str]:
    """What is not as it must be, one line each."""
    counted = Counter((job.agent_id, job.state) for job in found.jobs.values())
    wrong = [
        f"counter {key}: {found.counts.get(key, 0)}, jobs: {counted.get(key, 0)}"
        for key in sorted(found.counts.keys() | counted.keys())
        if found.counts.get(key, 0) != counted.get(key, 0)
    ]
    for job in found.jobs.values():
        wrong += [f"job {job.id} ({job.state}): {fault}" for fault in _job_faults(job, found)]
    return wrong


def _job_faults(job: JobRow, found: Snapshot) -> Iterator[str]:
    lines = found.timelines.get(job.id, [])
    yield from _timeline_faults(job, lines)
    completions = [line.generation for line in lines if line.event == JobEvent.COMPLETED]
    recorded = sorted(generation for job_id, generation in found.results if job_id == job.id)
    if sorted(completions) != recorded:
        yield f"completed in generations {completions}, results of generations {recorded}"
    if (job.state == State.COMPLETED) != (job.generation in recorded):
        yield f"result of the current generation {job.generation}: {recorded}"
    if (job.state in ENDED) != (job.completed_at is not None):
        yield f"completed_at is {job.completed_at}"
    if (job.state == State.RUNNING) != (job.lease_token is not None and job.worker_id is not None):
        yield f"lease {job.lease_token} of worker {job.worker_id}"
    if job.worker_id is not None and job.worker_id not in found.workers:
        yield f"held by {job.worker_id}, whom nobody knows: it can never be freed"
    endings = Counter((job.id, line.event, line.generation) for line in lines if line.event in ENDINGS)
    told = Counter({key: number for key, number in found.told.items() if key[0] == job.id})
    if endings != told:
        yield f"endings {dict(endings)}, told to listeners {dict(told)}"


ENDINGS = {JobEvent.COMPLETED: State.COMPLETED, JobEvent.FAILED: State.FAILED, JobEvent.CANCELLED: State.CANCELLED}
AFTER = {
    JobEvent.CREATED: State.QUEUED,
    JobEvent.STARTED: State.RUNNING,
    JobEvent.RETRY_SCHEDULED: State.WAITING,
    JobEvent.RELEASED: State.QUEUED,
    JobEvent.RESCUED: State.QUEUED,
    JobEvent.RETRIED: State.QUEUED,
    **ENDINGS,
}
RESTING = {State.QUEUED, State.WAITING}
BEFORE = {
    JobEvent.STARTED: RESTING,  # a wait that is over leaves no line
    JobEvent.COMPLETED: {State.RUNNING},
    JobEvent.FAILED: {State.RUNNING, *RESTING},
    JobEvent.CANCELLED: {State.RUNNING, *RESTING},
    JobEvent.RETRY_SCHEDULED: {State.RUNNING},
    JobEvent.RELEASED: {State.RUNNING},
    JobEvent.RESCUED: {State.RUNNING},
    JobEvent.RETRIED: {State.FAILED, State.CANCELLED},
    JobEvent.CANCEL_REQUESTED: {State.RUNNING},
}


def _timeline_faults(job: JobRow, lines: list[Line]) -> Iterator[str]:
    """The lines alone must lead to where the job stands: every move is told, and none that was not made."""
    if [line.seq for line in lines] != list(range(1, job.events + 1)):
        yield f"{job.events} lines expected, found {[line.seq for line in lines]}"
    state, generation, attempts = None, 1, 0
    for line in lines:
        event = JobEvent(line.event)
        if event == JobEvent.STALE_WRITE_REFUSED:
            continue
        if (state is None) != (event == JobEvent.CREATED) or (state is not None and state not in BEFORE[event]):
            yield f"{event} (line {line.seq}) cannot follow {state}"
        if event == JobEvent.RETRIED:
            generation, attempts = generation + 1, 0
        attempts += event == JobEvent.STARTED
        if (line.generation, line.attempt) != (generation, attempts):
            told = f"{line.generation}/{line.attempt}, not {generation}/{attempts}"
            yield f"line {line.seq} {event} tells of generation and attempt {told}"
        state = AFTER.get(event, state)
    stands = State.WAITING if (state, job.state) == (State.WAITING, State.QUEUED) else job.state
    if (state, generation, attempts) != (stands, job.generation, job.attempts):
        yield f"timeline leads to {state} {generation}/{attempts}, it stands at {job.generation}/{job.attempts}"

"""One line each in the logs of the auditor's programs. Times are seconds of one monotonic clock."""

from typing import Any, Literal

import msgspec

NEVER = float("inf")
"""The time of what did not happen."""

Outcome = Literal["ok", "refused", "unknown"]
"""Accepted; refused with a status that promises that nothing was created; anything else."""


class Line(msgspec.Struct, tag_field="line", tag=str.lower):
    """A line of a log."""


class SubmitBegan(Line):
    """A create request is about to be sent; `nonces` are its values, `body` the digest of its body."""

    id: int
    t: float
    nonces: tuple[str, ...]
    key: str | None
    body: str
    client: str


class SubmitEnded(Line):
    """How it ended after `tries` requests were sent."""

    id: int
    t: float
    outcome: Outcome
    status: int | None
    job_id: str | None
    tries: int


class ActBegan(Line):
    """A cancel or retry request is about to be sent."""

    id: int
    t: float
    kind: Literal["cancel", "retry"]
    job_id: str


class ActEnded(Line):
    """How it was answered; `state` is the job's in the answer, None when it has none."""

    id: int
    t: float
    status: int | None
    state: str | None


class CallBegan(Line):
    """The provider was asked for a nonce; `serial` counts the calls of it, `port` and `host` are the caller's."""

    t: float
    nonce: str
    serial: int
    port: int
    prompt: str
    host: str = ""


class CallEnded(Line):
    """answered: the whole answer was handed to the network; error: what was planned instead; aborted by the caller."""

    t: float
    nonce: str
    serial: int
    outcome: Literal["answered", "error", "aborted"]
    status: int | None


class Polled(Line):
    """A job as one GET showed it; `digest` is that of its result and error."""

    t0: float
    t1: float
    job_id: str
    status: int
    state: str | None = None
    generation: int = 1
    digest: str = ""


class FaultBegan(Line):
    """The nemesis does something."""

    t: float
    id: int
    name: str
    detail: str = ""


class FaultEnded(Line):
    """It is over, or healed."""

    t: float
    id: int


class FinalJob(Line):
    """A job at the end, as the API lists it; `texts` are the results of its items, in order."""

    id: str
    state: str
    generation: int
    nonces: tuple[str, ...]
    texts: tuple[str, ...] | None
    digest: str
    attempts: int
    error_code: str | None
    error: str | None
    completed_at: str | None
    batch_id: str | None = None
    row: int | None = None
    """Its place in the file, where it is a row of a batch."""


class FinalEvent(Line):
    """A line of a job's timeline, at the end."""

    job_id: str
    seq: int
    event: str
    generation: int
    attempt: int
    data: dict[str, Any]
    at: float = 0.0
    """Seconds since the epoch, by the database's clock."""


class Hook(Line):
    """A webhook came in: `verified` says whether its signature is right."""

    t: float
    id: str
    job_id: str
    state: str
    verified: bool
    generation: int = 1


class Run(Line):
    """What was run, for the verdict: `slots` is what all workers together carry out at once."""

    slots: int
    ended_at: float
    hooks_observed: bool = False


ANY = (
    SubmitBegan
    | SubmitEnded
    | ActBegan
    | ActEnded
    | CallBegan
    | CallEnded
    | Polled
    | FaultBegan
    | FaultEnded
    | FinalJob
    | FinalEvent
    | Hook
    | Run
)

"""The job: what was asked, where it stands, and what came of it."""

from dataclasses import dataclass
from enum import StrEnum

from pressrun.money import Nano
from pressrun.store.store import Row


class State(StrEnum):
    """Where a job stands; docs/jobs.md draws the moves between them."""

    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = frozenset({State.QUEUED, State.RUNNING, State.WAITING})


class Phase(StrEnum):
    """The states as a list is filtered by them; a cancelled job counts as failed."""

    OPEN = "open"
    COMPLETED = "completed"
    FAILED = "failed"


PHASES: dict[Phase, frozenset[State]] = {
    Phase.OPEN: OPEN,
    Phase.COMPLETED: frozenset({State.COMPLETED}),
    Phase.FAILED: frozenset({State.FAILED, State.CANCELLED}),
}


class Kind(StrEnum):
    """What a job does: run an agent, or take a file or a page in."""

    AGENT = "agent"
    INGEST = "ingest"


FORMAT = 3
"""What a worker of this version understands of a job; a newer version's jobs may have a higher one. Jobs of batches
have 2: a worker that knows nothing of batches would run them although their batch is paused. Jobs that take files in
have 3."""

DEFAULT_PRIORITY = 5
"""0 is the most urgent, 9 the least."""


@dataclass(frozen=True, slots=True)
class NewJob:
    """A request that was found valid; `agent_reference` is the id or alias it asked for.

    `inputs` and `options` are JSON, kept byte for byte. `webhook_url` was checked by whoever took it.
    """

    id: str
    organization_id: str
    agent_id: str
    agent_reference: str
    agent_version: int
    key_id: str | None
    inputs: bytes
    options: bytes
    max_attempts: int
    on_worker_loss: str
    deadline_s: int
    priority: int = DEFAULT_PRIORITY
    idempotency: "IdempotencyKey | None" = None
    webhook_url: str | None = None


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A client's name for one request, kept as digests.

    With `fold_window_us` it is no name a client gave but the digest of the request itself: a repeat that arrives within
    that many microseconds is answered with the first one's job.
    """

    key_id: str
    route: str
    key_hash: str
    body_hash: str
    fold_window_us: int | None = None
    is_repeat: bool = False


class Acceptance(StrEnum):
    """What became of a request."""

    CREATED = "created"
    REPLAYED = "replayed"
    KEY_REUSED = "key_reused"
    VERSION_MOVED = "version_moved"
    QUEUE_FULL = "queue_full"
    SERVER_FULL = "server_full"
    TOKENS_SPENT = "tokens_spent"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The job a request stands for; `created_at` is microseconds since the epoch, 0 where there is no job.

    `limit` is the value of the limit it was refused for.
    """

    acceptance: Acceptance
    job_id: str
    created_at: int = 0
    limit: int = 0


@dataclass(frozen=True, slots=True)
class Job:
    """A job as it stands. Times are microseconds since the epoch; `result` is JSON of the current generation.

    `cost` is nano-dollars of every call whose cost is known, of all generations; None while nothing was asked.
    `batch_id` is empty for a job of its own, `batch_row` counts from 1; `same_as` is the job of the same inputs whose
    result this one takes over.
    """

    id: str
    organization_id: str
    agent_id: str
    agent_version: int
    state: State
    priority: int
    generation: int
    attempts: int
    errors: int
    deaths: int
    run_at: int
    deadline_at: int
    created_at: int
    updated_at: int
    started_at: int | None
    completed_at: int | None
    cancel_requested: bool
    events: int
    inputs: bytes
    options: bytes
    error_code: str | None
    error: str | None
    prompt_tokens: int
    completion_tokens: int
    cached_prompt_tokens: int
    cost: Nano | None
    unpriced_calls: int
    reasks: int
    reask_cost: Nano
    batch_id: str
    batch_row: int | None
    same_as: str | None
    kind: Kind
    result: bytes | None

    @classmethod
    def from_row(cls, row: Row) -> "Job":
        """A job from a row of `jobs`, with `result` when the query joined it."""
        values = {name: row[name] for name in JOB_COLUMNS}
        values["state"], values["kind"] = State(values["state"]), Kind(values["kind"])
        values["cancel_requested"] = bool(values["cancel_requested"])
        return cls(**values, result=row.get("result"))


JOB_COLUMNS = tuple(name for name in Job.__dataclass_fields__ if name != "result")


@dataclass(frozen=True, slots=True)
class Claim:
    """One attempt: a job held by one worker under a lease token, with what is needed to carry it out.

    `started_at` is the store's time of the claim: what is left until `deadline_at` counts from there, never from the
    clock of the worker's host.
    """

    id: str
    organization_id: str
    agent_id: str
    agent_version: int
    generation: int
    attempts: int
    errors: int
    max_attempts: int
    deadline_at: int
    created_at: int
    started_at: int
    run_at: int
    lease_token: str
    events: int
    inputs: bytes
    options: bytes
    batch_id: str = ""
    kind: str = Kind.AGENT

    @classmethod
    def from_row(cls, row: Row) -> "Claim":
        """A claim from what `claim_jobs` returns."""
        return cls(**{name: row[name] for name in CLAIM_COLUMNS})


CLAIM_COLUMNS = tuple(Claim.__dataclass_fields__)

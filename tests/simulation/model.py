"""What the queue must do, said once more in plain Python: the reference that the stores are held against."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from pressrun.errors import FailureCode
from pressrun.jobs.job import Claim, NewJob, State
from pressrun.jobs.outcome import Again, Cancelled, Completed, Failed, Outcome, Released
from pressrun.jobs.rescue import DEATHS_ALLOWED
from pressrun.store.clock import SECOND

OPEN = {State.QUEUED, State.RUNNING, State.WAITING}


@dataclass
class ModelJob:
    """A job as it must stand; `place` is its place in the order of acceptance."""

    new: NewJob
    place: int
    run_at: int
    state: State = State.QUEUED
    generation: int = 1
    attempts: int = 0
    errors: int = 0
    deaths: int = 0
    cancel_requested: bool = False
    error_code: str | None = None
    token: str | None = None
    worker: str | None = None
    deadline_at: int = 0
    results: dict[int, bytes] = field(default_factory=dict)

    def rest(self, state: State, error_code: str | None = None) -> None:
        """Nobody holds it any more."""
        self.state, self.error_code, self.token, self.worker = state, error_code, None, None

    def is_held_by(self, claim: Claim) -> bool:
        """Whether a claim still counts."""
        mine = (self.state, self.token, self.generation, self.attempts)
        return mine == (State.RUNNING, claim.lease_token, claim.generation, claim.attempts)


@dataclass
class Model:
    """The queue; `alive` has when each living worker was last heard, `versions` the deployed version of each agent.

    `unblamed`: workers whose death is no job's fault. `cancelling`: deleted agents whose open jobs are cancelled.
    """

    now: int
    jobs: dict[str, ModelJob] = field(default_factory=dict)
    accepted: int = 0
    alive: dict[str, int] = field(default_factory=dict)
    versions: dict[str, int | None] = field(default_factory=dict)
    keys: dict[str, tuple[str, str]] = field(default_factory=dict)
    unblamed: set[str] = field(default_factory=set)
    cancelling: set[str] = field(default_factory=set)

    def create(self, new: NewJob) -> tuple[str, str]:
        """What becomes of a request, and the job it is answered with."""
        key = new.idempotency
        if key and key.key_hash in self.keys:
            body, job_id = self.keys[key.key_hash]
            return ("replayed" if body == key.body_hash else "key_reused"), job_id
        if self.versions[new.agent_id] != new.agent_version:
            return "version_moved", new.id
        job = ModelJob(new, self.accepted, self.now, deadline_at=self.now + new.deadline_s * SECOND)
        self.jobs[new.id] = job
        self.accepted += 1
        if key:
            self.keys[key.key_hash] = (key.body_hash, new.id)
        return "created", new.id

    def wake(self) -> None:
        """Waits that are over."""
        for job in self.jobs.values():
            if job.state == State.WAITING and job.run_at <= self.now:
                job.state = State.QUEUED

    def take(self, claim: Claim, worker: str) -> None:
        """A worker took a job."""
        job = self.jobs[claim.id]
        job.state, job.token, job.worker, job.attempts = State.RUNNING, claim.lease_token, worker, job.attempts + 1

    def queue(self, agent_id: str) -> list[str]:
        """The jobs of an agent that can be claimed, in the order in which they must be."""
        queued = [job for job in self.jobs.values() if job.state == State.QUEUED and job.new.agent_id == agent_id]
        innocent = [job for job in queued if job.deaths < DEATHS_ALLOWED - 1]
        return [job.new.id for job in sorted(innocent, key=lambda job: (job.new.priority, job.place))]

    def suspects(self) -> list[ModelJob]:
        """The jobs that may run only where nothing else does, in order."""
        return [job for job in self.jobs.values() if job.state == State.QUEUED and job.deaths >= DEATHS_ALLOWED - 1]

    def running(self) -> Counter[str]:
        """Running jobs by agent."""
        return Counter(job.new.agent_id for job in self.jobs.values() if job.state == State.RUNNING)

    def settle(self, claim: Claim, outcome: Outcome) -> State | None:
        """Where the job comes to; None when the claim does not count any more."""
        job = self.jobs.get(claim.id)
        if job is None or not job.is_held_by(claim):
            return None
        job.errors += isinstance(outcome, Failed) or (isinstance(outcome, Again) and outcome.charged)
        job.run_at = self.now
        match outcome:
            case Completed(payload):
                job.results[job.generation] = payload
                job.rest(State.COMPLETED)
            case Failed(code, _):
                job.rest(State.FAILED, code)
            case Cancelled():
                job.rest(State.CANCELLED, FailureCode.CANCELLED)
            case Released():
                job.rest(State.QUEUED)
            case Again(wait_s, code, _, _):
                job.run_at += int(wait_s * SECOND)
                job.rest(State.WAITING, code)
        if job.cancel_requested and job.state in OPEN:
            job.rest(State.CANCELLED, FailureCode.CANCELLED)
        return job.state

    def cancel(self, job: ModelJob) -> None:
        """Somebody asked."""
        if job.state == State.RUNNING:
            job.cancel_requested = True
        elif job.state in OPEN:
            job.cancel_requested = True
            job.rest(State.CANCELLED, FailureCode.CANCELLED)

    def retry(self, job: ModelJob) -> None:
        """Somebody asked; a completed job stays so."""
        if job.state in {State.FAILED, State.CANCELLED}:
            job.rest(State.QUEUED)
            job.generation, job.attempts, job.errors, job.deaths = job.generation + 1, 0, 0, 0
            job.cancel_requested, job.run_at = False, self.now
            job.deadline_at = self.now + job.new.deadline_s * SECOND

    def upkeep(self, lease_s: float, *, may_bury: bool) -> None:
        """Silent workers are dead, their jobs free, and what is past its deadline ends."""
        if may_bury:
            self.alive = {name: seen for name, seen in self.alive.items() if seen >= self.now - lease_s * SECOND}
        for job in self.jobs.values():
            if job.state == State.RUNNING and job.worker not in self.alive:
                self._rescue(job)
        for job in self.jobs.values():
            if job.state in OPEN and job.deadline_at < self.now:
                outage = job.error_code == FailureCode.MODEL_UNAVAILABLE
                job.rest(State.FAILED, job.error_code if outage else FailureCode.DEADLINE_EXCEEDED)
        for agent_id in list(self.cancelling):
            open_jobs = [job for job in self.jobs.values() if job.new.agent_id == agent_id and job.state in OPEN]
            for job in open_jobs:
                self.cancel(job)
            if not open_jobs:
                self.cancelling.discard(agent_id)

    def _rescue(self, job: ModelJob) -> None:
        job.deaths, job.run_at = job.deaths + (job.worker not in self.unblamed), self.now
        if job.cancel_requested:
            job.rest(State.CANCELLED, FailureCode.CANCELLED)
        elif job.new.on_worker_loss == "fail":
            job.rest(State.FAILED, FailureCode.WORKER_LOST)
        elif job.deaths >= DEATHS_ALLOWED:
            job.rest(State.FAILED, FailureCode.POISON)
        else:
            job.rest(State.QUEUED)

    def unfair(self, claims: list[Claim], slots: int, limits: dict[str, int | None]) -> Iterator[str]:
        """What is wrong with a choice of jobs, said after they were taken off the queues."""
        running, given = self.running(), Counter(claim.organization_id for claim in claims)
        busy = Counter(job.new.organization_id for job in self.jobs.values() if job.state == State.RUNNING)
        for agent_id in self.versions:
            limit = limits.get(agent_id)
            if limit is not None and running[agent_id] > limit:
                yield f"{running[agent_id]} of {agent_id} run, {limit} may"
            startable = self.queue(agent_id) and (limit is None or running[agent_id] < limit)
            if startable and len(claims) < slots and not self.suspects():
                yield f"a place stayed free though {agent_id} had work"
            organization = agent_id[0]
            if startable and not busy[organization] and max(given.values(), default=0) > 1:
                yield f"{organization} got nothing, another more than one: {given}"

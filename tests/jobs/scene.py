"""A store with an organization, a deployed agent, and short ways to move jobs."""

import itertools
from dataclasses import dataclass, field, replace

import msgspec

from pressrun.errors import FailureCode
from pressrun.ids import new_lease_token
from pressrun.jobs import read, rescue, workers
from pressrun.jobs.claim import claim, claim_suspect
from pressrun.jobs.create import create
from pressrun.jobs.job import Accepted, Claim, IdempotencyKey, Job, NewJob, State
from pressrun.jobs.outcome import Again, Completed, Ending, Failed, Outcome
from pressrun.jobs.settle import settle
from pressrun.store.store import Store, Transaction
from tests.jobs.agents_rows import add_agent

RESULT = msgspec.json.encode({"title": "Output", "suggestion": "text"})


@dataclass
class Scene:
    """One organization `o`, one agent `a` with version 1 deployed."""

    store: Store
    organization_id: str = "o"
    agent_id: str = "a"
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    @classmethod
    async def set(cls, store: Store) -> "Scene":
        """The scene on an empty store."""
        scene = cls(store)
        await store.write(lambda tx: tx.run("add_organization", organization_id="o", name="o"))
        await add_agent(store, "o", "a")
        return scene

    def new_job(self, **changes: object) -> NewJob:
        """A valid request, with changes."""
        job = NewJob(
            id=f"job-{next(self.numbers):04}",
            organization_id=self.organization_id,
            agent_id=self.agent_id,
            agent_reference=self.agent_id,
            agent_version=1,
            key_id="k",
            inputs=b"{}",
            options=b"{}",
            max_attempts=5,
            on_worker_loss="retry",
            deadline_s=86_400,
        )
        job = replace(job, **changes)  # type: ignore[arg-type]
        return job if "agent_reference" in changes else replace(job, agent_reference=job.agent_id)

    async def create(self, *jobs: NewJob) -> list[Accepted]:
        """Accept jobs in one transaction."""
        return await self.store.write(lambda tx: create(tx, jobs))

    async def add(self, **changes: object) -> str:
        """Accept one job; its id."""
        job = self.new_job(**changes)
        await self.create(job)
        return job.id

    async def add_worker(self, worker_id: str = "w") -> None:
        """A worker that is alive."""
        await self.store.write(lambda tx: workers.add(tx, worker_id, host="here", pid=1, concurrency=10))

    async def claim(self, slots: int = 10, worker_id: str = "w") -> list[Claim]:
        """Take jobs under a fresh token."""
        return (await self.store.write(lambda tx: claim(tx, worker_id, new_lease_token(), slots))).claims

    async def claim_alone(self, worker_id: str = "w") -> Claim | None:
        """Take a suspect, as a worker does that runs nothing else."""
        return await self.store.write(lambda tx: claim_suspect(tx, worker_id, new_lease_token()))

    async def die(self, worker_id: str, *, blamed: bool = True) -> None:
        """A worker's process ends, and its jobs are freed."""
        await self.store.write(lambda tx: workers.bury(tx, worker_id, blamed=blamed))
        await self.store.write(rescue.rescue)

    async def settle(self, held: Claim, outcome: Outcome) -> State | None:
        """End one attempt."""
        return (await self.store.write(lambda tx: settle(tx, [(held, Ending(outcome))])))[0]

    async def complete(self, held: Claim, payload: bytes = RESULT) -> State | None:
        """End one attempt well."""
        return await self.settle(held, Completed(payload))

    async def fail(self, held: Claim) -> State | None:
        """End one attempt for good."""
        return await self.settle(held, Failed(FailureCode.MODEL_REFUSED, "no"))

    async def again(self, held: Claim, wait_s: float) -> State | None:
        """End one attempt for now."""
        return await self.settle(held, Again(wait_s, FailureCode.MODEL_UNAVAILABLE, "later"))

    async def job(self, job_id: str) -> Job:
        """A job that exists."""
        job = await self.store.read(lambda tx: read.find(tx, self.organization_id, job_id))
        assert job is not None
        return job

    async def events(self, job_id: str) -> list[str]:
        """The names of the lines of a job's timeline."""

        async def work(tx: Transaction) -> list[str]:
            rows = await tx.all("list_job_events", organization_id=self.organization_id, job_id=job_id)
            assert [row["seq"] for row in rows] == list(range(1, len(rows) + 1))
            return [str(row["event"]).removeprefix("job.") for row in rows]

        return await self.store.read(work)


def key(name: str, body: str = "body", **changes: object) -> IdempotencyKey:
    """An idempotency key of the scene's API key."""
    made = IdempotencyKey(key_id="k", route="create", key_hash=name, body_hash=body)
    return replace(made, **changes)  # type: ignore[arg-type]

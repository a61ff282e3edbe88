"""Clients, who know only what they were told, and hold the server to it."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random

from pressrun.errors import Code, PressrunError
from pressrun.jobs import cancel, history, read, retry
from pressrun.jobs.job import OPEN, Acceptance, Accepted, IdempotencyKey, Job, NewJob, State
from pressrun.store.store import Transaction
from pressrun.store.sure import write_surely
from tests.simulation.process import Process
from tests.simulation.provider import NATURES
from tests.simulation.world import World

AGENTS = {"a1": None, "a2": 2, "b1": None}
"""Agents and how many jobs of each may run at once; the first letter is the organization."""

PATIENCE_S = 5.0


@dataclass
class Told:
    """What clients were told: accepted jobs with their organizations, jobs asked for, and how each was last seen."""

    accepted: dict[str, str] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    by_key: dict[str, str] = field(default_factory=dict)
    seen: dict[str, tuple[float, Job]] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


class Client:
    """One of several, each doing one thing after the other."""

    def __init__(self, world: World, told: Told, name: str) -> None:
        self._world = world
        self._told = told
        self._name = name
        self._random = Random(f"{world.seed}/{name}")
        self._made = 0

    async def run(self, actions: int) -> None:
        """Do things until the storm ends."""
        for _ in range(actions):
            await asyncio.sleep(self._random.uniform(0, 1.0))
            act = self._random.choices([self._create, self._look, self._cancel, self._retry], [5, 4, 1, 2])[0]
            try:
                await act()
            except (ConnectionError, PressrunError) as error:
                self._world.note(self._name, f"{act.__name__[1:]}: {error!r}")
            except Exception as error:  # noqa: BLE001 - the client would see a 500
                self._told.faults.append(f"{act.__name__[1:]} was answered with {error!r}")

    async def _create(self) -> None:
        random, agent_id = self._random, self._random.choice(sorted(AGENTS))
        key = f"{self._name}-{random.randrange(3)}" if random.random() < 0.4 else None
        body = f'{{"nature": "{random.choice(NATURES)}"}}'
        if key is not None:  # whoever repeats a key repeats the request
            agent_id, body = "a1", '{"nature": "good"}'
        tries = 1 if key is None else 3
        for _ in range(tries):
            self._made += 1
            new = self._new_job(f"{self._name}-job-{self._made}", agent_id, body, key)
            self._told.asked.add(new.id)
            try:
                accepted = await self._world.request(random, lambda process, new=new: process.intake.submit(new))  # type: ignore[misc]
            except (ConnectionError, PressrunError) as error:
                self._world.note(self._name, f"create {new.id}: {error!r}")
                continue
            self._accepted(accepted, new, key)
            return

    def _new_job(self, job_id: str, agent_id: str, body: str, key: str | None) -> NewJob:
        digest = hashlib.sha256(body.encode()).hexdigest()
        return NewJob(
            id=job_id,
            organization_id=agent_id[0],
            agent_id=agent_id,
            agent_reference=agent_id,
            agent_version=1,
            key_id="k",
            inputs=body.encode(),
            options=b"{}",
            max_attempts=4,
            on_worker_loss=self._random.choice(["retry", "retry", "retry", "fail"]),
            deadline_s=self._random.choice([15, 86_400, 86_400, 86_400]),
            priority=self._random.choice([0, 5, 5, 9]),
            idempotency=IdempotencyKey("k", "create", key, digest) if key else None,
        )

    def _accepted(self, accepted: Accepted, new: NewJob, key: str | None) -> None:
        self._world.note(self._name, f"is told {accepted.acceptance} {accepted.job_id}")
        if accepted.acceptance not in {Acceptance.CREATED, Acceptance.REPLAYED}:
            self._told.faults.append(f"{accepted.job_id}: {accepted.acceptance}")
            return
        self._told.accepted[accepted.job_id] = new.organization_id
        if key is not None:
            first = self._told.by_key.setdefault(key, accepted.job_id)
            if first != accepted.job_id:
                self._told.faults.append(f"key {key} stands for {first} and for {accepted.job_id}")

    async def _look(self) -> None:
        await self._ask(lambda process, organization_id, job_id: process.store.read(_find(organization_id, job_id)))

    async def _cancel(self) -> None:
        await self._ask(lambda process, organization_id, job_id: _move(process, cancel.cancel, organization_id, job_id))

    async def _retry(self) -> None:
        await self._ask(lambda process, organization_id, job_id: _move(process, retry.retry, organization_id, job_id))

    async def _ask(self, act: Callable[[Process, str, str], Awaitable[Job | None]]) -> None:
        """Do something to a job that was accepted, and take in how it stands then."""
        if not self._told.accepted:
            return
        job_id = self._random.choice(sorted(self._told.accepted))
        organization_id, began = self._told.accepted[job_id], self._world.loop.time()
        try:
            job = await self._world.request(self._random, lambda process: act(process, organization_id, job_id))
        except PressrunError as refusal:
            if refusal.code != Code.CONFLICT:
                raise
        else:
            self.saw(job_id, job, began)

    def saw(self, job_id: str, job: Job | None, began: float) -> None:
        """Hold an answer against all that was known before its question was asked."""
        if job is None:
            self._told.faults.append(f"{job_id}: was accepted and is not there")
            return
        self._world.note(self._name, f"sees {job_id} {job.state} {job.generation}/{job.attempts}")
        before = self._told.seen.get(job_id)
        if before is not None and before[0] <= began:
            self._compare(before[1], job)
        if before is None or (job.generation, job.events) >= (before[1].generation, before[1].events):
            self._told.seen[job_id] = (self._world.loop.time(), job)
        if job.state in {State.COMPLETED, State.CANCELLED}:
            self._world.provider.ended.setdefault((job_id, job.generation), job.state)

    def _compare(self, before: Job, job: Job) -> None:
        if job.generation < before.generation:
            self._told.faults.append(f"{job.id}: went back to generation {job.generation}")
        if job.generation > before.generation or before.state in OPEN:
            return
        then, now = (before.state, before.result, before.completed_at), (job.state, job.result, job.completed_at)
        if then != now:
            self._told.faults.append(f"{job.id}: was over as {then}, then {now}")


def _find(organization_id: str, job_id: str) -> Callable[[Transaction], Awaitable[Job | None]]:
    return lambda tx: read.find(tx, organization_id, job_id)


async def _move(process: Process, move: "_Moving", organization_id: str, job_id: str) -> Job | None:
    """As the API does it: an unanswered move is looked for in the job's timeline."""
    work = partial(_moving, move, organization_id, job_id)
    return await write_surely(process.store, work, history.is_written, patience_s=PATIENCE_S)


_Moving = Callable[[Transaction, str, str], Awaitable[Job | None]]


async def _moving(move: _Moving, organization_id: str, job_id: str, tx: Transaction) -> Job | None:
    return await move(tx, organization_id, job_id)

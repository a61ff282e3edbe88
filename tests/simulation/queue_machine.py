"""S1: three workers, clients and upkeep in any order, every step held against the model and the snapshot's rules."""

from dataclasses import dataclass, replace

import hypothesis.strategies as st
import pytest
from hypothesis.stateful import (
    Bundle,
    MultipleResults,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
)

from pressrun.errors import FailureCode, PressrunError
from pressrun.jobs import cancel, delete, retry, upkeep, workers
from pressrun.jobs.claim import claim, claim_suspect
from pressrun.jobs.create import create
from pressrun.jobs.job import OPEN, Claim, IdempotencyKey, Job, NewJob, State
from pressrun.jobs.outcome import Again, Cancelled, Completed, Ending, Failed, Outcome, Released
from pressrun.jobs.settle import settle
from pressrun.store.store import Store, Transaction
from tests.fake_clock import START
from tests.simulation.arena import Arena
from tests.simulation.listeners import add_organization
from tests.simulation.model import Model, ModelJob
from tests.simulation.snapshot import JobRow, faults

LEASE_S = 30.0
LIMITS = {"a1": None, "a2": 2, "b1": None}
"""Agents and the jobs of each that may run at once; the first letter is the organization."""

SLOTS = ("w1", "w2", "w3")

later = st.builds(
    Again,
    st.sampled_from([0.0, 2.0, 40.0, 4000.0]),
    st.sampled_from([FailureCode.MODEL_UNAVAILABLE, FailureCode.INVALID_OUTPUT]),
    st.just("later"),
    charged=st.booleans(),
)
outcomes: "st.SearchStrategy[Outcome]" = st.one_of(
    later,
    st.binary(max_size=3).map(Completed),
    later,
    st.just(Failed(FailureCode.MODEL_REFUSED, "no")),
    st.just(Cancelled()),
    st.just(Released()),
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is drawn of a request."""

    priority: int
    on_loss: str
    deadline_s: int
    key: str | None
    body: str


wishes = st.lists(
    st.builds(
        Wish,
        priority=st.sampled_from([5, 0, 9]),
        on_loss=st.sampled_from(["retry", "retry", "fail"]),
        deadline_s=st.sampled_from([86_400, 60, 60]),
        key=st.sampled_from([None, None, None, "k1", "k2"]),
        body=st.sampled_from(["x", "y"]),
    ),
    min_size=1,
    max_size=3,
)


class QueueMachine(RuleBasedStateMachine):
    """`arena` is set by the test; everything a rule draws is handed to each of its stores alike."""

    arena: Arena
    jobs: "Bundle[str]" = Bundle("jobs")
    claims: "Bundle[Claim]" = Bundle("claims")

    def __init__(self) -> None:
        super().__init__()
        self.arena.clock.now = START
        self.arena.empty()
        self.model = Model(START, versions=dict.fromkeys(LIMITS, 1))
        self.living: dict[str, str] = {}
        self.made = 0

    @initialize(target=jobs, first=wishes, second=wishes)
    def set_the_scene(self, first: list[Wish], second: list[Wish]) -> MultipleResults[str]:
        async def work(tx: Transaction) -> None:
            for organization_id in "ab":
                await add_organization(tx, organization_id)
            for agent_id, limit in LIMITS.items():
                who = {"organization_id": agent_id[0], "agent_id": agent_id}
                await tx.one("add_agent", **who, alias=None, name=agent_id, draft=b"{}", draft_digest="", saved_by="")
                await tx.one("deploy_agent", **who, concurrency=limit, models="[]", draft_digest="", last_version=0)

        self.arena.write(work)
        for slot in SLOTS:
            self.start_worker(slot)
        new = [self.new_job("a1", 1, wish) for wish in first] + [self.new_job("a2", 1, wish) for wish in second]
        answers = self.arena.write(lambda tx: create(tx, new))
        assert [(answer.acceptance, answer.job_id) for answer in answers] == [self.model.create(one) for one in new]
        return multiple(*(answer.job_id for answer in answers))

    def number(self) -> int:
        """The next number: names are made of it, the same on every store."""
        self.made += 1
        return self.made

    # Clients

    @rule(target=jobs, agent_id=st.sampled_from(sorted(LIMITS)), wishes=wishes, stale=st.booleans())
    def create(self, agent_id: str, wishes: list[Wish], stale: bool) -> MultipleResults[str]:
        """Several at once; `stale`: checked against a version that is not deployed any more."""
        version = self.model.versions[agent_id] or 1
        version = max(1, version - 1) if stale else version
        new = [self.new_job(agent_id, version, wish) for wish in wishes]
        answers = self.arena.write(lambda tx: create(tx, new))
        assert [(answer.acceptance, answer.job_id) for answer in answers] == [self.model.create(one) for one in new]
        return multiple(*(answer.job_id for answer in answers))

    def new_job(self, agent_id: str, version: int, wish: Wish) -> NewJob:
        """A request."""
        return NewJob(
            id=f"job-{self.number():03}",
            organization_id=agent_id[0],
            agent_id=agent_id,
            agent_reference=agent_id,
            agent_version=version,
            key_id="k",
            inputs=b"{}",
            options=b"{}",
            max_attempts=5,
            on_worker_loss=wish.on_loss,
            deadline_s=wish.deadline_s,
            priority=wish.priority,
            idempotency=IdempotencyKey("k", "create", agent_id[0] + wish.key, wish.body) if wish.key else None,
        )

    @rule(job_id=jobs)
    def cancel(self, job_id: str) -> None:
        known = self.model.jobs.get(job_id)
        assert self.arena.write(lambda tx: cancel.cancel(tx, "other", job_id)) is None
        if known is not None:
            organization_id = known.new.organization_id
            answer = self.arena.write(lambda tx: cancel.cancel(tx, organization_id, job_id))
            self.model.cancel(known)
            self.answered(answer, known)

    @rule(job_id=jobs)
    def retry(self, job_id: str) -> None:
        known = self.model.jobs.get(job_id)
        assert self.arena.write(lambda tx: retry.retry(tx, "other", job_id)) is None
        if known is None:
            return
        organization_id = known.new.organization_id
        if known.state == State.COMPLETED:
            with pytest.raises(PressrunError, match="only failed jobs can be retried"):
                self.arena.write(lambda tx: retry.retry(tx, organization_id, job_id))
            return
        answer = self.arena.write(lambda tx: retry.retry(tx, organization_id, job_id))
        self.model.retry(known)
        self.answered(answer, known)

    def answered(self, answer: Job | None, known: ModelJob) -> None:
        """What a client is told is how the job stands."""
        assert answer is not None
        told = (answer.state, answer.generation, answer.attempts, answer.result)
        assert told == (known.state, known.generation, known.attempts, known.results.get(known.generation))

    @rule(agent_id=st.sampled_from(sorted(LIMITS)), luck=st.integers(0, 9), cancel_jobs=st.booleans())
    def deploy_or_delete(self, agent_id: str, luck: int, cancel_jobs: bool) -> None:
        version = self.model.versions[agent_id]
        who = {"organization_id": agent_id[0], "agent_id": agent_id}
        if version is None:
            return
        if luck < 8:
            values = {"concurrency": LIMITS[agent_id], "models": "[]", "draft_digest": "", "last_version": version}
            self.arena.write(lambda tx: tx.run("deploy_agent", **who, **values))
            self.model.versions[agent_id] = version + 1
        else:
            self.arena.write(lambda tx: tx.run("delete_agent", **who, cancel_jobs=int(cancel_jobs)))
            self.model.versions[agent_id] = None
            self.model.cancelling |= {agent_id} if cancel_jobs else set()

    @rule(job_id=jobs)
    def delete_job(self, job_id: str) -> None:
        known = self.model.jobs.get(job_id)
        assert not self.arena.write(lambda tx: delete.delete(tx, "other", job_id))
        if known is None:
            return
        organization_id = known.new.organization_id
        if known.state in OPEN:
            with pytest.raises(PressrunError, match="has not ended"):
                self.arena.write(lambda tx: delete.delete(tx, organization_id, job_id))
            return
        assert self.arena.write(lambda tx: delete.delete(tx, organization_id, job_id))
        del self.model.jobs[job_id]

    # Workers

    @rule(target=claims, slot=st.sampled_from(SLOTS), places=st.integers(1, 4))
    def claim_some(self, slot: str, places: int) -> MultipleResults[Claim]:
        return self.claim(slot, places)

    @rule(target=claims)
    def claim_three(self) -> MultipleResults[Claim]:
        """Claims come often, or little else would happen."""
        return self.claim("w1", 3)

    def claim(self, slot: str, places: int) -> MultipleResults[Claim]:
        worker_id, token = self.living[slot], f"token-{self.number()}"
        taken = self.arena.write(lambda tx: _claim(tx, worker_id, token, places))
        if worker_id not in self.model.alive:
            assert taken == []
            return multiple()
        self.model.wake()
        queues = {agent_id: self.model.queue(agent_id) for agent_id in LIMITS}
        assert len(taken) <= places
        for agent_id, queue in queues.items():
            mine = sorted(held.id for held in taken if held.agent_id == agent_id)
            assert mine == sorted(queue[: len(mine)]), f"{agent_id}: {mine} taken from {queue}"
        for held in taken:
            self.model.take(held, worker_id)
        assert list(self.model.unfair(taken, places, LIMITS)) == []
        return multiple(*taken)

    @rule(target=claims, slot=st.sampled_from(SLOTS))
    def claim_suspect(self, slot: str) -> MultipleResults[Claim]:
        """A worker that runs nothing else takes one job that has seen too many workers die."""
        worker_id, token = self.living[slot], f"token-{self.number()}"
        held = self.arena.write(lambda tx: claim_suspect(tx, worker_id, token))
        if worker_id not in self.model.alive:
            assert held is None
            return multiple()
        self.model.wake()
        running, suspects = self.model.running(), self.model.suspects()
        free = [job.new.id for job in suspects if running[job.new.agent_id] < (LIMITS[job.new.agent_id] or 1000)]
        assert (held and held.id) == (free[0] if free else None)
        if held is None:
            return multiple()
        self.model.take(held, worker_id)
        return multiple(held)

    @rule(held=consumes(claims), outcome=outcomes, repeat=st.booleans())
    def finish(self, held: Claim, outcome: Outcome, repeat: bool) -> None:
        """Whoever holds a claim, or held it once: most of those drawn late in a run are stale."""
        for _ in range(2 if repeat else 1):
            came = self.arena.write(lambda tx: settle(tx, [(held, Ending(outcome))]))
            assert came == [self.model.settle(held, outcome)]

    @rule(first=consumes(claims), second=consumes(claims), outcome=outcomes)
    def finish_two(self, first: Claim, second: Claim, outcome: Outcome) -> None:
        """In one transaction, where one may be stale and both may be of one job."""
        endings = [(first, Ending(outcome)), (second, Ending(Completed(b"second")))]
        came = self.arena.write(lambda tx: settle(tx, endings))
        assert came == [self.model.settle(held, ending.outcome) for held, ending in endings]

    @rule(slot=st.sampled_from(SLOTS))
    def beat(self, slot: str) -> None:
        """And ask, as workers do, which of its jobs somebody wants to stop."""
        worker_id = self.living[slot]
        asked = self.arena.each(lambda store: store.read(lambda tx: _cancelled_runs(tx, worker_id)))
        mine = [job for job in self.model.jobs.values() if job.worker == worker_id and job.cancel_requested]
        assert asked == {job.new.id for job in mine}
        heard = self.arena.write(lambda tx: workers.beat(tx, worker_id))
        assert heard == (worker_id in self.model.alive)
        if heard:
            self.model.alive[worker_id] = self.model.now
        else:
            self.start_worker(slot)

    @rule(slot=st.sampled_from(SLOTS), orderly=st.booleans(), blamed=st.booleans())
    def end_worker(self, slot: str, orderly: bool, blamed: bool) -> None:
        """It stops, or dies and its supervisor sees it; its claims stay in hand, as those of a zombie."""
        worker_id = self.living[slot]
        if orderly:
            self.arena.write(lambda tx: workers.stop(tx, worker_id))
        else:
            known = self.arena.write(lambda tx: workers.bury(tx, worker_id, blamed=blamed))
            assert known == (worker_id in self.model.alive)
            if known and not blamed:
                self.model.unblamed.add(worker_id)
        self.model.alive.pop(worker_id, None)
        self.start_worker(slot)

    def start_worker(self, slot: str) -> None:
        """Another in its place."""
        worker_id = self.living[slot] = f"{slot}-{self.number()}"
        self.arena.write(lambda tx: workers.add(tx, worker_id, host="h", pid=1, concurrency=4))
        self.model.alive[worker_id] = self.model.now

    # Time

    @rule(seconds=st.sampled_from([1.0, 9.5, 31.0, 61.0, 61.0, 90_000.0]), sweeps=st.booleans(), may_bury=st.booleans())
    def time_passes(self, seconds: float, sweeps: bool, may_bury: bool) -> None:
        self.arena.clock.advance(seconds)
        self.model.now = self.arena.clock.now
        if sweeps:
            self.arena.each(lambda store: _upkeep(store, may_bury=may_bury))
            self.model.upkeep(LEASE_S, may_bury=may_bury)

    # What must be true after every step

    @invariant()
    def everything_is_as_it_must_be(self) -> None:
        found = self.arena.look()
        assert faults(found) == []
        assert {job_id: _found(job) for job_id, job in found.jobs.items()} == {
            job_id: _expected(job) for job_id, job in self.model.jobs.items()
        }
        assert found.results == {
            (job.new.id, number): data for job in self.model.jobs.values() for number, data in job.results.items()
        }
        alive = {worker_id for worker_id, state in found.workers.items() if state == "alive"}
        assert alive == self.model.alive.keys()


async def _claim(tx: Transaction, worker_id: str, token: str, places: int) -> list[Claim]:
    taken = await claim(tx, worker_id, token, places)
    return sorted(taken.claims, key=lambda held: held.id)


async def _cancelled_runs(tx: Transaction, worker_id: str) -> set[str]:
    return set(await workers.cancelled_runs(tx, worker_id))


async def _upkeep(store: Store, *, may_bury: bool) -> upkeep.Upkeep:
    done = await upkeep.upkeep(store, LEASE_S, may_bury=may_bury)
    return replace(done, buried=sorted(done.buried))


def _found(job: JobRow) -> tuple[object, ...]:
    return (
        job.state, job.generation, job.attempts, job.errors, job.deaths, job.run_at, job.deadline_at,
        bool(job.cancel_requested), job.error_code, job.lease_token, job.worker_id,
    )  # fmt: skip


def _expected(job: ModelJob) -> tuple[object, ...]:
    return (
        job.state, job.generation, job.attempts, job.errors, job.deaths, job.run_at, job.deadline_at,
        job.cancel_requested, job.error_code, job.token, job.worker,
    )  # fmt: skip

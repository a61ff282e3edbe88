"""Attempts with real agents and scripted models: what is charged, what is kept, what the store is told."""

import asyncio
import functools
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pressrun.accounts.account import FIRST_QUOTA_PAUSE_S
from pressrun.agents import drafts, versions
from pressrun.agents.check import check
from pressrun.agents.submit import Submission, submit
from pressrun.errors import FailureCode
from pressrun.ids import new_lease_token
from pressrun.jobs import checkpoints, history, model_calls, read, rescue, workers
from pressrun.jobs import claim as claiming
from pressrun.jobs.job import Claim, Job, State
from pressrun.jobs.outcome import Again, Call, Completed, Ending, Failed, Outcome
from pressrun.jobs.reason import why_queued
from pressrun.jobs.settle import settle
from pressrun.models.configured import add_model
from pressrun.models.model import NewModel
from pressrun.organizations.keys import Key, Scope
from pressrun.organizations.keys import create as create_key
from pressrun.settings import Settings
from pressrun.store.store import Transaction
from pressrun.system import System, open_system
from pressrun.worker.perform import Performer

SCRIPT = [
    {"match": "first of", "answer": "one", "usage": {"prompt_tokens": 100, "completion_tokens": 10}},
    {"match": "breaks", "fail": {"status": 500, "message": "oops"}, "times": 1},
    {"match": "down", "fail": {"status": 503, "message": "down"}},
    {"match": "fails", "fail": {"status": 500, "message": "oops"}},
    {"match": "broke", "fail": {"status": 429, "code": "insufficient_quota", "message": "pay first"}},
    {"match": "patience", "fail": {"status": 429, "message": "slow down", "retry_after": 7}},
    {"match": "value", "answer": "<{prompt}>", "usage": {"prompt_tokens": 5, "completion_tokens": 1}},
]


class Bench:
    """A system with one organization, one model from a script, and short ways to run attempts."""

    def __init__(self, system: System, key: Key) -> None:
        self.system = system
        self.key = key
        self.performer = Performer(system)

    async def agent(self, alias: str, prompts: list[dict[str, Any]], **more: Any) -> None:
        definition = check(
            {
                "name": alias,
                "alias": alias,
                "inputs": [{"name": "Word", "type": "text", "max_fields": 5}],
                "prompts": [{"model": "m", **one} if "models" not in one else one for one in prompts],
                **more,
            }
        )

        async def work(tx: Transaction) -> None:
            agent = await drafts.add_agent(tx, self.key.organization_id, definition)
            await versions.deploy_agent(tx, self.key.organization_id, agent.id, note="", created_by="test")

        await self.system.store.write(work)

    async def job(self, alias: str, *words: str, fan_out: bool | None = None) -> str:
        submission = Submission([{"id": "Word", "value": list(words)}], b"", fan_out=fan_out)
        made = await submit(self.system.deployed, self.system.intake.submit, self.key, alias, submission)
        return made.job_id

    async def claim(self) -> list[Claim]:
        return (await self.system.store.write(lambda tx: claiming.claim(tx, "w", new_lease_token(), 10))).claims

    async def attempt(self, held: Claim) -> Outcome:
        calls: list[Call] = []
        outcome = await self.performer.perform(held, calls)
        ending = Ending(outcome, calls, checkpointed=True)
        await self.system.store.write(lambda tx: settle(tx, [(held, ending)]))
        return outcome

    async def found(self, job_id: str) -> Job:
        job = await self.system.store.read(lambda tx: read.find(tx, self.key.organization_id, job_id))
        assert job is not None
        return job

    async def calls(self) -> dict[str, int]:
        counted = await self.system.store.read(model_calls.everywhere)
        sums: dict[str, int] = {}
        for one in counted:
            sums[one.outcome] = sums.get(one.outcome, 0) + one.calls
        return sums


@pytest.fixture
async def bench(database_url: str, tmp_path: Path) -> AsyncIterator[Bench]:
    """The scene of every test here."""
    settings = Settings(data_dir=tmp_path / "data", database_url=database_url)
    async with open_system(settings, migrate=True) as system:

        async def work(tx: Transaction) -> Key:
            await tx.run("add_organization", organization_id="o", name="o")
            await workers.add(tx, "w", host="here", pid=1, concurrency=10)
            return (await create_key(tx, "o", "key", [Scope.ADMIN]))[0]

        key = await system.store.write(work)
        await add_model(system.store, system.vault, "o", NewModel("m", script=msgspec.json.encode(SCRIPT)))
        yield Bench(system, key)


TWO = [{"name": "a", "prompt": "first of @Word"}, {"name": "b", "prompt": "second @Word after @a: value"}]


async def test_a_run_goes_on_where_the_last_attempt_ended(bench: Bench) -> None:
    await bench.agent("two", TWO)
    job_id = await bench.job("two", "breaks")
    (held,) = await bench.claim()
    first = await bench.attempt(held)
    assert isinstance(first, Again)
    assert first.charged
    kept = await bench.system.store.read(lambda tx: checkpoints.load(tx, held))
    assert kept == {"0": b"one"}
    assert (await bench.found(job_id)).prompt_tokens == 100, "counted once, with the checkpoint"
    (held,) = await waited(bench)
    assert isinstance(await bench.attempt(held), Completed)
    job = await bench.found(job_id)
    assert msgspec.json.decode(job.result or b"")["suggestion"] == "<second breaks after one: value>"
    assert (job.prompt_tokens, job.completion_tokens) == (105, 11)
    assert await bench.calls() == {"completed": 2, "model_unavailable": 1}
    assert await bench.system.store.read(lambda tx: checkpoints.load(tx, held)) == {}


async def test_a_worker_that_dies_leaves_its_finished_calls_to_the_next(bench: Bench) -> None:
    await bench.agent("two", TWO)
    job_id = await bench.job("two", "breaks")
    (held,) = await bench.claim()
    calls: list[Call] = []
    await bench.performer.perform(held, calls)  # and dies before it can tell

    async def die(tx: Transaction) -> None:
        await workers.bury(tx, "w")
        await rescue.rescue(tx)
        await workers.add(tx, "w2", host="here", pid=2, concurrency=10)

    await bench.system.store.write(die)
    taken = await bench.system.store.write(lambda tx: claiming.claim(tx, "w2", new_lease_token(), 10))
    (again,) = taken.claims
    assert isinstance(await bench.attempt(again), Completed)
    job = await bench.found(job_id)
    assert (job.prompt_tokens, job.completion_tokens) == (105, 11)
    assert (await bench.calls())["completed"] == 2, "the first prompt was asked once in two attempts"


async def test_a_lost_lease_keeps_nothing_and_ends_the_run(bench: Bench) -> None:
    await bench.agent("two", TWO)
    await bench.job("two", "value")
    (held,) = await bench.claim()

    async def expire(tx: Transaction) -> None:
        await workers.bury(tx, "w")
        await rescue.rescue(tx)

    await bench.system.store.write(expire)
    outcome = await bench.performer.perform(held, [])
    assert isinstance(outcome, Failed)
    assert outcome.code == FailureCode.WORKER_LOST
    assert await bench.system.store.read(lambda tx: checkpoints.load(tx, held)) == {}


async def test_every_value_of_a_fan_out_is_asked_once(bench: Bench) -> None:
    await bench.agent("each", [{"name": "a", "prompt": "@Word value"}])
    job_id = await bench.job("each", "x", "breaks", "y", fan_out=True)
    (held,) = await bench.claim()
    assert isinstance(await bench.attempt(held), Again)
    kept = await bench.system.store.read(lambda tx: checkpoints.load(tx, held))
    (held,) = await waited(bench)
    assert isinstance(await bench.attempt(held), Completed)
    results = msgspec.json.decode((await bench.found(job_id)).result or b"")["results"]
    assert [one["suggestion"] for one in results] == ["<x value>", "<breaks value>", "<y value>"]
    assert (await bench.calls())["completed"] == 3
    assert len(kept) <= 2


async def test_outages_and_pleas_for_patience_are_not_charged(bench: Bench) -> None:
    await bench.agent("one", [{"name": "a", "prompt": "@Word"}])
    down, slow = await bench.job("one", "down"), await bench.job("one", "patience")
    for held in await bench.claim():
        outcome = await bench.attempt(held)
        assert isinstance(outcome, Again)
        assert not outcome.charged
        if held.id == slow:
            assert 7 <= outcome.wait_s < 9
    for job_id in (down, slow):
        job = await bench.found(job_id)
        assert (job.state, job.errors) == (State.WAITING, 0)


async def test_500_is_charged_to_one_job_and_to_nobody_when_all_get_it(bench: Bench) -> None:
    await bench.agent("one", [{"name": "a", "prompt": "@Word"}])
    for _ in range(4):
        await bench.job("one", "fails")
    outcomes = [await bench.attempt(held) for held in await bench.claim()]
    assert [isinstance(one, Again) and one.charged for one in outcomes] == [True, True, False, False]


async def test_the_timeline_names_every_call(bench: Bench) -> None:
    await bench.agent("two", TWO)
    job_id = await bench.job("two", "value")
    (held,) = await bench.claim()
    await bench.attempt(held)
    entries = await bench.system.store.read(lambda tx: history.timeline(tx, "o", job_id))
    assert [(call["prompt"], call["outcome"]) for call in entries[-1].data["calls"]] == [
        ("a", "completed"),
        ("b", "completed"),
    ]


async def waited(bench: Bench) -> list[Claim]:
    """What is claimed once the waiting jobs are due: the store's clock is the real one here."""
    for _ in range(400):
        if claims := await bench.claim():
            return claims
        await asyncio.sleep(0.02)
    raise AssertionError("no job became due")


async def test_without_money_a_job_waits_and_nothing_is_charged(bench: Bench) -> None:
    """The account is asked once; the next job is not even claimed, and can say why."""
    await bench.agent("poor", [{"name": "a", "prompt": "@Word broke"}])
    first = await bench.job("poor", "x")
    [held] = await bench.claim()
    outcome = await bench.attempt(held)
    assert isinstance(outcome, Again)
    assert (outcome.code, outcome.charged) == (FailureCode.MODEL_QUOTA_EXHAUSTED, False)
    assert outcome.wait_s >= FIRST_QUOTA_PAUSE_S
    job = await bench.found(first)
    assert (job.state, job.errors, job.error_code) == ("waiting", 0, FailureCode.MODEL_QUOTA_EXHAUSTED)
    second = await bench.job("poor", "y")
    assert await bench.claim() == []
    told = await bench.system.store.read(functools.partial(why_queued, job=await bench.found(second)))
    assert told is not None
    assert "pay first" in told


async def test_another_model_stands_in_and_the_result_says_so(bench: Bench) -> None:
    """Each prompt's own, also those that an earlier attempt has asked."""
    system = bench.system
    stand_in = [{"match": "later", "fail": {"status": 500}, "times": 1}, {"answer": "stood in"}]
    await add_model(system.store, system.vault, "o", NewModel("n", script=msgspec.json.encode(stand_in)))
    prompts: list[dict[str, Any]] = [
        {"name": "a", "prompt": "@Word down", "models": ["m", "n"]},
        {"name": "b", "prompt": "@a later", "model": "n"},
    ]
    await bench.agent("backed", prompts)
    job_id = await bench.job("backed", "x")
    [held] = await bench.claim()
    assert isinstance(await bench.attempt(held), Again)
    (again,) = await waited(bench)
    assert isinstance(await bench.attempt(again), Completed)
    result = msgspec.json.decode((await bench.found(job_id)).result or b"")
    assert result["models"] == {"a": "n", "b": "n"}
    assert result["prompts"]["a"] == "stood in"

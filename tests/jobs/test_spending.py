"""The books: whatever becomes of attempts, the sum over the jobs is the sum of the books."""

from dataclasses import replace
from random import Random

import pytest

from pressrun.errors import FailureCode
from pressrun.jobs import checkpoints, read, spending
from pressrun.jobs.cancel import cancel
from pressrun.jobs.checkpoints import Checkpoint
from pressrun.jobs.job import Claim, Job
from pressrun.jobs.outcome import Again, Call, Completed, Ending, Failed, Outcome, Released
from pressrun.jobs.settle import settle
from pressrun.jobs.spending import GROUPS, UsageLine, spent_on
from pressrun.jobs.upkeep import tidy
from pressrun.store.clock import SECOND
from pressrun.store.store import Transaction
from tests.fake_clock import FakeClock
from tests.jobs.agents_rows import add_agent
from tests.jobs.scene import RESULT, Scene

OUTCOMES: tuple[Outcome, ...] = (
    Completed(RESULT),
    Failed(FailureCode.MODEL_REFUSED, "no"),
    Again(0.0, FailureCode.MODEL_UNAVAILABLE, "later"),
    Released(),
)
SUMS = ("prompt_tokens", "completion_tokens", "cached_prompt_tokens", "unpriced_calls", "reasks", "reask_cost")
DAY = 86_400


def call(random: Random) -> Call:
    """Any call: some have no known cost, some failed, some asked again."""
    made = Call(
        model=random.choice(["default", "big"]),
        outcome="completed",
        duration_s=0.1,
        prompt_tokens=random.randrange(1000),
        completion_tokens=random.randrange(1000),
        cached_prompt_tokens=random.randrange(100),
        cost=random.choice([None, 0, random.randrange(10**12)]),
        resolved=random.choice(["", "small", "big"]),
        reask=random.random() < 0.2,
    )
    failed = replace(made, outcome="model_timeout", prompt_tokens=0, completion_tokens=0, cost=0)
    return made if random.random() < 0.8 else failed


async def books(scene: Scene, *by: str, first: int = 0, last: int = 10**6) -> list[UsageLine]:
    """The report of the scene's organization."""
    return await scene.store.read(lambda tx: spending.report(tx, "o", first, last, by))


async def add_up(scene: Scene, job_ids: list[str]) -> None:
    """The books and the jobs say the same."""

    async def all_jobs(tx: Transaction) -> list[Job | None]:
        return [await read.find(tx, "o", job_id) for job_id in job_ids]

    jobs = [job for job in await scene.store.read(all_jobs) if job is not None]
    for by in ((), ("model",), ("day", "key"), GROUPS):
        lines = await books(scene, *by)
        for name in SUMS:
            assert sum(getattr(line, name) for line in lines) == sum(getattr(job, name) for job in jobs), (name, by)
        assert sum(line.cost for line in lines) == sum(job.cost or 0 for job in jobs), by


@pytest.mark.parametrize("seed", range(8))
async def test_the_sum_over_the_jobs_is_the_sum_of_the_books(scene: Scene, clock: FakeClock, seed: int) -> None:
    """In any order of claims, endings, lost claims, late endings, checkpoints, retries, cancellations and deaths."""
    random = Random(seed)
    await add_agent(scene.store, "o", "b")
    jobs = [
        await scene.add(agent_id=random.choice("ab"), key_id=random.choice([None, "k", "l"]), on_worker_loss="retry")
        for _ in range(12)
    ]
    held: list[Claim] = []
    workers = 0
    for _ in range(60):
        clock.advance(random.randrange(3 * DAY // 60 + 1))
        step = random.randrange(5)
        if step == 0:
            held += await scene.claim(slots=random.randrange(1, 6))
        elif step == 1 and held:
            one = random.choice(held)
            mark = Checkpoint(one, f"{random.random()}", b"text", call(random))
            await scene.store.write(lambda tx, mark=mark: checkpoints.keep(tx, [mark]))  # type: ignore[misc]
        elif step == 2 and held:
            some = random.sample(held, random.randrange(1, len(held) + 1))
            ends = [
                (one, Ending(random.choice(OUTCOMES), [call(random) for _ in range(random.randrange(4))]))
                for one in some
            ]
            await scene.store.write(lambda tx, ends=ends: settle(tx, ends))  # type: ignore[misc]
            held = [
                one for one in held if one not in some or random.random() < 0.3
            ]  # some end twice: the second is stale
        elif step == 3:
            await scene.store.write(lambda tx: cancel(tx, "o", random.choice(jobs)))
        else:
            await scene.die("w" if not workers else f"w{workers}")
            workers += 1
            await scene.add_worker(f"w{workers}")
            held += await scene.claim(worker_id=f"w{workers}")
        await add_up(scene, jobs)
    assert (await books(scene))[0].calls > 20


async def test_a_call_without_a_price_is_no_call_for_nothing(scene: Scene) -> None:
    """It leaves what is known alone, and is counted."""
    await scene.add()
    [held] = await scene.claim()
    priced = Call("m", "completed", 0.1, 10, 5, cost=700)
    calls = [priced, replace(priced, cost=None), replace(priced, counted=True)]
    await scene.store.write(lambda tx: settle(tx, [(held, Ending(Completed(RESULT), calls))]))
    job = await scene.job(held.id)
    assert (job.cost, job.unpriced_calls, job.prompt_tokens) == (700, 1, 20)
    [line] = await books(scene, "model")
    assert (line.cost, line.unpriced_calls, line.calls) == (700, 1, 2)


async def test_a_job_that_asked_nothing_has_no_cost(scene: Scene) -> None:
    """Which is not the same as a cost of nothing."""
    job_id = await scene.add()
    assert (await scene.job(job_id)).cost is None
    [held] = await scene.claim()
    free = Call("m", "completed", 0.1, 10, 5, cost=0)
    await scene.store.write(lambda tx: settle(tx, [(held, Ending(Completed(RESULT), [free]))]))
    assert (await scene.job(job_id)).cost == 0


async def test_a_late_ending_is_refused_and_paid(scene: Scene) -> None:
    """The job keeps its state; what was spent is spent, and the timeline shows on what."""
    job_id = await scene.add()
    [held] = await scene.claim()
    await scene.die("w")
    await scene.store.write(
        lambda tx: settle(tx, [(held, Ending(Completed(RESULT), [Call("m", "completed", 0.1, 10, 5, cost=9)]))])
    )
    job = await scene.job(job_id)
    assert (job.state, job.cost, job.result) == ("queued", 9, None)
    assert [line.cost for line in await books(scene)] == [9]
    rows = await scene.store.read(lambda tx: tx.all("list_job_events", organization_id="o", job_id=job_id))
    assert b'"cost":9e-9' in bytes(rows[-1]["data"])


async def test_books_go_by_the_day_and_are_closed_after_a_time(scene: Scene, clock: FakeClock) -> None:
    """Days are those of UTC; the first and the last of a report are in it."""
    for _ in range(3):
        await scene.add()
        [held] = await scene.claim()
        paid = Call("m", "completed", 0.1, 1, 1, cost=1)
        await scene.store.write(
            lambda tx, held=held, paid=paid: settle(tx, [(held, Ending(Completed(RESULT), [paid]))])  # type: ignore[misc]
        )
        clock.advance(DAY)
    days = [int(line.group["day"]) for line in await books(scene, "day")]
    assert [day - days[0] for day in days] == [0, 1, 2]
    assert len(await books(scene, "day", first=days[1], last=days[2])) == 2
    clock.advance((spending.KEEP_DAYS - 1) * DAY)
    await tidy(scene.store)
    assert len(await books(scene, "day")) == 1


def test_nothing_spent_is_nothing() -> None:
    spent = spent_on([])
    assert (spent.cost, spent.unpriced_calls) == (None, 0)


def test_seconds_are_the_stores() -> None:
    assert SECOND == 10**6

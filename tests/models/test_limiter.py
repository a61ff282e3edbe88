"""Calls that wait for their permit: in their worker for a while, then with their job."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from pressrun.accounts.account import FIRST_QUOTA_PAUSE_S
from pressrun.accounts.window import PERMIT_S, SPAN_S
from pressrun.errors import FailureCode, RunFailure
from pressrun.models.catalog import Catalog
from pressrun.models.configured import add_model, change_model
from pressrun.models.limiter import LONGEST_WAIT_S, Account, Limiter
from pressrun.models.model import NewModel
from pressrun.models.provider import Message, Question
from pressrun.models.vault import Vault
from pressrun.store.store import Row, Store
from tests.fake_clock import FakeClock
from tests.models.raw_provider import RawProvider, Reply, completion

VAULT = Vault(bytes(range(32)))


class Bench:
    """A catalog whose sleeps move the store's clock and its own."""

    def __init__(self, store: Store, clock: FakeClock) -> None:
        self.store, self.clock = store, clock
        self.seconds = 0.0
        self.slept: list[float] = []
        self.catalog = Catalog(store, VAULT, {}, clock_s=self.now)
        self.catalog.limiter = Limiter(store, self.catalog.forget, self.now, self.sleep)

    def now(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.pass_(seconds)

    def pass_(self, seconds: float) -> None:
        self.seconds += seconds
        self.clock.advance(seconds)

    async def add(self, name: str = "m", *rules: dict[str, object], **changes: object) -> None:
        script = json.dumps([*rules, {"usage": {"prompt_tokens": 8, "completion_tokens": 2}}]).encode()
        await add_model(self.store, VAULT, "o", NewModel(name, script=script))
        await change_model(self.store, "o", name, changes)
        self.catalog.forget("o")

    async def ask(self, model: str = "m", **more: object) -> None:
        question = Question(model, (Message("user", "hello"),), max_tokens=10, **more)  # type: ignore[arg-type]
        await self.catalog.provider_for("o").complete(question)

    async def permits(self) -> list[Row]:
        await asyncio.gather(*self.catalog.limiter._returning)
        return await self.store.read(lambda tx: tx.all("list_permit_counts"))

    async def window(self) -> list[tuple[int, int]]:
        await asyncio.gather(*self.catalog.limiter._returning)
        rows = await self.store.read(lambda tx: tx.all("list_windows", span_s=10**9))
        return [(int(row["requests"]), int(row["tokens"])) for row in rows]


@pytest.fixture
async def bench(store: Store, clock: FakeClock) -> AsyncIterator[Bench]:
    await store.write(lambda tx: tx.run("add_organization", organization_id="o", name="o"))
    bench = Bench(store, clock)
    yield bench
    await bench.catalog.close()


async def refused(bench: Bench, model: str = "m", **more: object) -> RunFailure:
    with pytest.raises(RunFailure) as failure:
        await bench.ask(model, **more)
    return failure.value


async def test_a_model_without_limits_leaves_no_trace(bench: Bench) -> None:
    await bench.add()
    await bench.ask()
    assert await bench.window() == []
    assert bench.slept == []


async def test_what_a_call_really_took_is_counted(bench: Bench) -> None:
    await bench.add(tpm=1_000)
    await bench.ask()
    assert await bench.window() == [(1, 10)]
    assert await bench.permits() == []


async def test_a_short_wait_is_spent_in_the_worker(bench: Bench, clock: FakeClock) -> None:
    await bench.add(rpm=1)
    await bench.ask()
    bench.pass_(SPAN_S - 10)
    await bench.ask()
    assert 9 <= sum(bench.slept) <= 11
    assert max(bench.slept) <= 5  # a limit that was raised is seen soon


async def test_a_long_wait_is_the_jobs(bench: Bench) -> None:
    await bench.add(rpm=1)
    await bench.ask()
    failure = await refused(bench)
    assert (failure.code, failure.retryable, failure.called) == (FailureCode.MODEL_RATE_LIMITED, True, False)
    assert failure.retry_after_s is not None
    assert LONGEST_WAIT_S < failure.retry_after_s <= SPAN_S
    assert "the model 'm' cannot be asked now: 1 call a minute is allowed" in failure.message
    assert bench.slept == []


async def test_who_has_another_model_does_not_wait(bench: Bench) -> None:
    await bench.add(rpm=1)
    await bench.ask()
    bench.pass_(SPAN_S - 10)
    assert (await refused(bench, may_wait=False)).called is False
    assert bench.slept == []


async def test_models_with_one_account_share_its_smallest_limits(bench: Bench) -> None:
    await bench.add("m", account="team", rpm=2)
    await bench.add("n", account="team", rpm=50)
    await bench.ask("m")
    await bench.ask("n")
    assert "(account 'team')" in (await refused(bench, "n")).message


async def test_a_call_that_fails_gives_its_place_back(bench: Bench) -> None:
    await bench.add("m", {"match": "hello", "fail": {"status": 400}}, concurrency=1)
    await refused(bench)
    await refused(bench)
    assert await bench.permits() == []


async def test_a_permit_that_came_too_late_is_taken_anew(bench: Bench) -> None:
    """The first answer of the store takes longer than a permit is good for."""
    looks = iter([0.0, 0.0])
    bench.catalog.limiter = Limiter(bench.store, bench.catalog.forget, lambda: next(looks, PERMIT_S + 0.5), bench.sleep)
    await bench.add(rpm=10)
    await bench.ask()
    assert await bench.window() == [(1, 10)]
    assert len(bench.slept) == 1


async def test_a_429_slows_everybody_also_without_a_limit(bench: Bench, store: Store, clock: FakeClock) -> None:
    rule = {"match": "hello", "fail": {"status": 429, "retry_after": 4}, "times": 1}
    await bench.add("m", rule)
    assert (await refused(bench)).called
    other = Bench(store, clock)
    other.seconds = bench.seconds
    await bench.add("n", account="m")
    await other.ask("n")  # another worker waits until the provider will have it
    assert sum(other.slept) == pytest.approx(4.0)
    assert await other.window() == [(1, 10)]
    await other.catalog.close()


async def test_without_money_nobody_asks(bench: Bench) -> None:
    rule = {"match": "hello", "fail": {"status": 429, "code": "insufficient_quota"}, "times": 1}
    await bench.add("m", rule)
    first = await refused(bench)
    assert (first.code, first.retryable) == (FailureCode.MODEL_QUOTA_EXHAUSTED, True)
    assert first.retry_after_s == FIRST_QUOTA_PAUSE_S
    second = await refused(bench)
    assert (second.code, second.called) == (FailureCode.MODEL_QUOTA_EXHAUSTED, False)
    bench.pass_(FIRST_QUOTA_PAUSE_S)
    await bench.ask()
    bench.pass_(2)
    await bench.ask()


async def test_a_provider_that_says_it_has_no_room_is_left_alone(bench: Bench, provider: RawProvider) -> None:
    headers = {"x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "6s"}
    provider.replies = [Reply(completion("a"), headers=headers), Reply(completion("b"))]
    await add_model(bench.store, VAULT, "o", NewModel("p", provider.base_url))
    await bench.ask("p")
    await bench.permits()
    await bench.ask("p")
    assert sum(bench.slept) == pytest.approx(6.0)


async def test_a_call_that_is_cancelled_while_it_waits_keeps_nothing(bench: Bench) -> None:
    await bench.add(concurrency=1)

    async def never(_seconds: float) -> None:
        asking.cancel()
        await asyncio.sleep(0)

    bench.catalog.limiter._sleep = never
    question = Question("m", (Message("user", "x"),))
    async with bench.catalog.use("o", question):
        asking = asyncio.ensure_future(bench.catalog.limiter.permit(account(bench), 1, 9, may_wait=True))
        with pytest.raises(asyncio.CancelledError):
            await asking
    assert await bench.permits() == []


def account(bench: Bench) -> Account:
    remembered = bench.catalog._remembered["o"]
    return remembered.account_of("o", remembered.models["m"].model)

"""Permits: no 60 seconds ever hold more calls or tokens than are allowed, whoever asks, on both databases."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field, replace
from random import Random

import pytest

from pressrun.accounts import ledger
from pressrun.accounts.account import FEWEST, FIRST_QUOTA_PAUSE_S, FORGOTTEN_AFTER_S, Limits
from pressrun.accounts.ledger import Ended, Item, Permit, Told, Wanted
from pressrun.accounts.window import MINUTE_S, NETWORK_S, PERMIT_S, SPAN_S, Denied
from pressrun.ids import new_id
from pressrun.jobs import workers
from pressrun.store.clock import SECOND
from pressrun.store.open import open_store
from pressrun.store.store import Store
from tests.fake_clock import FakeClock

WORKERS = 3
LIMITS = Limits(rpm=30, tpm=6_000)
FREE = Limits()


@dataclass
class Provider:
    """What a provider sees: when each call arrived, and the tokens it took."""

    arrived: list[tuple[int, int]] = field(default_factory=list)

    def most(self) -> tuple[int, int]:
        """The most calls and tokens that any 60 seconds held."""
        calls = sorted(self.arrived)
        requests = tokens = start = most_requests = most_tokens = 0
        for at, taken in calls:
            requests, tokens = requests + 1, tokens + taken
            while calls[start][0] <= at - MINUTE_S * SECOND:
                requests, tokens = requests - 1, tokens - calls[start][1]
                start += 1
            most_requests, most_tokens = max(most_requests, requests), max(most_tokens, tokens)
        return most_requests, most_tokens


@pytest.fixture
async def stores(store: Store, database_url: str, clock: FakeClock) -> AsyncIterator[list[Store]]:
    """As many handles of one database as there are workers."""
    async with AsyncExitStack() as stack:
        more = [await open_store(database_url, clock=clock) for _ in range(WORKERS - 1)]
        for each in more:
            stack.push_async_callback(each.close)
        yield [store, *more]


def wanted(tokens: int = 1, limits: Limits = LIMITS, **changes: object) -> Wanted:
    return replace(Wanted(new_id(), "o", "a", tokens, limits, 300.0), **changes)  # type: ignore[arg-type]


def ended(permit: Permit | None = None, told: Told = Told.ANSWERED, **changes: object) -> Ended:
    return replace(Ended("o", "a", permit, told=told), **changes)  # type: ignore[arg-type]


async def keep(store: Store, *items: Item) -> list[ledger.Answer]:
    return await store.write(lambda tx: ledger.keep(tx, items))


async def granted(store: Store, *items: Item) -> list[Permit]:
    return [answer for answer in await keep(store, *items) if isinstance(answer, Permit)]


async def refused(store: Store, limits: Limits = LIMITS) -> Denied:
    [answer] = await keep(store, wanted(1, limits))
    assert isinstance(answer, Denied)
    return answer


@pytest.mark.parametrize("seed", range(6))
async def test_no_minute_holds_more_than_is_allowed(stores: list[Store], clock: FakeClock, seed: int) -> None:
    """Several workers ask at random, begin at once or late or not at all, and take less than they said."""
    random = Random(seed)
    provider = Provider()
    open_calls: list[tuple[Permit, int]] = []
    seconds = 0.0
    while seconds < 5 * MINUTE_S:
        step = random.choice([0, 0.1, 0.9, 1, 2, random.uniform(0, 5)])
        seconds += step
        clock.advance(step)
        asked: list[list[Item]] = []
        for _ in stores:
            returns: list[Item] = []
            for _ in range(random.randrange(min(4, len(open_calls) + 1))):
                permit, taken = open_calls.pop(random.randrange(len(open_calls)))
                returns.append(ended(permit, tokens=random.choice([None, taken])))
            wishes = [wanted(random.choice([0, 1, 50, 400, 9_000])) for _ in range(random.randrange(6))]
            asked.append([*returns, *wishes])
        answers = await asyncio.gather(*(keep(each, *items) for each, items in zip(stores, asked, strict=True)))
        for items, told in zip(asked, answers, strict=True):
            for item, answer in zip(items, told, strict=True):
                if not isinstance(item, Wanted) or not isinstance(answer, Permit):
                    continue
                if random.random() < 0.1:  # a stall: begun too late, it is given back
                    await keep(random.choice(stores), ended(answer, Told.NOTHING, unused=True))
                    continue
                taken = random.randint(0, answer.tokens)
                late = random.choice([0.0, random.uniform(0, PERMIT_S), PERMIT_S + random.uniform(0, NETWORK_S)])
                provider.arrived.append((clock.now + int(late * SECOND), taken))
                open_calls.append((answer, taken))
    requests, tokens = provider.most()
    assert requests <= (LIMITS.rpm or 0)
    assert tokens <= (LIMITS.tpm or 0)
    assert len(provider.arrived) > 40  # and it does not stand still


async def test_all_that_is_allowed_can_be_had(store: Store, clock: FakeClock) -> None:
    """In every span; a worker that asks when it was told to is never too early."""
    limits = Limits(rpm=10)
    for _ in range(3):
        assert len(await granted(store, *(wanted(1, limits) for _ in range(12)))) == 10
        clock.advance((await refused(store, limits)).wait_s)
    assert "10 calls a minute" in (await keep(store, *(wanted(1, limits) for _ in range(11))))[-1].reason  # type: ignore[union-attr]


async def test_tokens_that_were_not_taken_are_there_for_others(store: Store) -> None:
    limits = Limits(tpm=1_000)
    [permit] = await granted(store, wanted(900, limits))
    assert await granted(store, wanted(200, limits)) == []
    await keep(store, ended(permit, tokens=100))
    assert len(await granted(store, wanted(800, limits), wanted(200, limits))) == 1


async def test_a_call_that_is_larger_than_the_limit_takes_all_of_it(store: Store, clock: FakeClock) -> None:
    limits = Limits(tpm=1_000)
    [permit] = await granted(store, wanted(50_000, limits))
    assert permit.tokens == 1_000
    denied = await refused(store, limits)
    assert (denied.wait_s, "1,000 tokens a minute" in denied.reason) == (SPAN_S - clock.now % SECOND / SECOND, True)


async def test_calls_at_once_are_counted_over_all_workers(stores: list[Store], clock: FakeClock) -> None:
    limits = Limits(concurrency=2)
    await stores[0].write(lambda tx: workers.add(tx, "w", host="here", pid=1, concurrency=10))
    first = await granted(stores[0], wanted(1, limits, worker_id="w"))
    second = await granted(stores[1], wanted(1, limits))
    assert await granted(stores[2], wanted(1, limits)) == []
    await keep(stores[0], ended(second[0]))
    assert len(await granted(stores[2], wanted(1, limits), wanted(1, limits))) == 1
    await stores[0].write(lambda tx: workers.bury(tx, "w", blamed=True))  # its calls ended with it
    assert len(await granted(stores[1], wanted(1, limits), wanted(1, limits))) == 1
    clock.advance(301)  # calls of processes that are no workers end with their time
    assert len(await granted(stores[1], *(wanted(1, limits) for _ in range(3)))) == 2
    assert first


async def test_accounts_do_not_wait_for_each_other(store: Store) -> None:
    limits = Limits(rpm=1)
    many = [wanted(1, limits, account=name, organization_id=who) for name in "ab" for who in "op" for _ in range(2)]
    assert len(await granted(store, *many)) == 4


async def test_a_refusal_slows_everybody_down_and_time_heals(stores: list[Store], clock: FakeClock) -> None:
    """Without any limit that was set: what was asked in the last minute was too much."""
    await keep(stores[0], ended(None, Told.REFUSED, pause_s=10.0, pace=100, reason="429"))
    denied = await refused(stores[1], FREE)
    assert (denied.wait_s, denied.reason) == (10.0, "429")
    clock.advance(10)
    first = len(await granted(stores[1], *(wanted(1, FREE) for _ in range(200))))
    assert 70 <= first < 100
    clock.advance(SPAN_S)
    second = len(await granted(stores[2], *(wanted(1, FREE) for _ in range(200))))
    assert second > first
    clock.advance(FORGOTTEN_AFTER_S)
    assert len(await granted(stores[0], *(wanted(1, FREE) for _ in range(200)))) == 200


async def test_many_refusals_at_once_are_one(store: Store, clock: FakeClock) -> None:
    for _ in range(20):
        await keep(store, ended(None, Told.REFUSED, pace=100, reason="429"))
    clock.advance(2)
    assert len(await granted(store, *(wanted(1, FREE) for _ in range(200)))) >= 70
    clock.advance(SPAN_S)
    await keep(store, ended(None, Told.REFUSED, pace=70, reason="429"))
    clock.advance(2)
    assert len(await granted(store, *(wanted(1, FREE) for _ in range(200)))) < 60


async def test_where_little_was_asked_it_was_not_the_pace(store: Store, clock: FakeClock) -> None:
    """One refusal of one call does not bring everything to a halt; more of them do."""
    await keep(store, ended(None, Told.REFUSED, pace=1, reason="429"))
    clock.advance(1)
    assert len(await granted(store, *(wanted(1, FREE) for _ in range(50)))) == FEWEST
    clock.advance(SPAN_S)
    await keep(store, ended(None, Told.REFUSED, pace=4, reason="429"))
    clock.advance(1)
    assert len(await granted(store, *(wanted(1, FREE) for _ in range(50)))) < 5


async def test_a_slowed_account_never_passes_its_limit(store: Store, clock: FakeClock) -> None:
    limits = Limits(rpm=10)
    await keep(store, ended(None, Told.REFUSED, pace=1_000, reason="429"))
    clock.advance(2)
    assert len(await granted(store, *(wanted(1, limits) for _ in range(50)))) == 10


async def test_an_answer_that_was_the_last_one_for_now_pauses_the_account(store: Store, clock: FakeClock) -> None:
    [permit] = await granted(store, wanted())
    await keep(store, ended(permit, pause_s=7.0, reason="none left"))
    assert (await refused(store)).wait_s == 7.0
    clock.advance(7)
    assert len(await granted(store, wanted())) == 1


async def test_without_money_one_asks_now_and_then(store: Store, clock: FakeClock) -> None:
    """At first after five minutes; an answer says that all is well."""
    told: object = None
    for _ in range(5):  # those that were under way say nothing new
        [told] = await keep(store, ended(None, Told.EXHAUSTED, reason="no money"))
    assert isinstance(told, Denied)
    assert told.quota
    denied = await refused(store, FREE)
    assert (denied.wait_s, denied.quota, denied.reason) == (FIRST_QUOTA_PAUSE_S, True, "no money")
    clock.advance(FIRST_QUOTA_PAUSE_S)
    [probe] = await granted(store, wanted(1, FREE), wanted(1, FREE))
    await keep(store, ended(probe, Told.EXHAUSTED, reason="still none"))
    assert (await refused(store, FREE)).wait_s == 2 * FIRST_QUOTA_PAUSE_S
    clock.advance(2 * FIRST_QUOTA_PAUSE_S)
    [probe] = await granted(store, wanted(1, FREE), wanted(1, FREE))
    await keep(store, ended(probe))
    assert len(await granted(store, wanted(1, FREE), wanted(1, FREE))) == 2


async def test_what_matters_no_more_is_forgotten(store: Store, clock: FakeClock) -> None:
    await granted(store, wanted(), wanted())
    await keep(store, ended(None, Told.REFUSED, pace=5, reason="429"))
    clock.advance(3 * 3600)
    await store.write(ledger.tidy)
    for query in ("list_windows", "list_accounts", "list_permit_counts"):
        values = {"span_s": 10**9} if query == "list_windows" else {}
        assert await store.read(lambda tx, query=query, values=values: tx.all(query, **values)) == []  # type: ignore[misc]


async def test_a_permit_tells_whether_its_transaction_happened(store: Store) -> None:
    items: list[Item] = [wanted(), ended(None, Told.NOTHING)]
    answers = await keep(store, *items)
    assert await store.read(lambda tx: ledger.witness(tx, items, answers))
    never = wanted()
    assert not await store.read(lambda tx: ledger.witness(tx, [never], [Permit(never.permit_id, 1, 1)]))


def test_the_judge_can_tell() -> None:
    """Twice the limit around the turn of a minute is what windows that begin anew every minute allow."""
    naive = Provider([(59 * SECOND, 1)] * 30 + [(61 * SECOND, 1)] * 30)
    assert naive.most() == (60, 60)

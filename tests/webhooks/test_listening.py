"""G15: what ends is told where somebody listens, and costs nothing where nobody does."""

import asyncio
from dataclasses import replace

import pytest

from pressrun.jobs import cancel, rescue
from pressrun.store.store import Transaction
from pressrun.webhooks import endpoint
from pressrun.webhooks.endpoint import EndpointState, Event, Wish
from pressrun.webhooks.outbox import fan_out
from tests.jobs.agents_rows import add_agent
from tests.raw_sql import execute, fetch
from tests.webhooks.scene import Office

URL = "http://127.0.0.1:9/hook"


async def test_nothing_is_written_where_nobody_listens(office: Office) -> None:
    await office.end()
    assert await office.outbox() == []


async def test_every_way_to_end_is_noted_in_its_transaction(office: Office) -> None:
    await office.listen(URL)
    (done,) = await office.end()
    failed, cancelled, late = [await office.jobs.add() for _ in range(3)]
    held = {claim.id: claim for claim in await office.jobs.claim(1)}
    await office.jobs.fail(held[failed])
    await office.store.write(lambda tx: cancel.cancel(tx, "o", cancelled))
    office.clock.advance(86_401)
    await office.store.write(rescue.expire)
    assert [(row["job_id"], row["event"]) for row in await office.outbox()] == [
        (done, "job.completed"),
        (failed, "job.failed"),
        (cancelled, "job.cancelled"),
        (late, "job.failed"),
    ]


async def test_what_is_rolled_back_is_not_told(office: Office) -> None:
    await office.listen(URL)
    job_id = await office.jobs.add()

    async def work(tx: Transaction) -> None:
        await cancel.cancel(tx, "o", job_id)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await office.store.write(work)
    assert await office.outbox() == []


async def test_a_listener_that_wants_something_else_costs_nothing(office: Office) -> None:
    """Another event, another agent, another organization; a disabled one, one whose time is over."""
    await add_agent(office.store, "o", "b")
    await office.listen(URL, events=frozenset({Event.JOB_FAILED}))
    await office.listen(URL, agent_id="b")
    stopped, _ = await office.listen(URL)
    await office.store.write(
        lambda tx: endpoint.change(tx, "o", stopped.id, stopped.wish, EndpointState.DISABLED, "tired")
    )
    await office.store.write(lambda tx: endpoint.add(tx, "o", Wish(URL), lifetime_s=10))
    await office.store.write(lambda tx: endpoint.add(tx, "other", Wish(URL)))
    office.clock.advance(11)
    await office.end()
    assert await office.outbox() == []


async def test_an_agents_own_listener_hears_of_its_jobs_alone(office: Office) -> None:
    await add_agent(office.store, "o", "b")
    await office.listen(URL, agent_id="b")
    await office.end()
    (job_id,) = await office.end(agent_id="b")
    assert [row["job_id"] for row in await office.outbox()] == [job_id]


async def test_rows_of_a_batch_are_told_to_those_who_asked(office: Office, database_url: str) -> None:
    """A million rows are not a million webhooks, unless somebody says so."""

    async def end_a_row_and_another() -> tuple[str, str]:
        ids = await office.jobs.add(), await office.jobs.add()
        held = await office.jobs.claim(2)
        await execute(database_url, f"UPDATE jobs SET batch_id = '{ids[0]}' WHERE id = '{ids[0]}'")  # noqa: S608 - ours
        for claim in held:
            await office.jobs.complete(claim)
        return ids

    quiet, _ = await office.listen(URL)
    _, alone = await end_a_row_and_another()
    assert [row["job_id"] for row in await office.outbox()] == [alone]
    wish = replace(quiet.wish, rows=True)
    await office.store.write(lambda tx: endpoint.change(tx, "o", quiet.id, wish, EndpointState.ENABLED, None))
    row, other = await end_a_row_and_another()
    assert [told["job_id"] for told in await office.outbox()] == [alone, row, other]
    await office.store.write(fan_out)
    assert [one.job_id for one in await office.deliveries()] == [alone, row, other]


async def test_a_jobs_own_url_is_stored_with_it(office: Office) -> None:
    with_url, _ = await office.jobs.add(webhook_url=URL), await office.jobs.add()
    for held in await office.jobs.claim():
        await office.jobs.complete(held)
    assert [row["job_id"] for row in await office.outbox()] == [with_url]
    await office.store.write(fan_out)
    told = await office.the_delivery()
    assert (told.url, told.webhook_id, told.job_id) == (URL, "", with_url)


async def test_an_end_after_the_answer_to_a_listener_is_told(office: Office) -> None:
    """Jobs end while endpoints are made: whatever ends after one was promised to be told, is."""
    ids = [await office.jobs.add() for _ in range(60)]
    held = await office.jobs.claim(60)
    promised: set[str] = set()

    async def listen() -> None:
        await office.listen(URL)
        promised.update(set(ids) - ended)

    ended: set[str] = set()

    async def end() -> None:
        for claim in held:
            await office.jobs.complete(claim)
            ended.add(claim.id)

    ending = asyncio.create_task(end())
    while len(ended) < 20:
        await asyncio.sleep(0)
    await listen()
    await ending
    begun = len(promised)
    told = {row["job_id"] for row in await office.outbox()}
    assert begun
    assert promised <= told


@pytest.mark.parametrize("dialect", ["postgres"], indirect=True)
async def test_a_listener_waits_for_ends_that_have_looked_already(office: Office, database_url: str) -> None:
    """An end that found nobody and is not committed yet: the answer to a new listener comes after it, never before."""
    looked, may_commit = asyncio.Event(), asyncio.Event()
    job_id = await office.jobs.add()

    async def end(tx: Transaction) -> None:
        await cancel.cancel(tx, "o", job_id)
        looked.set()
        await may_commit.wait()

    ending = asyncio.create_task(office.store.write(end))
    await looked.wait()
    adding = asyncio.create_task(office.listen(URL))
    waiting = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    async with asyncio.timeout(30):
        while not await fetch(database_url, waiting):
            assert not adding.done()
            await asyncio.sleep(0.01)
    may_commit.set()
    await asyncio.gather(ending, adding)
    assert await office.outbox() == []


async def test_several_senders_share_the_outbox(office: Office) -> None:
    """Each message is taken once, by whichever is first, and none is left."""
    await office.listen(URL)
    for _ in range(2):
        await office.end(250)

    async def take() -> int:
        taken = 0
        while some := await office.store.write(fan_out):
            taken += some
        return taken

    assert sum(await asyncio.gather(*(take() for _ in range(4)))) == 500
    assert len({one.message_id for one in await office.deliveries()}) == 500
    assert await office.outbox() == []

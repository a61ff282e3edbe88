"""What every database must do, whichever it is."""

import asyncio

import pytest

from pressrun.errors import Code, PressrunError
from pressrun.store.grouping import Grouped
from pressrun.store.open import open_store
from pressrun.store.store import Row, Store, Transaction
from tests.fake_clock import FakeClock

NASTY = ["\x00", "a\x00b", "😀 emoji", "שלום עולם", "line\r\nline", "\u2028", "é", "é", "‮rtl", "'; DROP TABLE jobs; --"]


async def add_organization(tx: Transaction, name: str) -> None:
    """Anything that writes a row."""
    await tx.run("add_organization", organization_id=name, name=name)


async def organizations(tx: Transaction) -> list[Row]:
    """Anything that reads rows."""
    return await tx.all("list_organizations")


async def never(_tx: Transaction, _items: object, _results: object) -> bool:
    """A witness of nothing."""
    return False


async def test_a_write_is_seen_by_the_next_read(store: Store, clock: FakeClock) -> None:
    await store.write(lambda tx: add_organization(tx, "a"))
    rows = await store.read(organizations)
    assert [(row["id"], row["created_at"]) for row in rows] == [("a", clock.now)]


async def test_a_work_that_raises_leaves_nothing_behind(store: Store) -> None:
    async def work(tx: Transaction) -> None:
        await add_organization(tx, "a")
        raise PressrunError(Code.CONFLICT, "no")

    with pytest.raises(PressrunError, match="no"):
        await store.write(work)
    assert await store.read(organizations) == []


async def test_concurrent_works_do_not_share_a_fate(store: Store) -> None:
    async def work(tx: Transaction, number: int) -> int:
        await add_organization(tx, f"o{number:02}")
        if number % 3 == 0:
            raise PressrunError(Code.CONFLICT, str(number))
        return number

    outcomes = await asyncio.gather(
        *(store.write(lambda tx, number=number: work(tx, number)) for number in range(30)),  # type: ignore[misc]
        return_exceptions=True,
    )
    kept = [outcome for outcome in outcomes if isinstance(outcome, int)]
    assert kept == [number for number in range(30) if number % 3]
    assert [row["id"] for row in await store.read(organizations)] == [f"o{number:02}" for number in kept]


async def test_a_constraint_holds_and_the_store_goes_on(store: Store) -> None:
    await store.write(lambda tx: add_organization(tx, "a"))
    with pytest.raises(Exception, match=r"(?i)unique"):
        await store.write(lambda tx: add_organization(tx, "a"))
    await store.write(lambda tx: add_organization(tx, "b"))
    assert len(await store.read(organizations)) == 2


@pytest.mark.parametrize("text", NASTY)
async def test_payloads_are_byte_exact(store: Store, text: str) -> None:
    payload = text.encode()

    async def work(tx: Transaction) -> None:
        await tx.each(
            "record_outbox",
            [{"id": "x", "organization_id": "o", "job_id": "j", "event": "e", "payload": payload}],
        )

    await store.write(work)
    rows = await store.read(lambda tx: tx.all("list_outbox", organization_id="o"))
    assert [bytes(row["payload"]) for row in rows] == [payload]


async def test_grouped_callers_share_transactions_and_get_their_own_results(store: Store) -> None:
    groups: list[int] = []

    async def work(tx: Transaction, names: "list[str] | tuple[str, ...] | object") -> list[str]:
        assert isinstance(names, list)
        groups.append(len(names))
        for name in names:
            await add_organization(tx, name)
        return [name.upper() for name in names]

    grouped: Grouped[str, str] = Grouped(store, work, limit=40, witness=never, patience_s=0)
    names = [f"n{number:03}" for number in range(100)]
    assert await asyncio.gather(*(grouped.submit(name) for name in names)) == [name.upper() for name in names]
    assert sum(groups) == 100
    assert len(groups) < 10
    assert max(groups) <= 40


async def test_a_group_that_fails_tells_every_caller(store: Store) -> None:
    async def work(tx: Transaction, names: object) -> list[str]:
        await add_organization(tx, "same")
        await add_organization(tx, "same")
        return []

    grouped: Grouped[str, str] = Grouped(store, work, limit=10, witness=never, patience_s=0)
    outcomes = await asyncio.gather(grouped.submit("a"), grouped.submit("b"), return_exceptions=True)
    assert all(isinstance(outcome, Exception) for outcome in outcomes)
    assert await store.read(organizations) == []


async def test_a_bell_is_heard_by_another_process(store: Store, database_url: str) -> None:
    other = await open_store(database_url)
    try:
        bell = other.bells.listen("jobs")
        deaf = other.bells.listen("other")
        store.bells.ring("jobs")
        assert await bell.wait(5)
        assert not await bell.wait(0)
        assert not await deaf.wait(0)
    finally:
        await other.close()

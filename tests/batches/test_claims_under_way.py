"""A pause or a cancel beside a claim that is not committed yet: its answer comes afterwards, and counts what runs."""

import asyncio

import pytest

from pressrun.batches import control
from pressrun.batches.batch import Batch
from pressrun.ids import new_lease_token
from pressrun.jobs.claim import claim
from pressrun.store.store import Transaction
from tests.batches.scene import BatchScene
from tests.raw_sql import fetch


@pytest.mark.parametrize("dialect", ["postgres"], indirect=True)
@pytest.mark.parametrize("asked", ["pause", "cancel"])
async def test_nothing_is_started_after_the_answer(scene: BatchScene, database_url: str, asked: str) -> None:
    claimed, may_commit = asyncio.Event(), asyncio.Event()
    batch_id = await scene.start("one", "two", "three")

    async def take(tx: Transaction) -> int:
        taken = await claim(tx, "w", new_lease_token(), 2)
        claimed.set()
        await may_commit.wait()
        return len(taken.claims)

    async def stop(tx: Transaction) -> Batch:
        if asked == "pause":
            return await control.pause(tx, "o", batch_id)
        return await control.cancel(tx, "o", batch_id, cut=False)

    taking = asyncio.create_task(scene.store.write(take))
    await claimed.wait()
    stopping = asyncio.create_task(scene.store.write(stop))
    waiting = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    async with asyncio.timeout(30):
        while not await fetch(database_url, waiting):
            assert not stopping.done(), "the answer did not wait for the claim"
            await asyncio.sleep(0.01)
    may_commit.set()
    assert await taking == 2
    assert (await stopping).counts.running == 2
    assert await scene.claim() == []

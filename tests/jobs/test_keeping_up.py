"""Upkeep, round after round."""

import asyncio

from pressrun.jobs import workers
from pressrun.jobs.keeping_up import keep_up
from pressrun.jobs.upkeep import Upkeep
from pressrun.store.store import Store
from tests.fake_clock import FakeClock
from tests.jobs.scene import Scene

LEASE_S = 2.0
SLEPT_S = 3600.0


async def test_who_slept_buries_nobody_who_slept_too(store: Store, scene: Scene, clock: FakeClock) -> None:
    """A laptop wakes up: an hour has passed in the store and no heart has beaten; the workers get a lease to do so."""
    await scene.add()
    await scene.claim()
    boot_s = 0.0
    rounds: asyncio.Queue[Upkeep] = asyncio.Queue()
    keeping = asyncio.create_task(keep_up(store, LEASE_S, every_s=0.01, then=rounds.put, since_boot_s=lambda: boot_s))
    try:
        started = asyncio.get_running_loop().time()
        while (
            asyncio.get_running_loop().time() < started + 1.1 * LEASE_S
        ):  # past the watch that every start begins with
            assert not (await rounds.get()).buried
        clock.advance(SLEPT_S)
        boot_s += SLEPT_S
        for _ in range(2):  # one may have been under way
            assert not (await rounds.get()).buried
        assert await store.write(lambda tx: workers.beat(tx, "w"))
        started = asyncio.get_running_loop().time()
        while asyncio.get_running_loop().time() < started + 1.1 * LEASE_S:
            assert not (await rounds.get()).buried
        clock.advance(SLEPT_S)  # nobody slept this time: the worker is silent
        async with asyncio.timeout(30):
            while not (await rounds.get()).buried:
                pass
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)

"""A worker whose event loop stands still in the middle of a job: `python -m tests.worker.stuck_worker DATABASE_URL`."""

import asyncio
import sys
import time

from pressrun.jobs.job import Claim
from pressrun.jobs.outcome import Call, Outcome
from pressrun.store.open import open_store
from pressrun.store.store import Store
from pressrun.worker import heart
from pressrun.worker.options import WorkerOptions
from pressrun.worker.worker import Worker

LEASE_S = 1.5
FOR_EVER_S = 3600.0

heart.STUCK_AFTER_S = LEASE_S


async def stand_still(_claim: Claim, _calls: list[Call]) -> Outcome:
    """As a library does that computes, or waits, without giving the loop back."""
    time.sleep(FOR_EVER_S)
    raise AssertionError("unreachable")


async def work(database_url: str) -> None:
    """Claim, and stand still."""

    async def hearts_store() -> Store:
        return await open_store(database_url, migrate=False, hints=False, pool_size=1)

    beating = heart.ThreadHeart(heart.Pulse("stuck", LEASE_S), hearts_store)
    store = await open_store(database_url, migrate=False)
    await Worker(store, stand_still, WorkerOptions("stuck", 1, LEASE_S, 1), beating).run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1]))

"""The worker process: `python -m pressrun.worker.process WORKER_ID [alone]`, started and watched by a supervisor."""

import asyncio
import signal
import sys

import uvloop

from pressrun.batches.keeper import Keeper
from pressrun.garbage import spare_what_stays
from pressrun.jobs.keeping_up import keep_up
from pressrun.lifeline import watch_parent
from pressrun.settings import Settings
from pressrun.store.open import open_store
from pressrun.store.store import Store
from pressrun.system import open_system
from pressrun.telemetry import log
from pressrun.telemetry.events import ServerEvent
from pressrun.worker.claiming import StuckError
from pressrun.worker.exits import EXIT_FENCED, EXIT_STUCK
from pressrun.worker.heart import Pulse, ThreadHeart
from pressrun.worker.options import WorkerOptions
from pressrun.worker.perform import Performer
from pressrun.worker.worker import FencedError, Worker

BATCHES_S = 2.0
"""Seldom: the API does it at once; a worker does it as well, for batches to go on where no API lives."""

UPKEEP_S = 5.0


async def work(worker_id: str, settings: Settings, *, alone: bool) -> int:
    """Work until told to stop or until the supervisor is gone; the process's exit code."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    watch_parent(stop.set)
    concurrency = 1 if alone else settings.concurrency
    options = WorkerOptions(worker_id, concurrency, settings.lease_s, settings.grace_s, alone)

    async def hearts_store() -> Store:
        return await open_store(settings.store_url, migrate=False, hints=False, pool_size=1, mints=False)

    heart = ThreadHeart(Pulse(worker_id, settings.lease_s), hearts_store)
    async with open_system(settings, mints=False) as system:
        system.catalog.limiter.worker_id = worker_id
        keeping = [
            asyncio.create_task(keep_up(system.store, settings.lease_s, every_s=UPKEEP_S)),
            asyncio.create_task(Keeper(system.store, system.definitions).keep(BATCHES_S)),
        ]
        spare_what_stays()
        try:
            await Worker(system.store, Performer(system).perform, options, heart).run(stop)
        except FencedError:
            return EXIT_FENCED
        except StuckError:
            log.warn(ServerEvent.WORKER_STUCK, worker=worker_id)
            return EXIT_STUCK
        finally:
            for task in keeping:
                task.cancel()
            await asyncio.gather(*keeping, return_exceptions=True)
    return 0


def main() -> None:
    """The process's entry."""
    settings = Settings()
    log.configure("worker", settings.log_level, settings.log_format)
    sys.exit(uvloop.run(work(sys.argv[1], settings, alone="alone" in sys.argv[2:])))


if __name__ == "__main__":
    main()

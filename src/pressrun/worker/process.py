"""The worker process: `python -m pressrun.worker.process WORKER_ID`, started and watched by a supervisor."""

import asyncio
import signal
import sys

import uvloop

from pressrun.lifeline import watch_parent
from pressrun.settings import Settings
from pressrun.system import open_system
from pressrun.telemetry import log
from pressrun.worker.perform import Performer
from pressrun.worker.worker import FencedError, Worker, WorkerOptions

EXIT_FENCED = 3


async def work(worker_id: str, settings: Settings) -> int:
    """Work until told to stop or until the supervisor is gone; the process's exit code."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    watch_parent(stop.set)
    options = WorkerOptions(worker_id, settings.concurrency, settings.lease_s, settings.grace_s)
    async with open_system(settings) as system:
        try:
            await Worker(system.store, Performer(system).perform, options).run(stop)
        except FencedError:
            return EXIT_FENCED
    return 0


def main() -> None:
    """The process's entry."""
    settings = Settings()
    log.configure("worker", settings.log_level, settings.log_format)
    sys.exit(uvloop.run(work(sys.argv[1], settings)))


if __name__ == "__main__":
    main()

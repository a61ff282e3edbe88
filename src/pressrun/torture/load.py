"""The continuous load: submitters of several kinds, pollers, and people who cancel."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random

from pressrun.torture.batch_load import send_one, watch
from pressrun.torture.client import Client
from pressrun.torture.testbed import AGENT, Testbed

KEYED = 0.25
FANNED = 0.1
FANNED_ITEMS = 5
CANCELLED = 0.04
KEYED_TRIES = 8
WORDS = ("ok",) * 18 + ("once503", "garbage")
"""Few 503: many of them open the model's circuit, and then jobs wait for good reason."""
POLLERS = 3
SINGLES = 0.2
"""Of the rate of single jobs that is left beside batches."""

FILES = 3
"""Senders of files."""

ROWS = 25
"""A file is sent where so many single jobs would be: it has a few less rows."""

POLL_EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """`rate` is jobs a second over all submitters; `words` are drawn for the nonces."""

    rate: float = 25.0
    submitters: int = 5
    words: tuple[str, ...] = WORDS
    cancels: bool = True


@dataclass(frozen=True, slots=True)
class Accepted:
    """The ids of what was accepted so far."""

    jobs: list[str] = field(default_factory=list)
    batches: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.jobs) + len(self.batches)


@asynccontextmanager
async def load(
    bed: Testbed, options: LoadOptions | None = None, client: Client | None = None
) -> AsyncIterator[Accepted]:
    """Keep the server busy inside the block; yields what was accepted as it grows.

    Where batches are the load, a few single jobs come beside them.
    """
    wanted = options or LoadOptions()
    accepted = Accepted()
    begun: set[asyncio.Task[None]] = set()

    async def sender(random: Random, every_s: float, one: Callable[[Random], Awaitable[None]]) -> None:
        while True:
            await asyncio.sleep(random.expovariate(1 / every_s))
            # A request that was begun is carried through, so that the log knows how it ended.
            task = asyncio.ensure_future(one(random))
            begun.add(task)
            task.add_done_callback(begun.discard)
            if bed.load == "jobs":
                await asyncio.shield(task)

    async def job(random: Random) -> None:
        await _submit_one(bed, client or bed.client, wanted, accepted.jobs, random)

    async def file(random: Random) -> None:
        await send_one(bed, random, wanted.words, accepted.batches, acts=wanted.cancels)

    rate = wanted.rate if bed.load == "jobs" else wanted.rate * SINGLES
    senders = [(wanted.submitters / rate, job)] * wanted.submitters
    senders += [] if bed.load == "jobs" else [(FILES * ROWS / wanted.rate, file)] * FILES
    tasks = [asyncio.create_task(sender(Random(bed.random.random()), *one)) for one in senders]
    tasks += [asyncio.create_task(_poller(bed, accepted.jobs, Random(bed.random.random()))) for _ in range(POLLERS)]
    if bed.load == "batches":
        tasks.append(asyncio.create_task(watch(bed, accepted.batches, Random(bed.random.random()))))
    try:
        yield accepted
    finally:
        for task in tasks:
            task.cancel()
        results = await asyncio.gather(*tasks, *begun, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result


async def _submit_one(bed: Testbed, client: Client, options: LoadOptions, accepted: list[str], random: Random) -> None:
    items = FANNED_ITEMS if random.random() < FANNED else 1
    # One failing item fails the whole run of a fan-out: those ask for plain answers.
    nonces = [bed.nonce("ok" if items > 1 else random.choice(options.words)) for _ in range(items)]
    keyed = random.random() < KEYED
    key = f"key-{next(bed.ids)}" if keyed else None
    done = await client.submit(AGENT, nonces, key=key, tries=KEYED_TRIES if keyed else 1)
    if done.job_id is not None:
        accepted.append(done.job_id)
        if options.cancels and random.random() < CANCELLED:
            await asyncio.sleep(random.uniform(0, 0.3))
            await bed.client.cancel(done.job_id)


async def _poller(bed: Testbed, accepted: list[str], random: Random) -> None:
    while True:
        await asyncio.sleep(random.uniform(0, 2 * POLL_EVERY_S))
        if accepted:
            newest = random.random() < 0.7
            await bed.client.poll(random.choice(accepted[-100:] if newest else accepted))


async def until(condition: Callable[[], bool], timeout_s: float, every_s: float = 0.02) -> bool:
    """Wait for a condition of another process; False when the time ran out."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(timeout_s):
            while not condition():
                await asyncio.sleep(every_s)
            return True
    return False

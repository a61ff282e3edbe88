"""Batches as the continuous load: files that run, wait, are paused, cancelled, capped, tried again, or cut off."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from random import Random

from pressrun.torture.answers import CALL_COST
from pressrun.torture.batch_history import ENDED
from pressrun.torture.files import KINDS
from pressrun.torture.testbed import AGENT, Testbed
from pressrun.torture.uploads import File, Uploads

FEWEST, MOST = 8, 30
"""Rows of a file."""

KEYED = 0.5
KEYED_TRIES = 8
TWINS = 0.15
"""Rows that are the same as an earlier one of their file."""

FAILING = 0.2
"""Rows that fail at first, in files that are tried again."""

BROKEN_OFF = 0.05
LOOK_EVERY_S = 0.1
ROWS_TOO = 0.1
ACT_WITHIN_S = 0.6
PATIENCE_S = 20.0
AGAIN = 25
"""How often somebody asks again who was not answered."""

Sender = Callable[["Sent"], Awaitable[None]]


class Sent:
    """A file that was accepted, and who sent it."""

    def __init__(self, bed: Testbed, batch_id: str, random: Random) -> None:
        self.uploads = Uploads(bed.client)
        self.id = batch_id
        self.random = random

    async def moment(self) -> None:
        """Some time, while rows run."""
        await asyncio.sleep(self.random.uniform(0, ACT_WITHIN_S))


async def leave(_sent: Sent) -> None:
    """Nothing more."""


async def pause(sent: Sent) -> None:
    """Pause it, and let it go on after a while."""
    await sent.moment()
    if await sent.uploads.act("pause", sent.id) is not None:
        await sent.moment()
        await sent.uploads.act("resume", sent.id, tries=AGAIN)


async def cancel(sent: Sent) -> None:
    """Cancel it; what runs may end."""
    await sent.moment()
    await sent.uploads.act("cancel", sent.id)


async def cut_off(sent: Sent) -> None:
    """Cancel it, and what runs with it."""
    await sent.moment()
    await sent.uploads.act("cancel", sent.id, cut=True)


async def try_again(sent: Sent) -> None:
    """When it has ended, run its failed rows again."""
    if await sent.uploads.until(sent.id, ENDED, PATIENCE_S) is not None:
        await sent.uploads.act("retry", sent.id)


async def pay_more(sent: Sent) -> None:
    """When its cap is reached, take it away."""
    if await sent.uploads.until(sent.id, frozenset({"paused", *ENDED}), PATIENCE_S) is not None:
        await sent.uploads.act("uncap", sent.id, tries=AGAIN)
        await sent.uploads.act("resume", sent.id)


SENDERS: tuple[tuple[float, Sender], ...] = (
    (0.4, leave), (0.15, pause), (0.1, cancel), (0.05, cut_off), (0.15, try_again), (0.15, pay_more),
)  # fmt: skip
"""What those do who send files, and how often."""


def file_of(bed: Testbed, random: Random, sender: Sender, words: tuple[str, ...]) -> File:
    """A file for what its sender is about to do."""
    size = random.randint(FEWEST, MOST)
    nonces: list[str] = []
    for _ in range(size):
        plain = [nonce for nonce in nonces if nonce.startswith("~ok~")]
        failing = sender is try_again and random.random() < FAILING
        if plain and random.random() < TWINS:
            nonces.append(random.choice(plain))
        else:
            nonces.append(bed.nonce("once400" if failing else random.choice(words)))
    return File(
        nonces,
        random.choice(list(KINDS)),
        dedupe=random.random() < 0.8,
        max_cost=size * CALL_COST * 2 // 3 if sender is pay_more else None,
    )


async def send_one(bed: Testbed, random: Random, words: tuple[str, ...], accepted: list[str], *, acts: bool) -> None:
    """One file, and what its sender does about it, if anything; some are cut off on their way."""
    (sender,) = random.choices([one for _, one in SENDERS], [share for share, _ in SENDERS]) if acts else [leave]
    file = file_of(bed, random, sender, words)
    if random.random() < BROKEN_OFF:
        await Uploads(bed.client).break_off(AGENT, file)
        return
    key = f"file-{next(bed.ids)}" if random.random() < KEYED else None
    done = await Uploads(bed.client).send(AGENT, file, key=key, tries=KEYED_TRIES if key else 1)
    if done.batch_id is not None:
        accepted.append(done.batch_id)
        await sender(Sent(bed, done.batch_id, random))


async def watch(bed: Testbed, accepted: Sequence[str], random: Random) -> None:
    """Look at batches and at jobs of their rows, for ever."""
    uploads = Uploads(bed.client)
    while True:
        await asyncio.sleep(random.uniform(0, 2 * LOOK_EVERY_S))
        if not accepted:
            continue
        batch_id = random.choice(accepted[-20:])
        await uploads.look(batch_id)
        if random.random() < ROWS_TOO:
            for job_id in await uploads.jobs_of(batch_id):
                await bed.client.poll(job_id)

"""Webhooks: their receiver is down or slow, their secret changes, their sender is killed."""

import asyncio

from pressrun.torture import processes
from pressrun.torture.fault import Fault
from pressrun.torture.hooks_told import all_told
from pressrun.torture.load import LoadOptions, load, until
from pressrun.torture.sink import ENVIRONMENT
from pressrun.torture.testbed import Testbed

LOAD = LoadOptions(words=("ok",), cancels=False)
UNANSWERED_S = 0.3
FEWEST_REFUSED = 5


async def _told(bed: Testbed) -> None:
    await bed.drained(180)
    await all_told(bed)


async def kill_the_sender(bed: Testbed) -> None:
    """SIGKILL the API while a hook is there and not answered: its end is committed, its delivery is not."""
    await bed.listen()
    await bed.serve(environment=ENVIRONMENT)
    await bed.sink.register(bed.client)
    bed.sink.pause_s = UNANSWERED_S
    async with load(bed, LOAD):
        for _ in range(bed.repetitions):
            await until(lambda: bed.sink.unanswered > 0, 60, every_s=0.005)
            victim = bed.server.api_pid()
            assert victim is not None
            async with bed.fault("kill the API", str(victim)):
                processes.kill(victim)
                await until(lambda victim=victim: bed.server.api_pid() not in {None, victim}, 60)  # type: ignore[misc]
    await _told(bed)
    again = bed.sink.repeated
    bed.find("hooks that came again, under their id", again, ok=again > 0, bar="at least 1: none was cut off otherwise")


async def silence_the_receiver(bed: Testbed) -> None:
    """The receiver refuses everything for a while, then takes it."""
    await bed.listen()
    await bed.serve(environment=ENVIRONMENT)
    await bed.sink.register(bed.client)
    for _ in range(bed.repetitions):
        async with load(bed, LOAD), bed.fault("refuse webhooks"):
            bed.sink.status, before = 503, bed.sink.refused
            await asyncio.sleep(2)
            await until(lambda before=before: bed.sink.refused > before + FEWEST_REFUSED, 60)  # type: ignore[misc]
            bed.sink.status = 204
    await _told(bed)
    bed.notes["hooks that were refused"] = bed.sink.refused
    again = bed.sink.repeated
    bed.find("hooks that came again, under their id", again, ok=again > 0, bar="at least 1: all were refused at first")


async def rotate_the_secret(bed: Testbed) -> None:
    """The secret is rotated under load: whatever comes is signed by the old one or the new one."""
    await bed.listen()
    await bed.serve(environment=ENVIRONMENT)
    webhook_id = await bed.sink.register(bed.client)
    for _ in range(bed.repetitions):
        async with load(bed, LOAD):
            await asyncio.sleep(1)
            async with bed.fault("rotate the secret"):
                await bed.sink.rotate(bed.client, webhook_id)
            await asyncio.sleep(1)
    await _told(bed)


FAULTS = (
    Fault(
        "F60",
        "The receiver of webhooks refuses everything for a while",
        silence_the_receiver,
        {"p": 1, "r": 5},
        cost_s=25,
        promise="G15",
        batches=silence_the_receiver,
    ),
    Fault(
        "F62",
        "The secret of a webhook is rotated under load",
        rotate_the_secret,
        {"p": 1, "r": 5},
        cost_s=20,
        promise="G15",
        batches=rotate_the_secret,
    ),
    Fault(
        "F63",
        "SIGKILL the API between the commit of an end and its webhook",
        kill_the_sender,
        {"p": 3, "r": 30},
        cost_s=75,
        promise="G15",
        batches=kill_the_sender,
    ),
)

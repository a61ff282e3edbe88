"""More work than may wait: what is refused is refused whole, with a time, and what was accepted is done."""

import asyncio

from pressrun.torture.fault import Fault
from pressrun.torture.sending import sent
from pressrun.torture.testbed import AGENT, Testbed
from pressrun.torture.uploads import File, Uploads

CEILING = 60
"""Jobs that may wait."""

FILES = 8
ROWS = 20
CALL_MS = 100
LONGEST_S = 60
"""The official clients follow no longer hint."""


async def crowd(bed: Testbed) -> None:
    """Three times as many jobs as may wait, all at once, in single jobs or in files; a few more when it is over."""
    await bed.serve(workers=1, concurrency=5, environment={"PRESSRUN_MAX_QUEUED_JOBS": str(CEILING)})
    for _ in range(bed.repetitions):
        async with bed.fault("a crowd"):
            accepted = await _burst(bed)
            bed.find(
                "jobs of a crowd that were accepted", accepted, ok=0 < accepted < FILES * ROWS, bar="some, not all"
            )
        drained = await bed.drained(120)
        bed.find("drained after a crowd", drained, ok=drained)
    _judge_refusals(bed, bed.client.waits)
    again = await sent(bed, [bed.nonce("ok") for _ in range(ROWS)])
    bed.find("jobs accepted when there is room again", len(again), ok=all(again), bar="all of them")


async def _burst(bed: Testbed) -> int:
    work = [[bed.nonce(f"ms{CALL_MS}") for _ in range(ROWS)] for _ in range(FILES)]
    if bed.load == "jobs":
        nonces = [nonce for file in work for nonce in file]
        return sum(1 for job_id in await sent(bed, nonces) if job_id)
    uploads = Uploads(bed.client)
    keys = [f"file-{next(bed.ids)}" if number % 2 else None for number in range(FILES)]
    done = await asyncio.gather(
        *(uploads.send(AGENT, File(nonces), key=key) for nonces, key in zip(work, keys, strict=True))
    )
    return ROWS * sum(1 for one in done if one.batch_id is not None)


def _judge_refusals(bed: Testbed, waits: list[str | None]) -> None:
    sane = all(wait is not None and wait.isdecimal() and 1 <= int(wait) <= LONGEST_S for wait in waits)
    bed.find("refused with 429", len(waits), ok=bool(waits), bar="at least 1")
    bed.find("seconds to wait, as told", sorted({str(wait) for wait in waits}), ok=sane, bar=f"1 to {LONGEST_S}")


FAULTS = (
    Fault(
        "F47",
        "Three times as many jobs as may wait, at once",
        crowd,
        {"p": 2, "r": 20},
        cost_s=20,
        promise="G14",
        batches=crowd,
    ),
)

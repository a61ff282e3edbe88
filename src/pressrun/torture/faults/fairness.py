"""One agent's huge backlog beside another's single jobs."""

import asyncio
import time

from pressrun.torture.client import ended
from pressrun.torture.fault import Fault
from pressrun.torture.sending import sent
from pressrun.torture.testbed import Testbed

BACKLOG = 600
CALL_MS = 500
BAR_S = CALL_MS / 1000 + 2


async def backlog(bed: Testbed) -> None:
    """Agent A has 600 jobs waiting; a job of agent B starts after one call and two seconds at the latest."""
    await bed.serve(workers=1, concurrency=10)
    await bed.deploy(alias="other")
    nonces = [bed.nonce(f"ms{CALL_MS}") for _ in range(BACKLOG)]
    delays: list[float] = []
    step = 50 if bed.load == "jobs" else BACKLOG
    async with bed.fault("a backlog"):
        for start in range(0, BACKLOG, step):
            await sent(bed, nonces[start : start + step])
        for _ in range(bed.repetitions):
            nonce = bed.nonce("ms0")
            made = await bed.client.submit("other", [nonce])
            began = time.monotonic()
            async with asyncio.timeout(120):
                await bed.provider.called(lambda nonce=nonce: bed.provider.calls(nonce) > 0)  # type: ignore[misc]
            delays.append(time.monotonic() - began)
            await ended(bed.client, made.job_id or "")
    bed.injections = bed.repetitions
    delays.sort()
    p95 = delays[int(len(delays) * 0.95)]
    bed.find("start delay of the other's jobs, p95, s", round(p95, 2), ok=p95 <= BAR_S, bar=f"<= {BAR_S:g}")
    await bed.drained(240)


FAULTS = (
    Fault(
        "F45",
        "600 jobs of one agent beside single jobs of another",
        backlog,
        {"p": 10, "r": 20},
        cost_s=40,
        promise="G13",
        batches=backlog,
    ),
)

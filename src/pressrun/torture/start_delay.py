"""How long a job waits for its first call while the server has other things to do."""

import asyncio
import time

from pressrun.torture.client import ended
from pressrun.torture.testbed import Testbed

CALLED_S = 120.0


async def start_delay(bed: Testbed, agent: str) -> float:
    """Seconds from sending one job until its model is asked; returns when the job has ended. Raises TimeoutError."""
    nonce = bed.nonce("ms0")
    made = await bed.client.submit(agent, [nonce])
    began = time.monotonic()
    async with asyncio.timeout(CALLED_S):
        await bed.provider.called(lambda: bed.provider.calls(nonce) > 0)
    delay = time.monotonic() - began
    await ended(bed.client, made.job_id or "")
    return delay


def p95(delays: list[float]) -> float:
    """The delay that one in twenty exceeds."""
    return sorted(delays)[int(len(delays) * 0.95)]

"""One agent's huge backlog beside another's single jobs."""

from pressrun.torture.fault import Fault
from pressrun.torture.sending import sent
from pressrun.torture.start_delay import p95, start_delay
from pressrun.torture.testbed import Testbed

BACKLOG = 600
CALL_MS = 500
BAR_S = CALL_MS / 1000 + 2


async def backlog(bed: Testbed) -> None:
    """Agent A has 600 jobs waiting; a job of agent B starts after one call and two seconds at the latest."""
    await bed.serve(workers=1, concurrency=10)
    await bed.deploy(alias="other")
    nonces = [bed.nonce(f"ms{CALL_MS}") for _ in range(BACKLOG)]
    step = 50 if bed.load == "jobs" else BACKLOG
    async with bed.fault("a backlog"):
        for start in range(0, BACKLOG, step):
            await sent(bed, nonces[start : start + step])
        delays = [await start_delay(bed, "other") for _ in range(bed.repetitions)]
    bed.injections = bed.repetitions
    found = p95(delays)
    bed.find("start delay of the other's jobs, p95, s", round(found, 2), ok=found <= BAR_S, bar=f"<= {BAR_S:g}")
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

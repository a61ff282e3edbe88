"""Processes die: one worker at a time, everything at once, or in good order."""

import asyncio
import signal
import time
from collections import defaultdict

from pressrun.torture import processes
from pressrun.torture.fault import Fault
from pressrun.torture.history import History
from pressrun.torture.load import LoadOptions, load, until
from pressrun.torture.testbed import Testbed

LEASE_S = 20.0
RECOVERY_BAR_S = LEASE_S / 2
"""Freed by the supervisor, not by the lease; the figure itself is told, the design's 2 s are for a quiet machine."""

BUSY_CALLS = 5
CUT_OFF_S = 0.5


async def kill_workers(bed: Testbed) -> None:
    """SIGKILL a random worker every few seconds."""
    await bed.serve(lease_s=LEASE_S)
    kills = []
    async with load(bed):
        for _ in range(bed.repetitions):
            await asyncio.sleep(bed.random.uniform(1.0, 2.0) if bed.repetitions < 50 else bed.random.uniform(2, 3))
            await until(lambda: len(bed.server.worker_pids()) == bed.server.workers, 20)
            await until(lambda: len(bed.provider.in_flight) >= BUSY_CALLS, 20)
            victim = bed.random.choice(bed.server.worker_pids())
            async with bed.fault("kill a worker", str(victim)):
                kills.append(time.monotonic())
                processes.kill(victim)
    await bed.drained(180)
    to_wall_s = time.time() - time.monotonic()
    bed.looks.append(lambda history: _recovery(bed, history, kills, to_wall_s))


def _recovery(bed: Testbed, history: History, kills: list[float], to_wall_s: float) -> None:
    """From a kill to the job being free again, and to its next call, for each call the kill cut off."""
    owners = {nonce: job.id for job in history.jobs for nonce in job.nonces}
    rescues: defaultdict[str, list[float]] = defaultdict(list)
    for event in history.events:
        if event.event == "job.rescued":
            rescues[event.job_id].append(event.at - to_wall_s)
    freed, called = [], []
    for call in history.calls:
        kill = max((at for at in kills if at <= call.t1), default=None)
        if call.outcome != "aborted" or kill is None or call.t1 - kill > CUT_OFF_S:
            continue
        freed += [at - kill for at in sorted(rescues[owners.get(call.nonce, "")]) if at > kill][:1]
        called += [other.t0 - kill for other in history.calls_of(call.nonce) if other.t0 > call.t1][:1]
    slowest = max(freed, default=0.0)
    bed.find("calls cut off by a kill", len(freed), ok=bool(freed), bar="at least 1")
    bed.find(
        "slowest job to be free again, s", round(slowest, 3), ok=slowest <= RECOVERY_BAR_S, bar=f"<= {RECOVERY_BAR_S:g}"
    )
    # How soon it is called depends on how soon new workers start, and a job that saw two deaths runs alone.
    bed.notes["seconds from kill to free again, median"] = _median(freed)
    bed.notes["seconds from kill to next call, median"] = _median(called)


def _median(values: list[float]) -> float | None:
    return round(sorted(values)[len(values) // 2], 3) if values else None


async def stop_in_turn(bed: Testbed) -> None:
    """SIGTERM to each worker, then to the whole server, under load; calls are shorter than the grace period."""
    await bed.serve(environment={"PRESSRUN_GRACE_S": "20"})
    # Jobs that end at once: what waits is called by the next server, and a cancelled call is no waste.
    options = LoadOptions(words=("ok",), cancels=False)
    orderly = True
    for number in range(bed.repetitions):
        async with load(bed, options):
            await until(lambda: len(bed.provider.in_flight) >= BUSY_CALLS, 20)
            for pid in bed.server.worker_pids() if number % 2 == 0 else []:
                async with bed.fault("SIGTERM to a worker", str(pid)):
                    processes.kill(pid, signal.SIGTERM)
                    await until(lambda pid=pid: not processes.alive(pid), 30)  # type: ignore[misc]
                await until(lambda: len(bed.server.worker_pids()) == bed.server.workers, 20)
            async with bed.fault("SIGTERM to the server"):
                orderly = await bed.server.stop() and orderly
                await bed.server.start()
    await bed.drained(180)
    bed.find("every process left in good order", orderly, ok=orderly, bar="true")
    wasted = sum(1 for call in bed.history().calls if call.outcome == "aborted")
    bed.find("calls thrown away", wasted, ok=wasted == 0, bar="0: each is shorter than the grace period")


async def kill_everything(bed: Testbed) -> None:
    """SIGKILL to supervisor, API and workers in the moment in which a job is acknowledged, then start again."""
    await bed.serve()
    for _ in range(bed.repetitions):
        async with load(bed) as accepted:
            await asyncio.sleep(bed.random.uniform(0.5, 1.5))
            await until(lambda: len(bed.provider.in_flight) >= BUSY_CALLS, 20)
            pids, before = bed.server.pids(), len(accepted)
            await until(lambda accepted=accepted, before=before: len(accepted) > before, 20, every_s=0.001)  # type: ignore[misc]
            async with bed.fault("kill everything"):
                await bed.server.kill_all(pids)
                await bed.server.start()
    await bed.drained(180)


FAULTS = (
    Fault(
        "F01",
        "SIGKILL a random worker every few seconds under load",
        kill_workers,
        {"p": 4, "r": 300},
        cost_s=16,
        promise="G5, G9",
        always=("sqlite",),
        batches=kill_workers,
    ),
    Fault(
        "F03",
        "SIGTERM to workers and server in turn under load",
        stop_in_turn,
        {"p": 2, "r": 30},
        cost_s=20,
        promise="G9",
        batches=stop_in_turn,
    ),
    Fault(
        "F05",
        "SIGKILL everything at once under load, start again",
        kill_everything,
        {"p": 3, "r": 60},
        cost_s=18,
        promise="G1, G26",
        batches=kill_everything,
    ),
)

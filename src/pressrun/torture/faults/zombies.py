"""A worker stops in the middle of a call, is replaced, and wakes up again with an answer nobody waits for."""

import asyncio
import signal
from functools import partial

from pressrun.torture import processes
from pressrun.torture.client import ended
from pressrun.torture.fault import Fault
from pressrun.torture.load import until
from pressrun.torture.testbed import AGENT, Testbed

LEASE_S = 2.0
JOBS = 8
FIRST_CALL = "first2500"
"""Answered while its caller is frozen."""


async def freeze(bed: Testbed) -> None:
    """SIGSTOP to a worker in the middle of its calls, past its lease; SIGCONT when another has finished its jobs."""
    await bed.serve(lease_s=LEASE_S, concurrency=JOBS)
    jobs: list[str] = []
    recalled = 0
    for _ in range(bed.repetitions):
        await until(lambda: len(bed.server.worker_pids()) == bed.server.workers, 30)
        nonces = [bed.nonce(FIRST_CALL) for _ in range(JOBS)]
        done = await asyncio.gather(*(bed.client.submit(AGENT, [nonce]) for nonce in nonces))
        ids = [one.job_id for one in done if one.job_id]
        jobs += ids
        await asyncio.wait_for(bed.provider.called(partial(_all_asked, bed, nonces)), 30)
        victim = processes.owner_of_port(bed.provider.in_flight[nonces[0]], bed.server.worker_pids())
        assert victim is not None
        async with bed.fault("freeze a worker", str(victim)):
            processes.kill(victim, signal.SIGSTOP)
            try:
                await _all_ended(bed, ids)
                # Its own answers lie in its sockets, so that it finds them before it finds itself replaced.
                await until(lambda nonces=nonces: not any(bed.provider.open_calls[one] for one in nonces), 30)  # type: ignore[misc]
            finally:
                processes.kill(victim, signal.SIGCONT)
        recalled += sum(1 for nonce in nonces if bed.provider.calls(nonce) > 1)
        for job_id in ids:
            await bed.client.poll(job_id)
    await bed.drained(30)
    for job_id in jobs:
        await bed.client.poll(job_id)
    bed.find("jobs taken over from a frozen worker", recalled, ok=recalled > 0, bar="at least 1")
    # Whether a thawed worker writes or first finds itself fenced is its own race; that it changes nothing is the bar.
    bed.notes["stale_writes_refused"] = await _refused(bed, jobs)


def _all_asked(bed: Testbed, nonces: list[str]) -> bool:
    return all(nonce in bed.provider.in_flight for nonce in nonces)


async def _all_ended(bed: Testbed, ids: list[str]) -> None:
    async with asyncio.timeout(60):
        for job_id in ids:
            await ended(bed.client, job_id)


async def _refused(bed: Testbed, jobs: list[str]) -> int:
    found = 0
    for job_id in jobs:
        lines = (await bed.client.must("GET", f"/v1/applications/jobs/{job_id}/events"))["data"]
        found += sum(1 for line in lines if line["event"] == "job.stale_write_refused")
    return found


FAULTS = (
    Fault(
        "F04",
        "Freeze a worker in the middle of its calls past its lease, thaw it when others have finished",
        freeze,
        {"p": 2, "r": 60},
        cost_s=20,
        always=("sqlite", "postgres"),
        promise="G5, G6",
    ),
)

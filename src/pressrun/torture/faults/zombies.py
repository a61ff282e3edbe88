"""A worker stops in the middle of a call, is replaced, and wakes up again with an answer nobody waits for."""

import asyncio
import signal
from contextlib import closing
from functools import partial

import apsw

from pressrun.torture import processes
from pressrun.torture.client import ended
from pressrun.torture.fault import Fault
from pressrun.torture.hooks_told import all_told
from pressrun.torture.load import until
from pressrun.torture.sink import ENVIRONMENT
from pressrun.torture.testbed import AGENT, Testbed

LEASE_S = 2.0
JOBS = 8
FIRST_CALL = "first1500"
"""Ends while its caller is frozen, or just before."""

LOCK_AFTER_S = 1.1
IN_HAND_S = 0.2
"""What a worker gets to take an answer in hand."""


async def freeze(bed: Testbed) -> None:
    """SIGSTOP to a `pressrun work` in its calls, past its lease; SIGCONT when its jobs have ended elsewhere.

    Its supervisor is stopped with it, as when a machine pauses: a living one would kill a worker that was replaced.
    """
    await bed.listen()
    await bed.serve(lease_s=LEASE_S, workers=1, concurrency=JOBS, environment=ENVIRONMENT)
    await bed.sink.register(bed.client)
    machine = bed.server.work()
    bed.server.workers = 2
    jobs: list[str] = []
    recalled = 0
    for _ in range(bed.repetitions):
        await bed.workers_ready()
        nonces = [bed.nonce(FIRST_CALL) for _ in range(2 * JOBS)]
        done = await asyncio.gather(*(bed.client.submit(AGENT, [nonce]) for nonce in nonces))
        ids = [one.job_id for one in done if one.job_id]
        jobs += ids
        async with asyncio.timeout(90):
            await bed.provider.called(partial(_all_asked, bed, nonces))
        async with bed.fault("freeze a machine", str(machine.pid)):
            await _stop_before_it_writes(bed, machine.pid, nonces)
            try:
                await _all_ended(bed, ids)
                # Its own answers lie in its sockets at least, so that it finds them before it finds itself replaced.
                await until(partial(_none_open, bed, nonces), 30)
            finally:
                for pid in processes.tree(machine.pid):
                    processes.kill(pid, signal.SIGCONT)
        recalled += sum(1 for nonce in nonces if bed.provider.calls(nonce) > 1)
        for job_id in ids:
            await bed.client.poll(job_id)
    await bed.drained(180)
    for job_id in jobs:
        await bed.client.poll(job_id)
    await all_told(bed)
    bed.find("jobs taken over from a frozen worker", recalled, ok=recalled > 0, bar="at least 1")
    refused = await _refused(bed, jobs)
    # On PostgreSQL whether a thawed worker writes or first finds itself fenced is its own race.
    bed.find("stale writes refused", refused, ok=refused > 0 or not bed.is_sqlite, bar="at least 1 on SQLite")


async def _stop_before_it_writes(bed: Testbed, machine: int, nonces: list[str]) -> None:
    """SIGSTOP; on SQLite while its results wait for the write lock, so that it writes them as soon as it wakes."""
    if not bed.is_sqlite:
        await _stop(machine)
        return
    await asyncio.sleep(LOCK_AFTER_S)
    with closing(apsw.Connection(bed.place.database_url.removeprefix("sqlite:///"))) as connection:
        connection.set_busy_timeout(5000)
        connection.execute("BEGIN IMMEDIATE")
        await until(partial(_none_open, bed, nonces), 10)
        await asyncio.sleep(IN_HAND_S)
        await _stop(machine)
        connection.execute("ROLLBACK")


async def _stop(machine: int) -> None:
    """Returns when every thread has stopped: one that took a lock first would keep it from everybody."""
    pids = list(processes.tree(machine))
    for pid in pids:
        processes.kill(pid, signal.SIGSTOP)
    await until(lambda: all(processes.stopped(pid) for pid in pids), 10, every_s=0.001)


def _all_asked(bed: Testbed, nonces: list[str]) -> bool:
    return all(nonce in bed.provider.in_flight for nonce in nonces)


def _none_open(bed: Testbed, nonces: list[str]) -> bool:
    return not any(bed.provider.open_calls[nonce] for nonce in nonces)


async def _all_ended(bed: Testbed, ids: list[str]) -> None:
    async with asyncio.timeout(120):
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
        cost_s=14,
        promise="G5, G6",
        always=("sqlite", "postgres"),
    ),
)

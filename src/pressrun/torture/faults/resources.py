"""Too little memory, too few descriptors, too little CPU."""

import asyncio
import contextlib
import os
import resource
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pressrun.torture.client import ended
from pressrun.torture.fault import Fault, Need
from pressrun.torture.load import load
from pressrun.torture.testbed import AGENT, Testbed

CGROUPS = frozenset({Need.ROOT, Need.CGROUPS})
MEMORY = 300_000_000
QUOTA_US, PERIOD_US = 5_000, 100_000
DESCRIPTORS = 64
CONNECTIONS = 200
JOBS = 60


@contextmanager
def cgroup(controller: str, settings: dict[str, int], pids: list[int]) -> Iterator[None]:
    """Processes in a control group of their own (version 1) for the block's length."""
    group = Path("/sys/fs/cgroup") / controller / f"pressrun-torture-{os.getpid()}"
    group.mkdir()
    try:
        for name, value in settings.items():
            (group / name).write_text(str(value))
        for pid in pids:
            (group / "cgroup.procs").write_text(str(pid))
        yield
    finally:
        for left in (group / "cgroup.procs").read_text().split():
            with contextlib.suppress(OSError):
                (group.parent / "cgroup.procs").write_text(left)
        group.rmdir()


async def little_memory(bed: Testbed) -> None:
    """Workers in 300 MB while every twentieth answer is 200 MB: those jobs fail, no worker dies of it."""
    await bed.serve(workers=1, model={"timeout_s": 30})
    workers = bed.server.worker_pids()
    with cgroup("memory", {"memory.limit_in_bytes": MEMORY}, workers):
        for _ in range(bed.repetitions):
            nonces = [bed.nonce("huge" if number % 20 == 0 else "ok") for number in range(JOBS)]
            async with bed.fault("200 MB answers in 300 MB"):
                done = await asyncio.gather(*(bed.client.submit(AGENT, [nonce]) for nonce in nonces))
                jobs = [await ended(bed.client, one.job_id or "", 120) for one in done]
            ends = {str(job["error_code"] or job["state"]) for job in jobs}
            bed.find("ends", sorted(ends), ok=ends == {"completed", "output_too_large"})
        same = bed.server.worker_pids() == workers
        bed.find("the same worker all along", same, ok=same)


async def few_descriptors(bed: Testbed) -> None:
    """The API may open 64 files; 200 connections come. It refuses or closes some, lives, and is well afterwards."""
    await bed.serve()
    for _ in range(bed.repetitions):
        pid = bed.server.api_pid()
        assert pid is not None
        usual = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (DESCRIPTORS, usual[1]))
        async with bed.fault("200 connections, 64 descriptors"):
            held = await asyncio.to_thread(_connect, bed.server.port)
            await asyncio.sleep(1)
            for one in held:
                one.close()
        resource.prlimit(pid, resource.RLIMIT_NOFILE, usual)
        answered = await _answers(bed)
        bed.find("creates work afterwards", answered, ok=answered, bar="within 15 s")
        bed.find("the same API process", bed.server.api_pid() == pid, ok=bed.server.api_pid() == pid)


def _connect(port: int) -> list[socket.socket]:
    held = []
    for _ in range(CONNECTIONS):
        one = socket.socket()
        one.settimeout(1)
        with contextlib.suppress(OSError):
            one.connect(("127.0.0.1", port))
        held.append(one)
    return held


async def _answers(bed: Testbed) -> bool:
    for _ in range(30):
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(5):
                if (await bed.client.submit(AGENT, [bed.nonce("ms0")])).outcome == "ok":
                    return True
        await asyncio.sleep(0.5)
    return False


async def little_cpu(bed: Testbed) -> None:
    """One worker gets a twentieth of a CPU: it keeps its lease, and everything drains."""
    await bed.serve(lease_s=6, concurrency=5)
    for _ in range(bed.repetitions):
        slow = bed.server.worker_pids()[0]
        settings = {"cpu.cfs_period_us": PERIOD_US, "cpu.cfs_quota_us": QUOTA_US}
        async with load(bed), bed.fault("5 % of a CPU"):
            with cgroup("cpu", settings, [slow]):
                await asyncio.sleep(8)
        await bed.drained(180)


FAULTS = (
    Fault("F06", "200 MB answers to workers in 300 MB", little_memory, {"p": 1, "r": 5}, cost_s=14, needs=CGROUPS),
    Fault(
        "F07",
        "200 connections to an API that may open 64 files",
        few_descriptors,
        {"p": 1, "r": 10},
        cost_s=12,
        needs=frozenset({Need.ROOT}),
    ),
    Fault("F08", "One worker gets 5 % of a CPU", little_cpu, {"p": 1, "r": 5}, cost_s=18, needs=CGROUPS),
)

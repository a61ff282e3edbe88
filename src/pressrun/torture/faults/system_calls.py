"""A process is killed at any system call that touches disk or network; a disk refuses to sync."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing

import apsw

from pressrun.torture import strace
from pressrun.torture.client import ended
from pressrun.torture.fault import Fault, Need
from pressrun.torture.hooks_told import all_told
from pressrun.torture.load import LoadOptions, load, until
from pressrun.torture.sink import ENVIRONMENT
from pressrun.torture.testbed import AGENT, Testbed

STRACE = frozenset({Need.STRACE})
CALLS = {"sqlite": ("pwrite64", "fdatasync", "write"), "postgres": ("sendto", "write")}
LIMIT = 60
"""A job on an idle server needs fewer calls of each kind than this."""

STEPS = {"pwrite64": 5, "write": 2, "sendto": 3, "fdatasync": 1}
"""A job needs many calls of some kinds and few of others."""

KILLS_OF_A_SERVER = 6
SYNC_FAILS_S = 1.5
ENDS_S = 90.0
TOLD_S = 10.0


async def kill_at_calls(bed: Testbed) -> None:
    """Kill API or worker at its N-th pwrite64, fdatasync, write or sendto while one job goes through."""
    await bed.serve(workers=1, concurrency=5)
    await _sweep(bed, ("api", "worker"))


async def kill_at_calls_for_hooks(bed: Testbed) -> None:
    """The same with the API, who tells webhooks, until the hook of each job has come."""
    await bed.listen()
    await bed.serve(workers=1, concurrency=5, environment=ENVIRONMENT)
    await bed.sink.register(bed.client)
    await _sweep(bed, ("api",))
    await all_told(bed)


async def _sweep(bed: Testbed, killable: Sequence[str]) -> None:
    targets = [(who, call) for who in killable for call in CALLS[bed.place.store]]
    each = -(-bed.repetitions // len(targets))
    killed: Counter[str] = Counter()
    for who, call in targets:
        step = 1 if each >= LIMIT else STEPS[call]
        for n in range(1 + bed.random.randrange(step), LIMIT, step)[:each]:
            if not await _one(bed, who, call, n):
                break  # a whole job needs fewer: the sweep of this call is done
            killed[f"{who} {call}"] += 1
            await _up_again(bed, killed.total())
    bed.find("processes killed at a system call", dict(killed), ok=bool(killed), bar="at least 1")
    bed.injections = killed.total()
    await bed.drained(180)
    if bed.is_sqlite:
        path = bed.place.database_url.removeprefix("sqlite:///")
        with closing(apsw.Connection(path)) as connection:
            found = next(iter(connection.execute("PRAGMA integrity_check")))[0]
        bed.find("integrity_check", found, ok=found == "ok", bar="ok")


async def _one(bed: Testbed, who: str, call: str, n: int) -> bool:
    """Whether the process was killed while a job went through."""
    pid = bed.server.api_pid() if who == "api" else next(iter(bed.server.worker_pids()), None)
    assert pid is not None
    async with (
        bed.fault(f"kill the {who} at {call} number {n}"),
        strace.injected(pid, call, "signal=SIGKILL", str(n), bed.folder / "strace.log") as tracer,
    ):
        accepted = await bed.client.submit(AGENT, [bed.nonce("ms0")], key=f"key-{next(bed.ids)}", tries=12)
        if accepted.job_id is not None:
            try:
                await ended(bed.client, accepted.job_id, ENDS_S)
            except TimeoutError:
                bed.find(f"{who} killed at {call} {n}: the job", "never ended", ok=False, bar="ends")
            if bed.listens:
                told, job_id = bed.sink.heard, accepted.job_id
                await until(lambda: told(job_id) or tracer.poll() is not None, TOLD_S)
        return tracer.poll() is not None


async def _up_again(bed: Testbed, kills: int) -> None:
    """A child that dies young is started again more and more slowly: now and then a new server is faster."""
    if kills % KILLS_OF_A_SERVER == 0:
        await bed.server.kill_all()
        await bed.server.start()
    await until(lambda: bed.server.api_pid() is not None, 30)
    await bed.workers_ready()


async def sync_fails(bed: Testbed) -> None:
    """fdatasync of the API, then of a worker, fails with EIO for a while: nothing is acknowledged in vain."""
    await bed.serve()
    for number in range(bed.repetitions):
        pid = bed.server.api_pid() if number % 2 == 0 else bed.random.choice(bed.server.worker_pids())
        async with load(bed, LoadOptions(rate=15)):
            await until(lambda: len(bed.provider.in_flight) >= 3, 20)
            if pid is not None:
                async with (
                    bed.fault("fdatasync fails", "API" if number % 2 == 0 else "worker"),
                    strace.injected(pid, "fdatasync,fsync", "error=EIO", "1+", bed.folder / "strace.log"),
                ):
                    await asyncio.sleep(SYNC_FAILS_S)
            calls, began = bed.provider.total(), time.monotonic()
            going = await until(lambda calls=calls: bed.provider.total() > calls + 3, 30)  # type: ignore[misc]
            bed.find("work goes on after the fault, s", round(time.monotonic() - began, 1), ok=going, bar="within 30")
    await bed.drained(180)


FAULTS = (
    Fault(
        "F02",
        "Kill API or worker at its N-th system call that touches disk or network, while one job goes through",
        kill_at_calls,
        {"p": 12, "r": 360},
        cost_s=25,
        needs=STRACE,
        promise="G1, G5",
        always=("sqlite",),
    ),
    Fault(
        "F02H",
        "Kill the API at its N-th system call that touches disk or network, while a job and its webhook go through",
        kill_at_calls_for_hooks,
        {"p": 4, "r": 120},
        cost_s=60,
        needs=STRACE,
        promise="G15",
    ),
    Fault(
        "F11",
        "fdatasync of API or worker fails with EIO for a while, under load",
        sync_fails,
        {"p": 2, "r": 20},
        cost_s=13,
        stores=("sqlite",),
        needs=STRACE,
        promise="G1",
    ),
)

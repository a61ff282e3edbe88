"""Clocks jump and differ."""

import asyncio
from collections.abc import Iterable

from pressrun.torture.fault import Fault, Need, faketime
from pressrun.torture.history import History
from pressrun.torture.load import LoadOptions, load, until
from pressrun.torture.testbed import Testbed
from pressrun.torture.wrong_clock import WrongClock

JUMPS = (3600, -3600, 86_400, -86_400, 384_000_000, -300)
"""Seconds; the fifth lies behind the end of 32-bit time."""

DATABASE_JUMPS = (600, -600, 3600, -3600)
SKEWS = (-90, 90)
WORKERS = 2
SETTLE_S = 2.0
ONLY_PLAIN = LoadOptions(words=("ok",), cancels=False)


async def jump(bed: Testbed) -> None:
    """The wall clock of the API, of the workers, of both, jumps under load: an hour, a day, beyond 2038, and back."""
    api, workers = (WrongClock(bed.place.folder / f"clock-{name}") for name in ("api", "workers"))
    await bed.serve(workers=0, environment=api.environment(bed.place.source))
    bed.server.work(WORKERS, workers.environment(bed.place.source))
    bed.server.workers = WORKERS
    await bed.workers_ready()
    whose = {"all": (api, workers), "the API": (api,), "the workers": (workers,)}
    for number in range(bed.repetitions):
        offset_s = JUMPS[number % len(JUMPS)]
        who = list(whose)[(number + number // len(JUMPS)) % len(whose)]
        async with load(bed, ONLY_PLAIN):
            await asyncio.sleep(SETTLE_S)
            async with bed.fault("the clock jumps", f"{who}: {offset_s:+d} s"):
                await _set(whose[who], offset_s)
                await asyncio.sleep(SETTLE_S)
                await _set(whose[who], 0)
            await asyncio.sleep(SETTLE_S)
    await bed.drained(180)
    bed.looks.append(lambda history: _reclaimed(bed, history))


async def _set(clocks: Iterable[WrongClock], offset_s: int) -> None:
    for clock in clocks:
        await asyncio.to_thread(clock.set, offset_s)


async def database_jump(bed: Testbed) -> None:
    """The clock of PostgreSQL jumps under load, with a restart, as after a host's clock was set."""
    cluster = bed.place.postgres
    library = faketime()
    assert cluster is not None
    assert library is not None
    await bed.serve()
    for number in range(bed.repetitions):
        offset = f"{DATABASE_JUMPS[number % len(DATABASE_JUMPS)]:+d}"
        async with load(bed, ONLY_PLAIN):
            await asyncio.sleep(SETTLE_S)
            async with bed.fault("the clock of PostgreSQL jumps", f"{offset} s"):
                await asyncio.to_thread(cluster.stop)
                await asyncio.to_thread(cluster.start, {"LD_PRELOAD": library, "FAKETIME": offset})
                await asyncio.sleep(SETTLE_S)
                await asyncio.to_thread(cluster.stop)
                await asyncio.to_thread(cluster.start)
            await asyncio.sleep(SETTLE_S)
    await bed.drained(180)
    bed.looks.append(lambda history: _reclaimed(bed, history))


def _reclaimed(bed: Testbed, history: History) -> None:
    """A jump may cost each running job one more attempt at worst."""
    extra = sum(1 for event in history.events if event.event == "job.rescued")
    most = bed.repetitions * 2 * history.slots
    bed.find("attempts lost to jumps", extra, ok=extra <= most, bar=f"<= {most}: two jumps, all slots")


async def skew(bed: Testbed) -> None:
    """Workers whose clocks are 90 s slow and fast work beside one that is right."""
    await bed.serve(workers=1)
    for offset_s in SKEWS:
        clock = WrongClock(bed.place.folder / f"clock{offset_s}")
        clock.set(offset_s)
        bed.server.work(1, clock.environment(bed.place.source))
    bed.server.workers = 1 + len(SKEWS)
    await until(lambda: len(bed.server.worker_pids()) == bed.server.workers, 20)
    async with load(bed), bed.fault("clocks differ by three minutes"):
        await asyncio.sleep(10 * bed.repetitions)
    await bed.drained(180)
    bed.looks.append(lambda history: _undisturbed(bed, history))


def _undisturbed(bed: Testbed, history: History) -> None:
    lost = sum(1 for event in history.events if event.event == "job.rescued")
    bed.find("leases lost to skewed clocks", lost, ok=lost == 0, bar="0")


FAULTS = (
    Fault(
        "F26",
        "The wall clock of API, workers or both jumps and comes back, under load",
        jump,
        {"p": 3, "r": 24},
        cost_s=26,
        promise="clock jump",
    ),
    Fault(
        "F26D",
        "The clock of PostgreSQL jumps and comes back, under load",
        database_jump,
        {"p": 1, "r": 12},
        cost_s=22,
        stores=("postgres",),
        needs=frozenset({Need.FAKETIME, Need.OWN_POSTGRES}),
        promise="clock jump",
    ),
    Fault(
        "F27",
        "Workers 90 s slow and fast beside one that is right",
        skew,
        {"p": 1, "r": 6},
        cost_s=22,
        stores=("postgres",),
        promise="clock skew",
    ),
)

"""PostgreSQL crashes, is away, loses connections, is locked, keeps what nobody needs."""

import asyncio
import signal
import time

import asyncpg

from pressrun.torture.fault import Fault, Need
from pressrun.torture.load import LoadOptions, load, until
from pressrun.torture.start_delay import p95, start_delay
from pressrun.torture.testbed import AGENT, Testbed

LEASE_S = 6.0
OUTAGE_LEASES = 4
TERMINATE_EVERY_S = 0.2
LOCK_S = {True: 20.0, False: 6.0}
IDLE_S = 10.0
SLOWER_AT_MOST = 3
ALWAYS_FAST_ENOUGH_S = 2.0
"""What a busy machine makes of a delay of milliseconds decides nothing."""
TERMINATE = """
    SELECT pg_terminate_backend(pid) FROM (
        SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
        ORDER BY random() LIMIT 1
    ) AS one
"""
LOOK = """
    SELECT count(*) FROM jobs
"""
POSTGRES = ("postgres",)
OWN = frozenset({Need.OWN_POSTGRES})
ONLY_PLAIN = LoadOptions(words=("ok",), cancels=False)


async def crash(bed: Testbed) -> None:
    """SIGQUIT (immediate shutdown) and SIGKILL to the postmaster in turn, then start it again, under load."""
    cluster = bed.place.postgres
    assert cluster is not None
    await bed.serve()
    async with load(bed):
        for number in range(bed.repetitions):
            await asyncio.sleep(bed.random.uniform(1.5, 3))
            how = signal.SIGQUIT if number % 2 else signal.SIGKILL
            async with bed.fault("crash PostgreSQL", how.name):
                await asyncio.to_thread(cluster.stop, how)
                await asyncio.sleep(bed.random.uniform(0, 2))
                await asyncio.to_thread(cluster.start)
        await asyncio.sleep(2)
    await bed.drained(180)


async def outage(bed: Testbed) -> None:
    """PostgreSQL is away for four leases while calls of the provider end: what was paid for is recorded afterwards."""
    port = int(bed.place.database_url.rpartition(":")[2].partition("/")[0])
    proxy = await bed.proxy(port)
    url = bed.place.database_url.replace(f":{port}/", f":{proxy.listening_on}/")
    await bed.serve(lease_s=LEASE_S, database_url=url)
    for _ in range(bed.repetitions):
        nonces = [bed.nonce("ms1500") for _ in range(20)]
        await asyncio.gather(*(bed.client.submit(AGENT, [nonce]) for nonce in nonces))
        async with asyncio.timeout(90):
            await bed.provider.called(lambda nonces=nonces: all(bed.provider.calls(one) for one in nonces))  # type: ignore[misc]
        async with bed.fault("PostgreSQL is away"):
            proxy.rules.refuse = True
            proxy.cut()
            began = time.monotonic()
            status, _ = await bed.client.ask("GET", "/readyz")
            bed.find("/readyz while it is away", status, ok=status == 503, bar="503")
            status, _ = await bed.client.ask("GET", "/healthz")
            bed.find("/healthz while it is away", status, ok=status == 200, bar="200")
            done = await bed.client.submit(AGENT, [bed.nonce()])
            bed.find("a create while it is away", done.status, ok=done.status == 503, bar="503")
            await asyncio.sleep(OUTAGE_LEASES * LEASE_S - (time.monotonic() - began))
            proxy.heal()
        await bed.drained(180)
        # A worker that must let go before its lease runs out hangs up on what is not answered yet.
        history = bed.history()
        answered = [nonce for nonce in nonces if history.calls_of(nonce)[0].outcome == "answered"]
        again = [nonce for nonce in answered if bed.provider.calls(nonce) > 1]
        bed.find("calls that ended in the outage", len(answered), ok=bool(answered), bar="at least 1")
        bed.find("of those made again", len(again), ok=not again, bar="0")


async def terminate(bed: Testbed) -> None:
    """`pg_terminate_backend` of a random connection of the server, five times a second."""
    await bed.serve()
    connection = await asyncpg.connect(bed.place.database_url)
    try:
        async with load(bed):
            for _ in range(bed.repetitions):
                await asyncio.sleep(TERMINATE_EVERY_S)
                async with bed.fault("terminate a connection"):
                    await connection.fetch(TERMINATE)
    finally:
        await connection.close()
    await bed.drained(180)


async def lock(bed: Testbed) -> None:
    """Somebody locks the table of jobs: requests wait or are refused, nothing is lost, work goes on afterwards."""
    await bed.serve()
    connection = await asyncpg.connect(bed.place.database_url)
    try:
        async with load(bed, LoadOptions(rate=10)):
            for _ in range(bed.repetitions):
                await asyncio.sleep(1)
                async with bed.fault("LOCK TABLE jobs"), connection.transaction():
                    await connection.execute("LOCK TABLE jobs")
                    asked = asyncio.create_task(bed.client.submit(AGENT, [bed.nonce("ms0")]))
                    await asyncio.sleep(LOCK_S[bed.repetitions > 1])
                done = await asked
                bed.find("a create during the lock", done.status, ok=done.status in {202, 503}, bar="202 or 503")
                calls = bed.provider.total()
                going = await until(lambda calls=calls: bed.provider.total() > calls, 20)  # type: ignore[misc]
                bed.find("work goes on after the lock", going, ok=going, bar="within 20 s")
    finally:
        await connection.close()
    await bed.drained(180)


async def idle(bed: Testbed) -> None:
    """A session idles in a transaction, whose snapshot keeps every dead row: jobs start as fast as before."""
    await bed.serve()
    connection = await asyncpg.connect(bed.place.database_url)
    try:
        async with load(bed, ONLY_PLAIN):
            before = await _delays(bed, IDLE_S)
            async with bed.fault("idle in a transaction"), connection.transaction(isolation="repeatable_read"):
                await connection.fetch(LOOK)
                meanwhile = await _delays(bed, IDLE_S * bed.repetitions)
    finally:
        await connection.close()
    most = max(SLOWER_AT_MOST * p95(before), ALWAYS_FAST_ENOUGH_S)
    last = p95(meanwhile[len(meanwhile) // 2 :])
    bed.notes["start delay before, p95, s"] = round(p95(before), 3)
    bed.find("start delay in the second half, p95, s", round(last, 3), ok=last <= most, bar=f"<= {most:.3g}")
    await bed.drained(180)


async def _delays(bed: Testbed, for_s: float) -> list[float]:
    until_s, found = time.monotonic() + for_s, []
    while time.monotonic() < until_s:
        found.append(await start_delay(bed, AGENT))
        await asyncio.sleep(0.1)
    return found


FAULTS = (
    Fault(
        "F13",
        "Crash PostgreSQL under load, start it again",
        crash,
        {"p": 2, "r": 50},
        cost_s=30,
        stores=POSTGRES,
        needs=OWN,
        promise="G1, G26",
    ),
    Fault(
        "F14",
        "PostgreSQL is away for four leases while calls end",
        outage,
        {"p": 1, "r": 10},
        cost_s=38,
        stores=POSTGRES,
        promise="G7, G10",
    ),
    Fault(
        "F15",
        "Terminate a random connection five times a second",
        terminate,
        {"p": 30, "r": 600},
        cost_s=16,
        stores=POSTGRES,
    ),
    Fault("F16", "Lock the table of jobs for a while, under load", lock, {"p": 1, "r": 3}, cost_s=17, stores=POSTGRES),
    Fault(
        "F16I",
        "A session stays idle in a transaction, under load",
        idle,
        {"p": 1, "r": 60},
        cost_s=24,
        stores=POSTGRES,
    ),
)

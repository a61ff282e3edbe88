"""End to end: jobs created over HTTP, run against a mock model, recorded; beside a script that keeps nothing."""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

import aiohttp
from tests.raw_sql import fetch

from bench.figure import Figure
from bench.scene import PREFIX, cpu_s, database, deploy, load, mock, rss_mb, server, serving
from bench.submit import create_all

POLL_S = 0.05
ROUNDS = 5
MANY = 1000
SLOW_MS = 1000


async def drained(url: str, api_key: str, *, every_s: float = POLL_S) -> None:
    """Wait until nothing is in progress."""
    headers = {"Authorization": f"Bearer {api_key}"}
    async with aiohttp.ClientSession() as session:
        while True:
            query = f"{url}/v1/applications/bench/jobs?status=in_progress&limit=1"
            async with session.get(query, headers=headers) as response:
                if (await response.json())["totalCount"] == 0:
                    return
            await asyncio.sleep(every_s)


async def bare(model_url: str, jobs: int, callers: int = 200) -> float:
    """Seconds that calling the mock takes with nothing kept."""
    left = iter(range(jobs))

    async def caller(session: aiohttp.ClientSession) -> None:
        for _ in left:
            body = {"model": "mock", "messages": [{"role": "user", "content": "x"}]}
            async with session.post(f"{model_url}/chat/completions", json=body) as response:
                await response.json()

    began = time.perf_counter()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        await asyncio.gather(*(caller(session) for _ in range(callers)))
    return time.perf_counter() - began


async def measure(dialect: str, scale: float) -> list[Figure]:
    """Jobs a second from the first create to the last result, CPU of all our processes, and their memory.

    The median of several rounds: the machine's own speed differs by a third within minutes.
    """
    jobs = max(500, int(4000 * scale))
    rates, cpus_ms, bares = [], [], []
    with mock(0) as model_url, database(dialect) as url, server(url, model_url) as live:
        await create_all(live.url, live.api_key, 200)  # warm
        await drained(live.url, live.api_key)
        for _ in range(ROUNDS):
            before, began = cpu_s(live.process.pid), time.perf_counter()
            await create_all(live.url, live.api_key, jobs)
            await drained(live.url, live.api_key)
            rates.append(jobs / (time.perf_counter() - began))
            cpus_ms.append((cpu_s(live.process.pid) - before) / jobs * 1000)
            bares.append(jobs / await bare(model_url, jobs))
        memory = rss_mb(live.process.pid)
    rate, cpu_ms, calls = (statistics.median(values) for values in (rates, cpus_ms, bares))
    value = f"{rate:,.0f} jobs/s, {cpu_ms:.2f} ms CPU a job ({min(cpus_ms):.2f} to {max(cpus_ms):.2f}), "
    value += f"{memory:.0f} MB in all processes"
    beside = f"bare asyncio script: {calls:,.0f} calls/s (ratio {rate / calls:.2f})"
    what = f"end to end, the model answers at once, one worker; median of {ROUNDS} times {jobs:,} jobs"
    return [
        Figure("e2e", what, dialect, value, "500 jobs/s, 1.2 ms CPU", beside),
        *await in_flight(dialect, scale),
    ]


async def in_flight(dialect: str, scale: float) -> list[Figure]:
    """A thousand calls at a time, a second each: the ideal is a thousand jobs a second.

    All jobs wait when the server starts; what counts is the database's time from the first start to the last end.
    """
    jobs = max(2 * MANY, int(10_000 * scale))
    with mock(SLOW_MS) as model_url, database(dialect) as url, tempfile.TemporaryDirectory(prefix=PREFIX) as name:
        folder = Path(name)
        with serving(folder, url) as live:
            deploy(live, model_url)
        await load(url, jobs)
        with serving(folder, url, "--concurrency", str(MANY)) as live:
            await drained(live.url, live.api_key)
        [[took_us]] = await fetch(url, "SELECT max(completed_at) - min(started_at) FROM jobs")
        took = took_us / 1e6
        bare_s = await bare(model_url, jobs, MANY)
    ideal = jobs / MANY * SLOW_MS / 1000
    value = f"{jobs / took:,.0f} jobs/s, {ideal / took:.0%} of the ideal"
    beside = f"bare asyncio script: {ideal / bare_s:.0%} of the ideal"
    what = f"{MANY:,} in flight at {SLOW_MS / 1000:.0f} s latency, {jobs:,} jobs, one worker"
    return [Figure("e2e", what, dialect, value, "85 %", beside)]

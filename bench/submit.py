"""Durable single creates over HTTP by 32 callers, beside a route of the bare framework that keeps nothing."""

import asyncio
import subprocess
import sys
import time

import aiohttp

from bench.figure import Figure, percentile
from bench.scene import cpu_s, database, mock, server

CALLERS = 32
BODY = {"inputs": [{"id": "Product", "value": ["Terra running shoe"]}]}
HOUR_MS = 3_600_000
PATH = "/v1/applications/bench/jobs"


async def create_all(url: str, api_key: str, jobs: int) -> tuple[float, list[float]]:
    """Create jobs; the seconds it took and each call's own milliseconds, in order of length."""
    left = iter(range(jobs))
    times: list[float] = []
    headers = {"Authorization": f"Bearer {api_key}"}

    async def caller(session: aiohttp.ClientSession) -> None:
        for _ in left:
            began = time.perf_counter()
            async with session.post(url + PATH, json=BODY, headers=headers) as response:
                assert response.status == 202, await response.text()
            times.append((time.perf_counter() - began) * 1000)

    began = time.perf_counter()
    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(caller(session) for _ in range(CALLERS)))
    return time.perf_counter() - began, sorted(times)


async def bare_route(calls: int) -> tuple[float, float]:
    """Calls a second, and CPU milliseconds a call, of FastAPI on uvicorn answering 202 to the same request."""
    process = subprocess.Popen([sys.executable, "-m", "bench.bare_route"], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        url = f"http://127.0.0.1:{int(process.stdout.readline())}"
        await create_all(url, "x", 100)
        before = cpu_s(process.pid)
        took, _ = await create_all(url, "x", calls)
        return calls / took, (cpu_s(process.pid) - before) / calls * 1000
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


async def measure(dialect: str, scale: float) -> list[Figure]:
    """The rate, the slowest hundredth, and the CPU of all our processes; the worker's only place is taken."""
    jobs = max(300, int(4000 * scale))
    with mock(HOUR_MS) as model_url, database(dialect) as url, server(url, model_url, "--concurrency", "1") as live:
        await create_all(live.url, live.api_key, 200)
        before = cpu_s(live.process.pid)
        took, times = await create_all(live.url, live.api_key, jobs)
        cpu_ms = (cpu_s(live.process.pid) - before) / jobs * 1000
    rate, bare_ms = await bare_route(jobs)
    value = f"{jobs / took:,.0f}/s, p99 {percentile(times, 0.99):.0f} ms, {cpu_ms:.2f} ms CPU"
    beside = f"bare FastAPI route: {rate:,.0f}/s, {bare_ms:.2f} ms CPU (ratio {jobs / took / rate:.2f})"
    return [Figure("submit", "durable single create, 32 callers", dialect, value, "800/s, p99 < 100 ms", beside)]

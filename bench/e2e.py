"""End to end: jobs created over HTTP, run against a mock that answers at once. `python -m bench.e2e [JOBS]`.

Beside it, in the same run, a bare asyncio script that calls the same mock and keeps nothing: the limit.
"""

import asyncio
import sys
import time

import aiohttp

from bench.scene import cpu_s, database, mock, rss_mb, server

CALLERS = 32
BODY = {"inputs": [{"id": "Product", "value": ["Terra running shoe"]}]}
POLL_S = 0.05


async def create_all(url: str, api_key: str, jobs: int) -> tuple[float, list[float]]:
    """Create jobs with 32 callers; the seconds it took and each call's own, in order of length."""
    left = iter(range(jobs))
    times: list[float] = []
    headers = {"Authorization": f"Bearer {api_key}"}

    async def caller(session: aiohttp.ClientSession) -> None:
        for _ in left:
            began = time.perf_counter()
            async with session.post(f"{url}/v1/applications/bench/jobs", json=BODY, headers=headers) as response:
                assert response.status == 202, await response.text()
            times.append(time.perf_counter() - began)

    began = time.perf_counter()
    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(caller(session) for _ in range(CALLERS)))
    return time.perf_counter() - began, sorted(times)


async def drained(url: str, api_key: str) -> None:
    """Wait until nothing is in progress."""
    headers = {"Authorization": f"Bearer {api_key}"}
    async with aiohttp.ClientSession() as session:
        while True:
            query = f"{url}/v1/applications/bench/jobs?status=in_progress&limit=1"
            async with session.get(query, headers=headers) as response:
                if (await response.json())["totalCount"] == 0:
                    return
            await asyncio.sleep(POLL_S)


async def bare(model_url: str, jobs: int) -> float:
    """Seconds that calling the mock takes with nothing kept."""
    left = iter(range(jobs))

    async def caller(session: aiohttp.ClientSession) -> None:
        for _ in left:
            body = {"model": "mock", "messages": [{"role": "user", "content": "x"}]}
            async with session.post(f"{model_url}/chat/completions", json=body) as response:
                await response.json()

    began = time.perf_counter()
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        await asyncio.gather(*(caller(session) for _ in range(200)))
    return time.perf_counter() - began


async def run(dialect: str, jobs: int) -> None:
    """Measure one database and print its line."""
    with mock(0) as model_url, database(dialect) as url, server(url, model_url) as live:
        await create_all(live.url, live.api_key, 200)  # warm
        await drained(live.url, live.api_key)
        cpu_before, began = cpu_s(live.process.pid), time.perf_counter()
        creating_s, times = await create_all(live.url, live.api_key, jobs)
        await drained(live.url, live.api_key)
        took_s = time.perf_counter() - began
        cpu_ms = (cpu_s(live.process.pid) - cpu_before) / jobs * 1000
        bare_s = await bare(model_url, jobs)
        print(
            f"{dialect:9} create {jobs / creating_s:6.0f}/s  p50 {times[len(times) // 2] * 1000:5.1f} ms  "
            f"p99 {times[len(times) * 99 // 100] * 1000:6.1f} ms | end to end {jobs / took_s:6.0f} jobs/s  "
            f"CPU {cpu_ms:5.2f} ms/job (API, worker, supervisor)  RSS {rss_mb(live.process.pid):4.0f} MB | "
            f"bare script {jobs / bare_s:6.0f} calls/s, ratio {bare_s / took_s:.2f}"
        )


def main() -> None:
    """Both databases."""
    jobs = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
    for dialect in ("sqlite", "postgres"):
        asyncio.run(run(dialect, jobs))


if __name__ == "__main__":
    main()

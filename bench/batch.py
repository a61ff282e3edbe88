"""A spreadsheet: how fast its rows are accepted, in how much memory, and how long the whole of it takes."""

import asyncio
import csv
import io
import os
import time
from collections.abc import AsyncIterator
from datetime import datetime

import aiohttp
from tests.live_server import LiveServer

from bench.e2e import bare
from bench.figure import Figure
from bench.peers import peer, redis
from bench.scene import cpu_s, database, mock, process_rss_mb, server

PATH = "/v1/applications/bench/batches"
HOUR_MS = 3_600_000
LATENCY_S = 1.0
PLACES = 200
PIECE_ROWS = 1000
KEPT_FREE = PLACES // 50
"""Places that a batch leaves for single jobs (jobs/batch_lanes.py): it never has all of them."""

SINGLES = 10
ACCEPTED = 100_000
LARGE = 1_000_000


async def rows(count: int) -> AsyncIterator[bytes]:
    """A CSV of so many different products, with a column that no input takes."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(["Product", "Price", "Note"])
    for number in range(count):
        writer.writerow([f"Terra running shoe, model {number}", f"{number % 300}.90", "seen at the fair"])
        if number % PIECE_ROWS == 0:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


async def upload(live: LiveServer, count: int) -> tuple[str, float]:
    """The id of a batch of so many rows, and the seconds until it was accepted."""
    headers = {"Authorization": f"Bearer {live.api_key}", "Content-Type": "text/csv"}
    pieces = [piece async for piece in rows(count)]  # written before the clock runs: the file is there already

    async def sent() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None)) as session:
        began = time.perf_counter()
        async with session.post(live.url + PATH, data=sent(), headers=headers) as response:
            assert response.status == 202, await response.text()
            batch_id = (await response.json())["id"]
        return str(batch_id), time.perf_counter() - began


async def ended(live: LiveServer, batch_id: str) -> None:
    """Wait for the end of a batch."""
    while True:
        state = live.request("GET", f"/v1/batches/{batch_id}")["state"]
        if state in {"completed", "completed_with_errors", "cancelled"}:
            assert state == "completed", state
            return
        await asyncio.sleep(0.2)


async def measure(dialect: str, scale: float) -> list[Figure]:
    """Rows a second and CPU a row at acceptance, the largest process at a large file, and a whole batch."""
    return [
        await _accepted(dialect, scale),
        await _large(dialect, scale),
        await _whole(dialect, scale),
        await _behind(dialect, scale),
    ]


async def _accepted(dialect: str, scale: float) -> Figure:
    count = max(2_000, int(ACCEPTED * scale))
    with mock(HOUR_MS) as model_url, database(dialect) as url, server(url, model_url, "--concurrency", "1") as live:
        await upload(live, 1000)
        before = cpu_s(live.process.pid)
        _, took = await upload(live, count)
        cpu_us = (cpu_s(live.process.pid) - before) / count * 1e6
    value = f"{count / took:,.0f} rows/s, {cpu_us:.0f} µs CPU a row"
    return Figure("batch", f"CSV of {count:,} rows accepted over HTTP", dialect, value, "20,000 rows/s")


async def _large(dialect: str, scale: float) -> Figure:
    count = max(10_000, int(LARGE * scale))
    with mock(HOUR_MS) as model_url, database(dialect) as url, server(url, model_url, "--concurrency", "1") as live:
        _, took = await upload(live, count)
        largest = process_rss_mb(live.process.pid)
    value = f"{largest:,.0f} MB in the largest process, {count / took:,.0f} rows/s"
    return Figure("batch", f"CSV of {count:,} rows, RSS", dialect, value, "< 300 MB")


async def _whole(dialect: str, scale: float) -> Figure:
    count = max(PLACES * 2, int(10_000 * scale) // PLACES * PLACES)
    ideal = count * LATENCY_S / PLACES
    places = ("--concurrency", str(PLACES))
    with mock(LATENCY_S * 1000) as model_url, database(dialect) as url, server(url, model_url, *places) as live:
        batch_id, _ = await upload(live, 200)
        await ended(live, batch_id)
        began = time.perf_counter()
        batch_id, _ = await upload(live, count)
        await ended(live, batch_id)
        took = time.perf_counter() - began
        beside = f"bare asyncio script: {ideal / await bare(model_url, count, PLACES):.0%}"
        if dialect == "sqlite" and "BENCH_PEERS_PYTHON" in os.environ:
            beside += f"; Celery: {ideal / await _celery_s(model_url, count):.0%}"
    value = f"{took:.1f} s, {ideal / took:.0%} of the ideal {ideal:.0f} s"
    return Figure("batch", f"{count:,} rows, {PLACES} places, 1 s a call, to the end", dialect, value, beside=beside)


async def _behind(dialect: str, scale: float) -> Figure:
    """Single jobs while a batch holds all the places it may: how long each waits."""
    count = max(5_000, int(ACCEPTED * scale))
    places = ("--concurrency", str(PLACES))
    with mock(LATENCY_S * 1000) as model_url, database(dialect) as url, server(url, model_url, *places) as live:
        batch_id, _ = await upload(live, count)
        while live.request("GET", f"/v1/batches/{batch_id}")["counts"]["running"] < PLACES - KEPT_FREE:
            await asyncio.sleep(0.1)
        waits = [await asyncio.to_thread(_wait_s, live) for _ in range(SINGLES)]
    value = f"slowest of {SINGLES}: {max(waits):.2f} s"
    return Figure("batch", f"a single job started behind {count:,} rows", dialect, value, "1 s")


def _wait_s(live: LiveServer) -> float:
    body = {"inputs": [{"id": "Product", "value": ["one shoe"]}]}
    job_id = live.request("POST", "/v1/applications/bench/jobs", body)["id"]
    job = live.request("GET", f"/v1/applications/jobs/{job_id}?wait=30")
    started, created = (datetime.fromisoformat(job[name]) for name in ("started_at", "created_at"))
    return (started - created).total_seconds()


async def _celery_s(model_url: str, count: int) -> float:
    """The seconds that Celery on Redis takes for the same calls, with as many threads."""
    with redis() as broker:
        rate, _ = await asyncio.to_thread(peer, "celery", model_url, count, {"BENCH_REDIS": broker})
    return count / rate

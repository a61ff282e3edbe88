"""A worker is killed with its places full: how long until its jobs are called again."""

import asyncio
import os
import signal
import time

from aiohttp import web

from bench.figure import Figure, percentile
from bench.scene import database, load, server

PLACES = 200
ROUNDS = 3


async def measure(dialect: str, scale: float) -> list[Figure]:
    """Seconds from `kill -9` to the second call of each job that the worker had in hand."""
    rounds = max(1, round(ROUNDS * min(scale, 1)))
    calls = 0
    called_again: list[float] = []
    killed_at = 0.0

    async def answer(request: web.Request) -> web.Response:
        nonlocal calls
        await request.read()
        calls += 1
        if killed_at:
            called_again.append(time.perf_counter() - killed_at)
        await asyncio.sleep(3600)
        return web.Response()

    app = web.Application()
    app.router.add_post("/v1/chat/completions", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=4096).start()
    model_url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    slowest: list[float] = []
    for _ in range(rounds):  # a server of its own each: a third death would make the jobs suspects
        calls, killed_at = 0, 0.0
        called_again.clear()
        with database(dialect) as url, server(url, model_url, "--concurrency", str(PLACES)) as live:
            await load(url, PLACES)
            while calls < PLACES:
                await asyncio.sleep(0.01)
            killed_at = time.perf_counter()
            os.kill(live.workers()[0], signal.SIGKILL)
            while len(called_again) < PLACES:
                await asyncio.sleep(0.01)
            slowest.append(max(called_again))
    await runner.cleanup()
    value = f"all {PLACES} after {percentile(sorted(slowest), 0.5):.1f} s (slowest of {rounds}: {max(slowest):.1f} s)"
    return [Figure("recovery", "a worker's jobs called again after `kill -9`", dialect, value, "2 s")]

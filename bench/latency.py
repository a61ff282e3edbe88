"""From create to the model's call, on an idle queue."""

import asyncio
import time

import aiohttp
from aiohttp import web

from bench.figure import Figure, percentile
from bench.scene import database, server
from bench.submit import BODY

PAUSE_S = 0.05


async def measure(dialect: str, scale: float) -> list[Figure]:
    """One job at a time; the mock lives in this process, so one clock tells both times."""
    jobs = max(50, int(200 * scale))
    called: asyncio.Queue[float] = asyncio.Queue()

    async def answer(request: web.Request) -> web.Response:
        called.put_nowait(time.perf_counter())
        await request.read()
        message = {"role": "assistant", "content": "A fine text."}
        return web.json_response({"choices": [{"index": 0, "finish_reason": "stop", "message": message}]})

    app = web.Application()
    app.router.add_post("/v1/chat/completions", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    model_url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    times = []
    with database(dialect) as url, server(url, model_url) as live:
        headers = {"Authorization": f"Bearer {live.api_key}"}
        async with aiohttp.ClientSession() as session:
            for number in range(jobs + 10):
                began = time.perf_counter()
                async with session.post(f"{live.url}/v1/applications/bench/jobs", json=BODY, headers=headers) as made:
                    assert made.status == 202, await made.text()
                took = await called.get() - began
                if number >= 10:
                    times.append(took * 1000)
                await asyncio.sleep(PAUSE_S)
    await runner.cleanup()
    times.sort()
    value = f"p50 {percentile(times, 0.5):.1f} ms, p99 {percentile(times, 0.99):.1f} ms"
    return [Figure("latency", "idle queue, create to the model's call", dialect, value, "p50 < 25 ms, p99 < 100 ms")]

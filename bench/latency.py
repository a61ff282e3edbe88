"""From create to the model's call on an idle queue: `python -m bench.latency [JOBS]`."""

import asyncio
import sys
import time

import aiohttp
from aiohttp import web

from bench.scene import database, server

BODY = {"inputs": [{"id": "Product", "value": ["Terra running shoe"]}]}
PAUSE_S = 0.05


async def run(dialect: str, jobs: int) -> None:
    """Measure one database and print its line; the mock lives in this process, so one clock tells both times."""
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
    print(f"{dialect:9} create to call: p50 {times[jobs // 2]:.1f} ms, p99 {times[jobs * 99 // 100]:.1f} ms (n={jobs})")


def main() -> None:
    """Both databases."""
    jobs = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    for dialect in ("sqlite", "postgres"):
        asyncio.run(run(dialect, jobs))


if __name__ == "__main__":
    main()

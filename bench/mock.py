"""A model provider that answers at once, or after a set latency, in a process of its own: `python -m bench.mock MS`."""

import asyncio
import sys

from aiohttp import web

ANSWER = {
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "A fine text."}}],
    "usage": {"prompt_tokens": 10, "completion_tokens": 4},
}


async def serve(latency_s: float) -> None:
    """Answer for ever; the port is the first line printed."""

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        if latency_s:
            await asyncio.sleep(latency_s)
        return web.json_response(ANSWER)

    app = web.Application()
    app.router.add_post("/v1/chat/completions", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=4096).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1]) / 1000))

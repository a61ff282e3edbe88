"""The embedded model through Pressrun, beside the bare runtime: the same file, prompts and number of streams."""

import asyncio
import tempfile
import time
from pathlib import Path

import aiohttp
from tests.live_server import live_server

from bench.e2e import drained
from bench.figure import Figure
from bench.scene import LIVE, database
from pressrun.models.local import LocalModel, LocalOptions
from pressrun.models.provider import Message, Question

STREAMS = (1, 4, 8)
TOKENS = 48
PROMPT = "Describe @Product in two sentences."
PRODUCT = "Terra running shoe"


async def bare(streams: int, jobs: int) -> float:
    """Tokens a second of the runtime alone."""
    model = LocalModel(LocalOptions(), timeout_s=300)
    question = Question(None, (Message("user", PROMPT.replace("@Product", PRODUCT)),), 0.0, TOKENS)
    left = iter(range(jobs))
    tokens = 0

    async def caller() -> None:
        nonlocal tokens
        for _ in left:
            tokens += (await model.complete(question)).usage.completion_tokens

    try:
        await model.complete(question)  # loads it
        began = time.perf_counter()
        await asyncio.gather(*(caller() for _ in range(streams)))
        return tokens / (time.perf_counter() - began)
    finally:
        await model.close()


async def through(dialect: str, streams: int, jobs: int) -> float:
    """Tokens a second through API, queue and worker."""
    agent = {
        "name": "Bench",
        "alias": "bench",
        "inputs": [{"name": "Product", "type": "text"}],
        "prompts": [
            {"name": "text", "model": "local", "prompt": PROMPT, "temperature": 0.0, "max_tokens": TOKENS},
        ],
        "settings": {"concurrency": streams},
    }
    body = {"inputs": [{"id": "Product", "value": [PRODUCT]}]}
    with database(dialect) as url, tempfile.TemporaryDirectory(prefix="pressrun-bench-") as folder:
        with live_server(Path(folder) / "data", url, environment=LIVE) as live:
            live.request("POST", "/v1/applications", agent)
            live.request("POST", "/v1/applications/bench/deploy")
            path = "/v1/applications/bench/jobs"
            live.request("POST", path, body)
            await drained(live.url, live.api_key)
            began = time.perf_counter()
            for _ in range(jobs):
                live.request("POST", path, body)
            await drained(live.url, live.api_key)
            took = time.perf_counter() - began
            async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {live.api_key}"}) as session:
                async with session.get(f"{live.url}{path}?limit={jobs}") as response:
                    found = (await response.json())["result"]
    return sum(int(job["usage"]["completion_tokens"]) for job in found) / took


async def measure(dialect: str, scale: float) -> list[Figure]:
    """Tokens a second at 1, 4 and 8 streams."""
    figures = []
    for streams in STREAMS:
        jobs = max(2 * streams, int(24 * scale))
        limit = await bare(streams, jobs)
        ours = await through(dialect, streams, jobs)
        value = f"{ours:.1f} tokens/s, {ours / limit:.0%}"
        beside = f"bare runtime: {limit:.1f} tokens/s"
        figures.append(Figure("local-model", f"embedded model, {streams} streams", dialect, value, "95 %", beside))
    return figures

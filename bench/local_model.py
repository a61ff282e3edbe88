"""The embedded model through Pressrun, beside the bare runtime: the same file, prompts and number of streams."""

import asyncio
import contextlib
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import aiohttp
from tests.live_server import LiveServer, live_server
from tests.raw_sql import fetch

from bench.e2e import drained
from bench.figure import Figure
from bench.scene import LIVE, PREFIX, database
from pressrun.models.local_server import ALIAS, LocalOptions, LocalServer

STREAMS = (1, 4, 8)
TOKENS = 48
POLL_S = 0.5
PROMPT = "Describe @Product in two sentences."
PRODUCT = "Terra running shoe"
LAST = """SELECT sum(completion_tokens), max(completed_at) - min(created_at)
FROM (SELECT completion_tokens, completed_at, created_at FROM jobs ORDER BY seq DESC"""


async def bare(streams: int, jobs: int) -> float:
    """Tokens a second of the runtime alone, asked over HTTP by so many callers."""
    server = LocalServer(LocalOptions())
    message = {"role": "user", "content": PROMPT.replace("@Product", PRODUCT)}
    body = {"model": ALIAS, "messages": [message], "temperature": 0.0, "max_tokens": TOKENS}
    left = iter(range(jobs))

    async def ask(session: aiohttp.ClientSession, url: str) -> int:
        async with session.post(url, json=body) as response:
            return int((await response.json())["usage"]["completion_tokens"])

    async def caller(session: aiohttp.ClientSession, url: str) -> int:
        return sum([await ask(session, url) for _ in left])

    try:
        address = await server.address()
        headers, url = {"Authorization": f"Bearer {address.api_key}"}, f"{address.base_url}/chat/completions"
        async with aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(300)) as session:
            await ask(session, url)  # the first answer is slow
            began = time.perf_counter()
            tokens = sum(await asyncio.gather(*(caller(session, url) for _ in range(streams))))
            return tokens / (time.perf_counter() - began)
    finally:
        await server.close()


@contextlib.contextmanager
def deployed(url: str, streams: int) -> Iterator[LiveServer]:
    """A server with an agent that may ask the embedded model so many times at once."""
    prompt = {"name": "text", "model": "local", "prompt": PROMPT, "temperature": 0.0, "max_tokens": TOKENS}
    agent = {
        "name": "Bench",
        "alias": "bench",
        "inputs": [{"name": "Product", "type": "text"}],
        "prompts": [prompt],
        "settings": {"concurrency": streams},
    }
    with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
        with live_server(Path(folder) / "data", url, environment=LIVE) as live:
            live.request("POST", "/v1/applications", agent)
            live.request("POST", "/v1/applications/bench/deploy")
            yield live


async def through(url: str, live: LiveServer, jobs: int) -> float:
    """Tokens a second through API, queue and worker, from the first create to the last result by the database's clock.

    Asked seldom whether all is done: each question takes a piece of the cores that the runtime computes on.
    """
    for _ in range(jobs):
        live.request("POST", "/v1/applications/bench/jobs", {"inputs": [{"id": "Product", "value": [PRODUCT]}]})
    await drained(live.url, live.api_key, every_s=POLL_S)
    [[tokens, took_us]] = await fetch(url, f"{LAST} LIMIT {jobs}) AS last")
    return float(tokens) / float(took_us) * 1e6


async def measure(dialect: str, scale: float) -> list[Figure]:
    """Tokens a second at 1, 4 and 8 streams, and by the runtime alone.

    In turn, each first every other time, in short runs: the speed of the machine itself differs by a third within
    minutes.
    """
    figures = []
    for streams in STREAMS:
        jobs, rounds = max(4, 2 * streams), max(2, int(12 * scale))
        limits, ours = [], []
        with database(dialect) as url, deployed(url, streams) as live:
            await through(url, live, 1)  # starts the runtime
            for number in range(rounds):
                if number % 2:
                    ours.append(await through(url, live, jobs))
                limits.append(await bare(streams, jobs))
                if not number % 2:
                    ours.append(await through(url, live, jobs))
        limit, our = statistics.harmonic_mean(limits), statistics.harmonic_mean(ours)  # of equal runs: the speed of all
        value = f"{our:.1f} tokens/s, {our / limit:.0%}"
        beside = f"bare runtime: {limit:.1f} tokens/s ({rounds} runs of each, in turn)"
        figures.append(Figure("local-model", f"embedded model, streams: {streams}", dialect, value, "95 %", beside))
    return figures

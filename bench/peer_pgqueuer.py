"""pgqueuer doing the same work, in the peers' environment: `peer_pgqueuer.py MODEL_URL JOBS`; prints one line.

It keeps no results, so its handler writes one row each, as any user of it would have to.
"""

import asyncio
import json
import os
import sys
import time
from datetime import timedelta
from typing import Any

import aiohttp
import asyncpg
import pgqueuer
import uvloop

DATABASE = os.environ["BENCH_DATABASE"]
PLACES = 200
CALLERS = 32


async def main(model_url: str, jobs: int) -> None:
    """Submit with 32 callers in this process while it runs them too; until the last result is there."""
    pool = await asyncpg.create_pool(DATABASE, min_size=4, max_size=16)
    connection = await asyncpg.connect(DATABASE)
    queue = pgqueuer.PgQueuer.from_asyncpg_connection(connection)
    await queue.queries.install()
    await pool.execute("CREATE TABLE IF NOT EXISTS answers (job bigint PRIMARY KEY, answer text NOT NULL)")
    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
    finished, done = 0, asyncio.Event()

    @queue.entrypoint("ask", concurrency_limit=PLACES)
    async def ask(job: Any) -> None:
        nonlocal finished
        body = {"model": "mock", "messages": [{"role": "user", "content": "Describe it."}]}
        async with session.post(f"{model_url}/chat/completions", json=body) as response:
            answer = (await response.json())["choices"][0]["message"]["content"]
        await pool.execute("INSERT INTO answers VALUES ($1, $2)", job.id, answer)
        finished += 1
        if finished == jobs:
            done.set()

    running = asyncio.create_task(queue.run(dequeue_timeout=timedelta(seconds=1), batch_size=100))
    enqueueing = pgqueuer.PgQueuer.from_asyncpg_pool(pool).queries
    left = iter(range(jobs))
    cpu, began = time.process_time(), time.perf_counter()

    async def caller() -> None:
        for _ in left:
            await enqueueing.enqueue("ask", b"x")

    await asyncio.gather(*(caller() for _ in range(CALLERS)))
    await done.wait()
    print(json.dumps({"seconds": time.perf_counter() - began, "cpu_s": time.process_time() - cpu}), flush=True)
    running.cancel()
    os._exit(0)  # nothing here is worth an orderly end


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2])))

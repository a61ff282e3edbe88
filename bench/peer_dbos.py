"""DBOS doing the same work, in the peers' environment: `peer_dbos.py MODEL_URL JOBS`; prints one line."""

import asyncio
import json
import os
import sys
import time

import aiohttp
from dbos import DBOS, DBOSConfig, SetWorkflowID

PLACES = 200
CALLERS = 32

config: DBOSConfig = {"name": "peer", "system_database_url": os.environ["BENCH_DATABASE"], "log_level": "ERROR"}
DBOS(config=config)
session: list[aiohttp.ClientSession] = []


@DBOS.step()
async def call(model_url: str) -> str:
    """The text a model answers; kept by the framework."""
    body = {"model": "mock", "messages": [{"role": "user", "content": "Describe it."}]}
    async with session[0].post(f"{model_url}/chat/completions", json=body) as response:
        return str((await response.json())["choices"][0]["message"]["content"])


@DBOS.workflow()
async def ask(model_url: str) -> str:
    """One job."""
    return await call(model_url)


async def main(model_url: str, jobs: int) -> None:
    """Submit with 32 callers in this process while it runs them too; until the last result is there."""
    session.append(aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)))
    DBOS.launch()
    await DBOS.register_queue_async("jobs", worker_concurrency=PLACES, polling_interval_sec=0.1)
    left = iter(range(jobs))
    handles = []
    cpu, began = time.process_time(), time.perf_counter()

    async def caller() -> None:
        for number in left:
            with SetWorkflowID(f"job-{number}"):
                handles.append(await DBOS.enqueue_workflow_async("jobs", ask, model_url))

    await asyncio.gather(*(caller() for _ in range(CALLERS)))
    for handle in handles:
        await handle.get_result()
    print(json.dumps({"seconds": time.perf_counter() - began, "cpu_s": time.process_time() - cpu}), flush=True)
    os._exit(0)  # nothing here is worth an orderly end


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))

"""The same jobs end to end with other queues: accepted durably, the same mock called, the result kept."""

import asyncio
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.e2e import drained
from bench.figure import Figure
from bench.scene import cpu_s, database, mock, server
from bench.startup import free_port
from bench.submit import create_all

PEERS = {
    "sqlite": {"celery": "Celery, Redis with fsync, 200 threads"},
    "postgres": {"pgqueuer": "pgqueuer, and a row for each result", "dbos": "DBOS, PostgreSQL"},
}
LONGEST_S = 600


@contextlib.contextmanager
def redis() -> Iterator[str]:
    """A Redis whose writes reach the disk before they are answered."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="pressrun-bench-") as folder:
        options = ["--port", str(port), "--bind", "127.0.0.1", "--dir", folder, "--appendonly", "yes"]
        command = [shutil.which("redis-server") or "redis-server", *options, "--appendfsync", "always"]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        try:
            time.sleep(1)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.terminate()
            process.wait()


def peer(name: str, model_url: str, jobs: int, environment: dict[str, str]) -> tuple[float, float]:
    """Jobs a second, and CPU milliseconds a job of its own processes, without the database or broker."""
    script = Path(__file__).with_name(f"peer_{name}.py")
    python = os.environ.get("BENCH_PEERS_PYTHON", sys.executable)
    done = subprocess.run(
        [python, str(script), model_url, str(jobs)],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        timeout=LONGEST_S,
        check=True,
    )
    figures = json.loads(done.stdout.splitlines()[-1])
    return jobs / figures["seconds"], figures["cpu_s"] / jobs * 1000


async def ours(dialect: str, model_url: str, jobs: int) -> tuple[float, float]:
    """The same of Pressrun, over HTTP."""
    with database(dialect) as url, server(url, model_url) as live:
        await create_all(live.url, live.api_key, 100)
        await drained(live.url, live.api_key)
        before, began = cpu_s(live.process.pid), time.perf_counter()
        await create_all(live.url, live.api_key, jobs)
        await drained(live.url, live.api_key)
        return jobs / (time.perf_counter() - began), (cpu_s(live.process.pid) - before) / jobs * 1000


async def measure(dialect: str, scale: float) -> list[Figure]:
    """Each peer beside Pressrun, with the same number of jobs."""
    jobs = max(200, int(4000 * scale))
    figures = []
    with mock(0) as model_url:
        rate, cpu_ms = await ours(dialect, model_url, jobs)
        value = f"{rate:,.0f} jobs/s, {cpu_ms:.2f} ms CPU"
        for name, title in PEERS[dialect].items():
            with redis() if name == "celery" else database("postgres") as address:
                environment = {"BENCH_REDIS" if name == "celery" else "BENCH_DATABASE": address}
                theirs, their_cpu_ms = await asyncio.to_thread(peer, name, model_url, jobs, environment)
            beside = f"{title}: {theirs:,.0f} jobs/s, {their_cpu_ms:.2f} ms CPU ({rate / theirs:.1f} times as fast)"
            figures.append(Figure("peers", f"{jobs:,} jobs end to end", dialect, value, "–", beside))
    return figures

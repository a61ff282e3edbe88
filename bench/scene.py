"""What every benchmark needs: a mock model, a server on each database, and the CPU that a process tree used."""

import contextlib
import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import asyncpg
from tests.live_server import LiveServer, live_server
from tests.postgres_server import postgres_server
from tests.raw_sql import fetch

from pressrun.ids import new_id
from pressrun.jobs.create import create
from pressrun.jobs.job import NewJob
from pressrun.store.open import open_store

AGENT = {
    "name": "Bench",
    "alias": "bench",
    "inputs": [{"name": "Product", "type": "text"}],
    "prompts": [{"name": "text", "model": "mock", "prompt": "Describe @Product in two sentences."}],
}
DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
GROUP = 500
PREFIX = "pressrun-bench-"
LIVE = {"PRESSRUN_LOG_LEVEL": "warning", "PRESSRUN_GRACE_S": "1"}
TICKS = os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def mock(latency_ms: float) -> Iterator[str]:
    """The base URL of a mock model."""
    process = subprocess.Popen([sys.executable, "-m", "bench.mock", str(latency_ms)], stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


@contextlib.contextmanager
def database(dialect: str) -> Iterator[str]:
    """The address of an empty database whose commits reach the disk."""
    with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
        if dialect == "sqlite":
            yield f"sqlite:///{folder}/{uuid.uuid4().hex}.db"
        else:
            with postgres_server(DURABLE) as url:
                yield url


@contextlib.contextmanager
def server(database_url: str, model_url: str, *arguments: str) -> Iterator[LiveServer]:
    """A server with the bench agent deployed on the mock."""
    with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
        with serving(Path(folder), database_url, *arguments) as live:
            deploy(live, model_url)
            yield live


def serving(folder: Path, database_url: str, *arguments: str) -> contextlib.AbstractContextManager[LiveServer]:
    """A server whose data is in a folder, which may have served before."""
    return live_server(folder / "data", database_url, environment=LIVE, arguments=arguments)


def deploy(live: LiveServer, model_url: str) -> None:
    """Have a server know the bench agent, on the mock."""
    live.request("POST", "/v1/models", {"name": "mock", "base_url": model_url})
    live.request("POST", "/v1/applications", AGENT)
    live.request("POST", "/v1/applications/bench/deploy")


async def load(database_url: str, jobs: int) -> None:
    """Accept jobs for the bench agent, past HTTP, in large groups."""
    found = await fetch(database_url, "SELECT organization_id, id, deployed_version FROM agents WHERE alias = 'bench'")
    organization_id, agent_id, version = found[0]
    store = await open_store(database_url, migrate=False)
    try:
        for begin in range(0, jobs, GROUP):
            group = [
                NewJob(
                    id=new_id(),
                    organization_id=organization_id,
                    agent_id=agent_id,
                    agent_reference=agent_id,
                    agent_version=version,
                    key_id=None,
                    inputs=b'{"Product":["Terra running shoe"]}',
                    options=b"{}",
                    max_attempts=5,
                    on_worker_loss="retry",
                    deadline_s=86_400,
                )
                for _ in range(min(GROUP, jobs - begin))
            ]
            await store.write(lambda tx, group=group: create(tx, group))  # type: ignore[misc]
            store.bells.ring("jobs")
    finally:
        await store.close()


def cpu_s(pid: int) -> float:
    """Seconds of CPU that a process and its living children have used."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):  # it has ended since its parent was asked
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS + sum(cpu_s(int(child)) for child in children)


def process_rss_mb(pid: int) -> float:
    """The most memory that a process or any of its children has had resident, in MB."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    peak = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM"))
    return max(int(peak.split()[1]) * 1024 / 1e6, *(process_rss_mb(int(child)) for child in children), 0.0)


def rss_mb(pid: int) -> float:
    """Resident memory of a process and its children, in MB."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6 + sum(rss_mb(int(child)) for child in children)


async def postgres_cpu_s(url: str) -> float:
    """Seconds of CPU of all of a PostgreSQL server's processes."""
    connection = await asyncpg.connect(url)
    try:
        pid = int(await connection.fetchval("SELECT pg_backend_pid()"))
        parent = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    finally:
        await connection.close()
    return cpu_s(parent)

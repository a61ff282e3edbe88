"""Get and list among a million jobs, at any offset, over HTTP."""

import random
import time
from collections.abc import Callable
from pathlib import Path

import aiohttp
import apsw
import asyncpg

from bench.figure import Figure, percentile
from bench.scene import database, mock, server

CALLS = 300
AIM = "p99 < 50 ms"
COLUMNS = """id, organization_id, agent_id, agent_version, key_id, state, priority, max_attempts, on_worker_loss,
run_at, deadline_at, deadline_s, created_at, updated_at, inputs, options"""
VALUES = """lower(printf('job-%08d', n)), organization_id, id, deployed_version, 'k',
CASE n % 10 WHEN 0 THEN 'failed' WHEN 1 THEN 'cancelled' ELSE 'completed' END, 5, 5, 'retry', 1, 1, 1, 1, 1,
CAST('{"Product":["Terra running shoe"]}' AS blob), CAST('{}' AS blob)"""
COUNTS = """INSERT INTO job_counts (organization_id, agent_id, state, slot, jobs)
SELECT organization_id, agent_id, state, 99, count(*) FROM jobs GROUP BY 1, 2, 3
ON CONFLICT (agent_id, state, slot) DO UPDATE SET jobs = excluded.jobs"""


async def fill(url: str, jobs: int) -> None:
    """Ended jobs of the only agent, past the queue."""
    if url.startswith("sqlite"):
        connection = apsw.Connection(url.removeprefix("sqlite:///"))
        connection.set_busy_timeout(60_000)
        with connection:
            connection.execute(
                f"WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {jobs}) "  # noqa: S608
                f"INSERT INTO jobs ({COLUMNS}) SELECT {VALUES} FROM numbers, agents"
            )
            connection.execute(COUNTS)
        connection.close()
        return
    postgres = await asyncpg.connect(url)
    values = VALUES.replace("printf('job-%08d', n)", "'job-' || lpad(n::text, 8, '0')").replace("AS blob", "AS bytea")
    await postgres.execute(
        f"INSERT INTO jobs ({COLUMNS}) SELECT {values} FROM generate_series(1, {jobs}) AS n, agents"  # noqa: S608
    )
    await postgres.execute(COUNTS)
    await postgres.execute("VACUUM ANALYZE jobs")
    await postgres.close()


async def measure(dialect: str, scale: float) -> list[Figure]:
    """The slowest hundredth of each kind of look."""
    jobs = int(1_000_000 * scale)
    figures = []
    with mock(0) as model_url, database(dialect) as url, server(url, model_url) as live:
        await fill(url, jobs)
        path = f"{live.url}/v1/applications"
        dice = random.Random(1)  # noqa: S311 - offsets, not secrets
        looks: dict[str, Callable[[], str]] = {
            "get a job": lambda: f"{path}/jobs/job-{dice.randrange(1, jobs):08}",
            "list at any offset": lambda: f"{path}/bench/jobs?limit=50&offset={dice.randrange(jobs)}",
            "list completed at any offset": lambda: (
                f"{path}/bench/jobs?limit=50&status=completed&offset={dice.randrange(int(jobs * 0.8))}"
            ),
            "list the last page": lambda: f"{path}/bench/jobs?limit=50&offset={jobs - 50}",
        }
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {live.api_key}"}) as session:
            for name, address in looks.items():
                times = []
                for number in range(CALLS + 20):
                    began = time.perf_counter()
                    async with session.get(address()) as response:
                        body = await response.read()
                        assert response.status == 200, body
                    if number >= 20:
                        times.append((time.perf_counter() - began) * 1000)
                times.sort()
                value = f"p50 {percentile(times, 0.5):.1f} ms, p99 {percentile(times, 0.99):.1f} ms"
                figures.append(Figure("list", f"{name}, {jobs:,} jobs", dialect, value, AIM))
        if dialect == "sqlite":
            size = Path(url.removeprefix("sqlite:///")).stat().st_size
            figures.append(Figure("list", f"size of {jobs:,} ended jobs", dialect, f"{size / 1e6:,.0f} MB"))
    return figures

"""The claim must find its rows by index, on both databases, however long the backlog."""

import pytest

from pressrun.store.queries import queries
from pressrun.store.store import Store
from tests.jobs.agents_rows import add_agent
from tests.jobs.scene import Scene
from tests.raw_sql import analyze, explain

BACKLOG = 3000
AGENTS = 10


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("claim_jobs", "jobs_queued"),
        ("wake_waiting_jobs", "jobs_waiting"),
        ("rescue_jobs", "jobs_running"),
        ("expire_jobs", "jobs_deadline"),
        ("list_jobs", "jobs_by_agent"),
        ("list_jobs_in_phase", "jobs_by_phase"),
        ("walk_jobs_in_state", "jobs_by_state"),
        ("walk_single_jobs", "jobs_single"),
        ("walk_failed_jobs", "jobs_failed"),
        ("walk_jobs_of_agent", "jobs_by_agent"),
        ("walk_jobs_of_agent_in_phase", "jobs_by_phase"),
        ("find_first_queued", "jobs_by_state"),
        ("count_runs_of_workers", "jobs_running"),
    ],
)
async def test_a_query_uses_its_index(store: Store, database_url: str, query: str, index: str) -> None:
    scene = await Scene.set(store)
    for number in range(AGENTS):
        await add_agent(store, "o", f"a{number}")
        await scene.create(*(scene.new_job(agent_id=f"a{number}") for _ in range(5)))
    await scene.create(*(scene.new_job() for _ in range(BACKLOG)))
    await analyze(database_url)
    plan = await explain(database_url, queries(store.dialect)[query])
    assert index in plan, plan
    assert "Seq Scan on jobs" not in plan, plan
    assert "SCAN jobs\n" not in plan, plan

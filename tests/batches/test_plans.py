"""A step for a batch must find its rows by index, on both databases, however many others there are."""

import pytest

from pressrun.store.queries import queries
from pressrun.store.store import Store
from tests.batches.scene import BatchScene
from tests.raw_sql import analyze, execute, explain

ROWS = [f"product {number}" for number in range(3000)]


@pytest.mark.parametrize(
    ("query", "index"),
    [
        ("list_batch_results", "jobs_by_row"),
        ("list_failed_rows", "jobs_by_row"),
        ("walk_jobs_of_batch", "jobs_by_row"),
        ("count_batch_errors", "jobs_failed_in_batch"),
        ("cancel_queued_rows", "jobs_queued"),
        ("cancel_waiting_rows", "jobs_waiting"),
        ("request_cancel_of_batch", "jobs_running"),
        ("find_queued_row", "jobs_queued"),
    ],
)
async def test_a_query_uses_its_index(scene: BatchScene, database_url: str, query: str, index: str) -> None:
    store: Store = scene.store
    await scene.start(*ROWS)
    batch_id = await scene.start(*ROWS)
    await execute(database_url, "UPDATE jobs SET state = 'completed' WHERE seq % 100 > 3")
    await execute(database_url, "UPDATE jobs SET state = 'failed', error_code = 'x' WHERE seq % 100 = 2")
    await analyze(database_url)
    found = queries(store.dialect)[query]
    plan = await explain(database_url, found, agent_id=scene.agent_id, batch_id=batch_id)
    assert index in plan, plan
    assert "Seq Scan on jobs" not in plan, plan
    assert "SCAN jobs\n" not in plan, plan


async def test_loading_finds_what_has_the_same_inputs_by_index(scene: BatchScene, database_url: str) -> None:
    """Without statistics, which a file that has just come has not; else its last rows take as long as all others."""
    batch_id = await scene.start(*ROWS)
    names = {"organization_id": "o", "batch_id": batch_id, "after": 0, "last": 10, "max_attempts": 1, "deadline_s": 1}
    values = {**names, "on_worker_loss": "retry", "options": b"{}", "reuse": 1, "dedupe": 1, "never": 1}
    plan = await explain(database_url, queries(scene.store.dialect)["load_batch_rows"], **values)
    assert "jobs_by_inputs" in plan, plan
    assert "PRIMARY KEY (batch_id=? AND row=?)" in plan or "Index Cond: ((batch_id = found.batch_id) AND (" in plan, (
        plan
    )


@pytest.mark.parametrize("query", ["end_followers", "find_first_follower", "follow_instead"])
async def test_followers_are_found_by_their_leader(scene: BatchScene, database_url: str, query: str) -> None:
    """On SQLite without statistics, which a file that has just come has not; PostgreSQL makes them soon."""
    await scene.start(*(f"product {number % 100}" for number in range(1000)))
    if scene.store.dialect == "postgres":
        await analyze(database_url)
    values = {"job_id": "j", "leader_id": "l", "error_code": None}
    plan = await explain(database_url, queries(scene.store.dialect)[query], **values)
    assert "jobs_following" in plan, plan

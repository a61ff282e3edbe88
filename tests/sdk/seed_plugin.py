"""A pytest plugin for Writer's own test-suite: before each of its tests, what that suite expects to find is there.

Run as `pytest -p tests.sdk.seed_plugin` with PRESSRUN_TEST_DATABASE_URL set; the upstream files stay untouched.
"""

import asyncio
import os
import threading

import pytest

from pressrun.agents import drafts, versions
from pressrun.agents.check import check
from pressrun.jobs import cancel
from pressrun.jobs.create import create
from pressrun.jobs.job import NewJob
from pressrun.organizations import keys
from pressrun.organizations.keys import Scope
from pressrun.organizations.organization import FIRST
from pressrun.store.open import open_store
from pressrun.store.store import Transaction
from tests.raw_sql import execute

UPSTREAM_ID = "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"
"""Writer's suite uses this one id for everything that is a UUID."""

UPSTREAM_KEY = "My API Key"

AGENT = {
    "name": "Fixture",
    "alias": "application_id",
    "inputs": [{"name": "id", "type": "text"}],
    "prompts": [{"name": "echo", "model": "scripted", "prompt": "Echo @id"}],
}


@pytest.fixture(autouse=True)
def _seeded() -> None:
    """Seed in a thread: the suite has an event loop of its own."""
    thread = threading.Thread(target=lambda: asyncio.run(seed(os.environ["PRESSRUN_TEST_DATABASE_URL"])))
    thread.start()
    thread.join()


async def seed(database_url: str) -> None:
    """The agent, its key, and its failed job, whatever the last test did to them."""
    await execute(
        database_url,
        *(f"DELETE FROM {table}" for table in ("results", "job_events", "job_counts", "idempotency_keys", "jobs")),  # noqa: S608
        *(f"DELETE FROM {table}" for table in ("agent_versions", "agents")),  # noqa: S608
        "DELETE FROM keys WHERE name = 'upstream'",
    )
    store = await open_store(database_url, migrate=False)
    try:
        await store.write(_fixtures)
    finally:
        await store.close()


async def _fixtures(tx: Transaction) -> None:
    await keys.create(tx, FIRST, "upstream", [Scope.ADMIN], token=UPSTREAM_KEY)
    await drafts.add_agent(tx, FIRST, check(AGENT), UPSTREAM_ID)
    await versions.deploy_agent(tx, FIRST, UPSTREAM_ID)
    job = NewJob(
        id=UPSTREAM_ID,
        organization_id=FIRST,
        agent_id=UPSTREAM_ID,
        agent_reference=UPSTREAM_ID,
        agent_version=1,
        key_id=None,
        inputs=b'{"id":["string"]}',
        options=b"{}",
        max_attempts=5,
        on_worker_loss="retry",
        deadline_s=86_400,
    )
    await create(tx, [job])
    await cancel.cancel(tx, FIRST, UPSTREAM_ID)

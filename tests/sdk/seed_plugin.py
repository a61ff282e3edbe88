"""A pytest plugin for Writer's own test-suite: before each of its tests, what that suite expects to find is there.

Run as `pytest -p tests.sdk.seed_plugin` with the server's PRESSRUN_DATABASE_URL and PRESSRUN_DATA_DIR set; the upstream
files stay untouched. What a test may have changed is put back before the next one.
"""

import asyncio
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator
from typing import Any, TypeVar

import pytest

from pressrun.agents import drafts, versions
from pressrun.agents.agent import find_agent
from pressrun.agents.check import check
from pressrun.errors import PressrunError
from pressrun.jobs import cancel, read
from pressrun.jobs.create import create
from pressrun.jobs.delete import delete
from pressrun.jobs.job import OPEN, Acceptance, NewJob
from pressrun.knowledge import files, graphs, members
from pressrun.knowledge.disk_blobs import DiskBlobs
from pressrun.knowledge.upload import FileLimits, NewFile, keep_file
from pressrun.organizations import keys
from pressrun.organizations.keys import Scope
from pressrun.organizations.organization import FIRST
from pressrun.settings import Settings
from pressrun.store.open import open_store
from pressrun.store.store import Transaction

T = TypeVar("T")

UPSTREAM_ID = "182bd5e5-6e1a-4fe4-a799-aa6d9a6ab26e"
"""Writer's suite uses this one id for everything that is a UUID."""

UPSTREAM_KEY = "My API Key"

AGENT = {
    "name": "Fixture",
    "alias": "application_id",
    "inputs": [{"name": "id", "type": "text"}],
    "prompts": [{"name": "echo", "model": "scripted", "prompt": "Echo @id"}],
}

FILE_ID = "file_id"

LIMITS = FileLimits(10**6, 10**9)

CHANGING = ("delete", "remove", "retry")
"""Words in the names of those tests after which something is no longer as it was."""


class Seeds:
    """The store, open for as long as the suite runs, in a thread of its own: the suite has event loops itself."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._store = self._run(open_store(settings.store_url, migrate=False))
        self._blobs = DiskBlobs(settings.blobs_dir)
        self._run(self._store.write(_agent_and_key))
        self.stale = True

    def plant(self) -> None:
        """Put everything back that a test may have changed."""
        self._run(self._job())
        self._run(self._file())
        self._run(self._store.write(_graph))
        self.stale = False

    def close(self) -> None:
        """Close the store and end the thread."""
        self._run(self._store.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _job(self) -> None:
        while not await self._store.write(_job):  # a worker is at it: it ends at once
            await asyncio.sleep(0.01)

    async def _file(self) -> None:
        if await self._store.read(lambda tx: files.find(tx, FIRST, FILE_ID)) is None:
            new = NewFile(FIRST, "notes.txt", file_id=FILE_ID)
            await keep_file(self._store, self._blobs, new, _content(), LIMITS)

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()


@pytest.fixture(scope="session")
def seeds() -> Iterator[Seeds]:
    """What the suite expects."""
    found = Seeds(Settings())
    yield found
    found.close()


@pytest.fixture(autouse=True)
def _seeded(seeds: Seeds, request: pytest.FixtureRequest) -> None:
    if seeds.stale:
        seeds.plant()
    seeds.stale = any(word in request.node.name for word in CHANGING)


async def _graph(tx: Transaction) -> None:
    """The graph, with the file in it."""
    try:
        await graphs.find(tx, FIRST, UPSTREAM_ID)
    except PressrunError:
        await graphs.create(tx, FIRST, "Fixture", graph_id=UPSTREAM_ID)
    await members.add(tx, FIRST, UPSTREAM_ID, FILE_ID)


async def _content() -> AsyncIterator[bytes]:
    yield b"Terra is a running shoe."


async def _agent_and_key(tx: Transaction) -> None:
    await keys.create(tx, FIRST, "upstream", [Scope.ADMIN], token=UPSTREAM_KEY)
    await drafts.add_agent(tx, FIRST, check(AGENT), UPSTREAM_ID)
    await versions.deploy_agent(tx, FIRST, UPSTREAM_ID)


async def _job(tx: Transaction) -> bool:
    """A failed job of the agent in place of the one there is, unless that runs."""
    found = await read.find(tx, FIRST, UPSTREAM_ID)
    if found is not None and found.state in OPEN:
        await cancel.cancel(tx, FIRST, UPSTREAM_ID)
        found = await read.find(tx, FIRST, UPSTREAM_ID)
    if found is not None and found.state in OPEN:
        return False
    await delete(tx, FIRST, UPSTREAM_ID)
    version = (await find_agent(tx, FIRST, UPSTREAM_ID)).deployed_version
    assert version is not None
    job = NewJob(
        id=UPSTREAM_ID,
        organization_id=FIRST,
        agent_id=UPSTREAM_ID,
        agent_reference=UPSTREAM_ID,
        agent_version=version,
        key_id=None,
        inputs=b'{"id":["string"]}',
        options=b"{}",
        max_attempts=5,
        on_worker_loss="retry",
        deadline_s=86_400,
    )
    (accepted,) = await create(tx, [job])
    assert accepted.acceptance == Acceptance.CREATED
    await cancel.cancel(tx, FIRST, UPSTREAM_ID)
    return True

"""The system, its API and its callers, as the tests of the API have them; another organization, another node."""

from collections.abc import AsyncIterator

import pytest

from pressrun.store.open import open_store
from pressrun.store.store import Store
from tests.api.conftest import client, server, settings, system, worker
from tests.api.server import THEIRS, Server
from tests.fake_clock import FakeClock
from tests.security.possessions import Possessions, furnish

__all__ = ["client", "nodes", "server", "settings", "system", "worker"]


@pytest.fixture
async def nodes(store: Store, database_url: str, clock: FakeClock) -> AsyncIterator[list[Store]]:
    """Two open stores that share nothing but the database."""
    other = await open_store(database_url, clock=clock)
    yield [store, other]
    await other.close()


@pytest.fixture
async def theirs(server: Server, worker: None) -> Possessions:
    """An organization beside ours that uses everything there is."""
    return await furnish(server, THEIRS)

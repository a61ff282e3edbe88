"""The scene of every batch test."""

import pytest

from pressrun.store.store import Store
from tests.batches.scene import BatchScene


@pytest.fixture
async def scene(store: Store) -> BatchScene:
    """An organization, a deployed agent, a worker that is alive."""
    return await BatchScene.set(store)

"""The scene of every job test."""

import pytest

from pressrun.store.store import Store
from tests.jobs.scene import Scene


@pytest.fixture
async def scene(store: Store) -> Scene:
    """An organization, a deployed agent, a worker that is alive."""
    scene = await Scene.set(store)
    await scene.add_worker()
    return scene

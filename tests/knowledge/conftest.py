"""Bytes on the disk of the test, and what takes files in."""

from pathlib import Path

import pytest

from pressrun.knowledge.disk_blobs import DiskBlobs
from pressrun.knowledge.extract import Extractor
from pressrun.knowledge.take_in import Tools
from pressrun.store.store import Store
from tests.jobs.scene import Scene


@pytest.fixture
def blobs(tmp_path: Path) -> DiskBlobs:
    """An empty place for bytes."""
    return DiskBlobs(tmp_path / "files")


@pytest.fixture
def tools(store: Store, blobs: DiskBlobs) -> Tools:
    """What a worker takes files in with."""
    return Tools(store, blobs, Extractor())


@pytest.fixture
async def scene(store: Store) -> Scene:
    """An organization `o`, a deployed agent, a worker that is alive."""
    scene = await Scene.set(store)
    await scene.add_worker()
    return scene

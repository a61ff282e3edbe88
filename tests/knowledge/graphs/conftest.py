"""One embedder for all tests, and graphs to search."""

import pytest

from pressrun.knowledge.embedding.embedder import Embedder, EmbedderOptions
from pressrun.knowledge.knowledge import Knowledge
from pressrun.store.store import Store
from tests.knowledge.graphs.scene import Scene


@pytest.fixture
def words_alone() -> Embedder:
    """What stands in where none is installed."""
    return Embedder(EmbedderOptions("none"))


@pytest.fixture
async def scene(store: Store, database_url: str, embedder: Embedder) -> Scene:
    """A store without graphs."""
    return Scene(store, database_url, Knowledge(store, embedder))

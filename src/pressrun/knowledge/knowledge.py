"""What search and ingestion have at hand: the store, and the embedder if one is installed."""

from pressrun.knowledge.embedding.embedder import Embedder
from pressrun.knowledge.signs import Remembered
from pressrun.store.store import Store

EVERY_VECTOR = 1000
"""Up to so many passages are compared one by one; of more, those whose signs differ least."""


class Knowledge:
    """Shared by all of a process.

    `ask_store` says whether distances may be asked of the database, which has sqlite-vec or pgvector then. Without it,
    and where the database cannot tell them, they are worked out here. Up to `every_vector` passages are compared one by
    one.
    """

    def __init__(
        self, store: Store, embedder: Embedder, *, ask_store: bool = True, every_vector: int = EVERY_VECTOR
    ) -> None:
        self.store = store
        self.embedder = embedder
        self.every_vector = every_vector
        self.signs = Remembered()
        self._has_distances: bool | None = None if ask_store else False

    @property
    def search(self) -> str:
        """How passages are found: `hybrid` by meaning and by words, `text` by words alone, as no embedder is there."""
        return "hybrid" if self.embedder.name else "text"

    async def has_distances(self) -> bool:
        """Whether the database works out distances itself."""
        if self._has_distances is None:
            row = await self.store.read(lambda tx: tx.one("has_distances"))
            self._has_distances = row is not None and bool(row["found"])
        return self._has_distances

    async def close(self) -> None:
        """Let go of the embedder."""
        await self.embedder.close()

"""A store that notes the queries it is asked to run, by name and in their order."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from pressrun.store.store import Row, Store, Transaction, Value
from tests.lossy_store import LossyStore

T = TypeVar("T")


class WatchedTransaction:
    """Does what `inner` does; `queries` grows by each query's name."""

    def __init__(self, inner: Transaction, queries: list[str]) -> None:
        self._inner = inner
        self._queries = queries

    async def all(self, query: str, /, **values: Value) -> list[Row]:
        """See Transaction.all."""
        self._queries.append(query)
        return await self._inner.all(query, **values)

    async def one(self, query: str, /, **values: Value) -> Row | None:
        """See Transaction.one."""
        self._queries.append(query)
        return await self._inner.one(query, **values)

    async def run(self, query: str, /, **values: Value) -> int:
        """See Transaction.run."""
        self._queries.append(query)
        return await self._inner.run(query, **values)

    async def each(self, query: str, rows: Sequence[Mapping[str, Value]], /) -> list[Row]:
        """See Transaction.each."""
        self._queries.append(f"{query} of {len(rows)}")
        return await self._inner.each(query, rows)


class WatchedStore(LossyStore):
    """Loses nothing; `queries` are those of all works since somebody cleared them."""

    def __init__(self, inner: Store) -> None:
        super().__init__(inner)
        self.queries: list[str] = []

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """See Store.write."""
        return await super().write(self._watched(work))

    async def read(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """See Store.read."""
        return await super().read(self._watched(work))

    def _watched(self, work: Callable[[Transaction], Awaitable[T]]) -> Callable[[Transaction], Awaitable[T]]:
        async def watched(tx: Transaction) -> T:
            return await work(WatchedTransaction(tx, self.queries))

        return watched

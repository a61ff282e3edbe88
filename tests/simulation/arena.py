"""Stores that one machine drives side by side: what is done is done on each, and every answer must be the same."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import apsw
import asyncpg

from pressrun.store.open import open_store
from pressrun.store.store import Store, Transaction
from tests.fake_clock import FakeClock
from tests.simulation.snapshot import Fetch, Rows, Snapshot, take

T = TypeVar("T")

TABLES = (
    "job_events", "checkpoints", "model_outages", "results", "outbox", "idempotency_keys", "job_counts", "model_calls",
    "jobs", "webhooks", "webhook_deliveries", "workers", "agent_versions", "agents", "organizations",
)  # fmt: skip


class Arena:
    """Open stores on one event loop and one clock; a store's tables are emptied between examples, not made anew."""

    def __init__(self, urls: list[str]) -> None:
        self.clock = FakeClock()
        self._runner = asyncio.Runner()
        self._stores = [self._runner.run(open_store(url, clock=self.clock)) for url in urls]
        self._fetches, self._closers = zip(*(self._runner.run(_inspector(url)) for url in urls), strict=True)

    def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """What every store answers; the exception every store raises."""
        return self.each(lambda store: store.write(work))

    def each(self, act: Callable[[Store], Awaitable[T]]) -> T:
        """The same for something done with a store rather than within a transaction."""
        outcomes = [self._runner.run(_outcome(act(store))) for store in self._stores]
        for other in outcomes[1:]:
            assert other == outcomes[0], f"the stores differ: {outcomes}"
        value, error = outcomes[0]
        if error is not None:
            raise error[0]
        return value  # type: ignore[return-value]

    def look(self) -> Snapshot:
        """What every store holds."""
        found = [self._runner.run(take(fetch)) for fetch in self._fetches]
        for other in found[1:]:
            assert other == found[0], "the stores differ"
        return found[0]

    def empty(self) -> None:
        """Forget every row."""
        for fetch in self._fetches:
            for table in TABLES:
                self._runner.run(fetch(f"DELETE FROM {table}"))  # noqa: S608 - names of our own

    def close(self) -> None:
        """Close everything."""
        for closer in self._closers:
            self._runner.run(closer())
        for store in self._stores:
            self._runner.run(store.close())
        self._runner.close()


class _Same(tuple[Exception]):
    """An exception, equal to another of its kind that says the same."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and repr(self[0]) == repr(other[0])

    def __hash__(self) -> int:
        return hash(repr(self[0]))


async def _outcome(doing: Awaitable[T]) -> tuple[T | None, _Same | None]:
    try:
        return await doing, None
    except Exception as error:  # noqa: BLE001 - compared with what the other store raised
        return None, _Same((error,))


async def _inspector(url: str) -> tuple[Fetch, Callable[[], Awaitable[None]]]:
    if url.startswith("sqlite:///"):
        connection = apsw.Connection(url.removeprefix("sqlite:///"))
        connection.set_busy_timeout(10_000)
        connection.execute("PRAGMA synchronous = OFF")

        async def fetch_sqlite(sql: str) -> Rows:
            return [tuple(row) for row in connection.execute(sql)]

        async def close_sqlite() -> None:
            connection.close()

        return fetch_sqlite, close_sqlite
    postgres = await asyncpg.connect(url)

    async def fetch_postgres(sql: str) -> Rows:
        return [tuple(row.values()) for row in await postgres.fetch(sql)]

    return fetch_postgres, postgres.close

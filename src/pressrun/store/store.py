"""The seam: what the rest of Pressrun may ask of a database.

A *work* is an async function whose first argument is its `Transaction` and which awaits nothing else: PostgreSQL runs
it on the event loop, SQLite drives it to its end inside the writer's thread, where other works share its commit.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Literal, Protocol, TypeVar

from pressrun.store.bells import Bells

T = TypeVar("T")
Value = str | int | float | bytes | None
Row = Mapping[str, Any]
Dialect = Literal["sqlite", "postgres"]

POOL_SIZE = 8
"""Connections that a process holds to PostgreSQL at most."""


class Transaction(Protocol):
    """One transaction; `query` is the name of a query in `store/sql`.

    `:now` in a query is the store's own clock in microseconds since the epoch: the database's on PostgreSQL, so that
    a host with a wrong clock can neither free nor keep a lease.
    """

    async def all(self, query: str, /, **values: Value) -> list[Row]:
        """Every row."""
        ...

    async def one(self, query: str, /, **values: Value) -> Row | None:
        """The first row, or None."""
        ...

    async def run(self, query: str, /, **values: Value) -> int:
        """How many rows changed."""
        ...

    async def each(self, query: str, rows: Sequence[Mapping[str, Value]], /) -> list[Row]:
        """Run a query for many sets of values in one statement; the rows it returns, in no promised order."""
        ...


Work = Callable[[Transaction], Awaitable[T]]


class Store(Protocol):
    """A database that is open."""

    dialect: Dialect

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run `work` in one transaction; returns after a commit that survives a power cut, raises what it raised.

        Raises PressrunError: unavailable when the database cannot be reached, no_room when its disk is full.
        """
        ...

    async def read(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run `work`, which changes nothing, on a state that holds every write that has returned."""
        ...

    @property
    def has_room(self) -> bool:
        """Whether anything new should be begun: False while only a reserve is left, for what runs to end."""
        ...

    async def keep_room(self) -> None:
        """Set the reserve aside again if there is room for it; costs nothing when it is there."""
        ...

    @property
    def bells(self) -> Bells:
        """Hints between the processes that have this database open."""
        ...

    async def close(self) -> None:
        """Finish what was begun and let go of the database."""
        ...

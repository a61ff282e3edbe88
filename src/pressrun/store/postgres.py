"""PostgreSQL: a pool of connections, named queries with numbered parameters, arrays for many rows at once."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, cast

import asyncpg

from pressrun.errors import Code, CommitUnknownError, PressrunError
from pressrun.store.ballast import no_room
from pressrun.store.bells import Bells
from pressrun.store.clock import Clock
from pressrun.store.facts import refuse_moved
from pressrun.store.listening import Listening
from pressrun.store.postgres_links import watch_link
from pressrun.store.postgres_migrate import migrate_postgres
from pressrun.store.queries import queries
from pressrun.store.store import POOL_SIZE, Dialect, Row, Transaction, Value

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

T = TypeVar("T")

COMMAND_TIMEOUT_S = 20.0
CONNECT_TIMEOUT_S = 10.0
ACQUIRE_TIMEOUT_S = 10.0
"""Seconds a caller waits for a connection of the pool, and for one that was interrupted to be fit for use again: over a
dead link, the driver's request to interrupt would otherwise be waited for as long as the kernel tries to send it."""

FULL_S = 5.0
"""How long nothing new is begun after the disk was full."""

TRIES = 4
"""How often a transaction is begun when PostgreSQL asks for it to be repeated."""

DATABASE_CLOCK = "CAST(extract(epoch FROM now()) * 1000000 AS bigint)"

PLANNER = {
    # Without statistics the claim was planned as a bitmap scan and a sort of the whole backlog, and JIT cost 250 ms.
    "jit": "off",
    "enable_bitmapscan": "off",
    "enable_sort": "off",
    "application_name": "pressrun",
    # A process that was cut off may hold the lock of the claims: the server must notice soon, whatever it waits for.
    "tcp_user_timeout": "10s",
    "tcp_keepalives_idle": "5",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "2",
    "idle_in_transaction_session_timeout": "15s",
    "statement_timeout": "20s",
}

REPEAT = (
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    # A newer Pressrun has changed a table since the statement was planned; the driver forgets the plans of the pool.
    asyncpg.InvalidCachedStatementError,
)
UNREACHABLE = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # a connection that died between two messages: "another operation is in progress"
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.QueryCanceledError,  # the statement's timeout: a lock that somebody else does not let go
    asyncpg.LockNotAvailableError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.ReadOnlySQLTransactionError,  # a standby, or a primary that has been demoted
)


class PostgresStore:
    """A PostgreSQL database that is open."""

    dialect: Dialect = "postgres"

    def __init__(self, url: str, pool: "asyncpg.Pool[asyncpg.Record]", clock: Clock | None) -> None:
        self._pool = pool
        self._clock = clock
        self._statements = statements(clock)
        self._listening = Listening(url, pool)
        self._full_until = 0.0
        self.bells = Bells(self._listening.send)

    @classmethod
    async def open(
        cls,
        url: str,
        *,
        clock: Clock | None = None,
        migrate: bool = True,
        pool_size: int = POOL_SIZE,
        hints: bool = True,
    ) -> "PostgresStore":
        """Connect; raises PressrunError when nobody answers or the database is of a newer Pressrun."""
        try:
            await migrate_postgres(url, apply=migrate)
            pool = await asyncpg.create_pool(
                url,
                min_size=0,  # what the driver does by itself to keep some, it tells in log lines of its own
                max_size=pool_size,
                command_timeout=COMMAND_TIMEOUT_S,
                timeout=CONNECT_TIMEOUT_S,
                server_settings=PLANNER,
                init=watch_link,
                reset=_as_it_is,
            )
        except (*UNREACHABLE, asyncpg.PostgresError) as error:
            raise PressrunError(Code.UNAVAILABLE, f"cannot open the database: {error}", retry_after_s=5) from error
        store = cls(url, pool, clock)
        try:
            if hints:
                await store._listening.open(store.bells.heard)
            await store.read(refuse_moved)
        except BaseException:
            await store.close()
            raise
        return store

    @property
    def has_room(self) -> bool:
        """See Store.has_room: the server keeps no reserve, so a full disk is remembered for a while."""
        return time.monotonic() >= self._full_until

    async def keep_room(self) -> None:
        """See Store.keep_room."""

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """See Store.write."""
        for left in reversed(range(TRIES)):
            try:
                async with self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection:
                    return await self._write_once(connection, work)
            except REPEAT:
                if not left:
                    raise
            except asyncpg.UniqueViolationError as error:
                # Works look before they write; this is somebody who was faster between the two.
                taken = "somebody else has just taken this name, which must be unique: choose another"
                raise PressrunError(Code.CONFLICT, taken) from error
            except asyncpg.DiskFullError as error:
                self._full_until = time.monotonic() + FULL_S
                raise no_room() from error
            except UNREACHABLE as error:
                raise _unavailable() from error
        raise AssertionError("unreachable")

    async def _write_once(
        self, connection: "PoolConnectionProxy[asyncpg.Record]", work: Callable[[Transaction], Awaitable[T]]
    ) -> T:
        transaction = connection.transaction()
        await transaction.start()
        try:
            value = await work(PostgresTransaction(connection, self._statements, self._clock))
        except BaseException:
            with contextlib.suppress(*UNREACHABLE):  # what is wrong with the work counts, not what came of it
                await transaction.rollback()
            raise
        try:
            await transaction.commit()
        except UNREACHABLE as error:
            raise CommitUnknownError(value) from error
        return value

    async def read(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """See Store.read."""
        try:
            async with self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection:
                return await work(PostgresTransaction(connection, self._statements, self._clock))
        except UNREACHABLE as error:
            raise _unavailable() from error

    async def close(self) -> None:
        """See Store.close."""
        await self.bells.close()
        await self._listening.close()
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT_S):
                await self._pool.close()
        except TimeoutError:
            self._pool.terminate()


def statements(clock: Clock | None) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Every query with the names of its parameters in order; without a clock the server's own tells the time."""
    return {
        name: query.numbered(DATABASE_CLOCK if clock is None else None) for name, query in queries("postgres").items()
    }


async def _as_it_is(_connection: object) -> None:
    """What the driver does before a connection is used again: it ends a transaction that was left open, and no more.

    Our locks and settings end with their transactions; to reset a session that has none is a round trip for nothing.
    """


def _unavailable() -> PressrunError:
    return PressrunError(Code.UNAVAILABLE, "the database cannot be reached", retry_after_s=5)


class PostgresTransaction:
    """See Transaction."""

    def __init__(
        self,
        connection: "PoolConnectionProxy[asyncpg.Record] | asyncpg.Connection[asyncpg.Record]",
        statements: Mapping[str, tuple[str, tuple[str, ...]]],
        clock: Clock | None,
    ) -> None:
        self._connection = connection
        self._statements = statements
        self._clock = clock

    async def all(self, query: str, /, **values: Value) -> list[Row]:
        """See Transaction.all."""
        sql, arguments = self._bind(query, values)
        return cast("list[Row]", await self._connection.fetch(sql, *arguments))

    async def one(self, query: str, /, **values: Value) -> Row | None:
        """See Transaction.one."""
        sql, arguments = self._bind(query, values)
        return cast("Row | None", await self._connection.fetchrow(sql, *arguments))

    async def run(self, query: str, /, **values: Value) -> int:
        """See Transaction.run."""
        sql, arguments = self._bind(query, values)
        status = await self._connection.execute(sql, *arguments)
        count = status.rpartition(" ")[2]
        return int(count) if count.isdigit() else 0

    async def each(self, query: str, rows: Sequence[Mapping[str, Value]], /) -> list[Row]:
        """See Transaction.each: a query written with `unnest` gets its parameters as arrays, any other is pipelined."""
        if not rows:
            return []
        sql, names = self._statements[query]
        if "unnest(" in sql:
            columns = [
                self._value(name, {}) if name == "now" else [self._value(name, row) for row in rows] for name in names
            ]
            return cast("list[Row]", await self._connection.fetch(sql, *columns))
        arguments = [[self._value(name, row) for name in names] for row in rows]
        return cast("list[Row]", await self._connection.fetchmany(sql, arguments))

    def _bind(self, query: str, values: Mapping[str, Value]) -> tuple[str, list[Any]]:
        sql, names = self._statements[query]
        return sql, [self._value(name, values) for name in names]

    def _value(self, name: str, values: Mapping[str, Value]) -> Value:
        if name == "now" and self._clock is not None and "now" not in values:
            return self._clock()
        return values[name]

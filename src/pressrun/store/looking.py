"""What a store knows about itself, read without opening it: nothing is changed, and a moved one may be asked too."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, cast

from pressrun.store import facts
from pressrun.store.backup import own_facts
from pressrun.store.facts import Fact
from pressrun.store.open import POSTGRES, sqlite_path
from pressrun.store.postgres import DATABASE_CLOCK, PostgresTransaction
from pressrun.store.postgres_side import connect_postgres
from pressrun.store.queries import queries
from pressrun.store.sqlite_connection import connect, drive
from pressrun.store.store import Transaction

if TYPE_CHECKING:
    import asyncpg
    from asyncpg.pool import PoolConnectionProxy

T = TypeVar("T")

MADE = "SELECT min(applied_at) FROM schema_migrations"


@dataclass(frozen=True, slots=True)
class Look:
    """Facts with the time they were noted; when the database was made; the server's time, None where it has no clock.

    Times are microseconds since the epoch.
    """

    facts: dict[Fact, tuple[str, int]]
    made_at: int
    now: int | None


async def look(database_url: str) -> Look:
    """Read it; raises PressrunError when the database is out of reach, apsw.Error when it is damaged."""
    if database_url.startswith(POSTGRES):
        connection = await connect_postgres(database_url)
        try:
            rows = await connection.fetch("SELECT name, value, noted_at FROM store_facts")
            found = {Fact(row["name"]): (str(row["value"]), int(row["noted_at"])) for row in rows}
            now = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)"
            return Look(found, await connection.fetchval(MADE), await connection.fetchval(now))
        finally:
            await connection.close()
    sqlite = connect(sqlite_path(database_url))
    try:
        made = sqlite.execute(MADE).fetchone()
        assert made is not None
        return Look(drive(facts.everything, own_facts(sqlite)), int(made[0]), None)
    finally:
        sqlite.close()


async def ask(database_url: str, work: Callable[[Transaction], Awaitable[T]]) -> T:
    """What a work that changes nothing finds there; raises as `look` does."""
    if database_url.startswith(POSTGRES):
        connection = await connect_postgres(database_url)
        try:
            statements = {name: query.numbered(DATABASE_CLOCK) for name, query in queries("postgres").items()}
            return await work(
                PostgresTransaction(cast("PoolConnectionProxy[asyncpg.Record]", connection), statements, None)
            )
        finally:
            await connection.close()
    sqlite = connect(sqlite_path(database_url))
    try:
        return drive(work, own_facts(sqlite))
    finally:
        sqlite.close()

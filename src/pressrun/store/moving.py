"""Everything from one database to another, with nobody at work on either; the first is marked and kept."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit

from pressrun.errors import Code, PressrunError
from pressrun.store import facts
from pressrun.store.backup import own_facts
from pressrun.store.copying import Progress, Side, Tally, Work, compare, copy, tally
from pressrun.store.facts import Fact
from pressrun.store.open import POSTGRES, sqlite_path
from pressrun.store.postgres_migrate import migrate_postgres
from pressrun.store.postgres_side import PostgresSide, connect_postgres
from pressrun.store.presence import alone_with
from pressrun.store.sqlite_connection import connect, drive
from pressrun.store.sqlite_migrate import migrate_sqlite
from pressrun.store.sqlite_side import SqliteSide, is_empty, transaction
from pressrun.store.store import Transaction
from pressrun.store.tables import present_tables

MARK = (
    "INSERT INTO store_facts (name, value, noted_at) SELECT 'moved_to', {}, 0 WHERE true "
    "ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)


async def move(source_url: str, target_url: str, progress: Progress, last: Work | None = None) -> dict[str, Tally]:
    """Carry everything over, prove that it arrived, and mark the source; what each table held.

    `last` is done in the target's transaction: what it writes is there with everything else, or nothing is.

    Raises PressrunError when anybody uses one of the two, the source was moved before, the target is not empty, or what
    arrived is not what was sent: then the target is as it was.
    """
    carried = present_tables()
    async with alone(source_url, migrate=False) as (source, moved):
        if moved is not None:
            raise PressrunError(Code.CONFLICT, f"this database was moved to {moved} before; `--undo` takes that back")
        async with alone(target_url, migrate=True) as (target, _):
            sent = await copy(source, target, carried, progress)
            compare(sent, await tally(target, carried, progress), "the new database")
            if last is not None:
                await target.do(last)
        await mark(source_url, without_password(target_url))
    return sent


async def mark(database_url: str, address: str | None) -> None:
    """Note where a database was moved to, so that nobody starts on it by mistake; None takes the note away."""
    if database_url.startswith(POSTGRES):
        connection = await connect_postgres(database_url)
        try:
            if address is None:
                await connection.execute("DELETE FROM store_facts WHERE name = 'moved_to'")
            else:
                await connection.execute(MARK.format("$1"), address)
        finally:
            await connection.close()
        return

    async def work(tx: Transaction) -> None:
        if address is None:
            await facts.forget(tx, Fact.MOVED_TO)
        else:
            await facts.note(tx, Fact.MOVED_TO, address)

    sqlite = connect(sqlite_path(database_url))
    try:
        with transaction(sqlite, "IMMEDIATE"):
            drive(work, own_facts(sqlite))
    finally:
        sqlite.close()


@asynccontextmanager
async def alone(database_url: str, *, migrate: bool) -> AsyncIterator[tuple[Side, str | None]]:
    """A database in one transaction and with no other process of ours at it, and where it was moved to.

    With `migrate` it is brought up to date first and must be empty, else it must be up to date. Raises PressrunError.
    """
    if database_url.startswith(POSTGRES):
        await migrate_postgres(database_url, apply=migrate)
        connection = await connect_postgres(database_url)
        try:
            side = PostgresSide(connection)
            await side.be_alone()
            if migrate and not await side.is_empty():
                raise _not_empty()
            async with connection.transaction(isolation="repeatable_read"):
                yield side, await connection.fetchval("SELECT value FROM store_facts WHERE name = 'moved_to'")
        finally:
            await connection.close()
        return
    path = sqlite_path(database_url)
    if not migrate and not path.exists():
        raise PressrunError(Code.NOT_FOUND, f"{path} is not there")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with alone_with(path):
        migrate_sqlite(path, apply=migrate)
        sqlite = connect(path)
        try:
            if migrate and not is_empty(sqlite):
                raise _not_empty()
            with transaction(sqlite, "IMMEDIATE" if migrate else "DEFERRED"):
                moved = drive(lambda tx: facts.find(tx, Fact.MOVED_TO), own_facts(sqlite))
                yield SqliteSide(sqlite), moved
        finally:
            sqlite.close()


def without_password(database_url: str) -> str:
    """The address as it may be shown."""
    parts = urlsplit(database_url)
    if parts.password is None:
        return database_url
    user = f"{parts.username}@" if parts.username else ""
    return urlunsplit(parts._replace(netloc=user + parts.netloc.rpartition("@")[2]))


def _not_empty() -> PressrunError:
    return PressrunError(Code.CONFLICT, "the new database is not empty: give the address of one that nobody has used")

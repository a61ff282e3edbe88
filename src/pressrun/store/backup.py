"""A backup: one SQLite file with everything, whichever database it is of, that carries the proof of its own rows."""

import os
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

import apsw
import msgspec

from pressrun.errors import Code, PressrunError
from pressrun.store import facts
from pressrun.store.clock import system_clock
from pressrun.store.copying import Progress, Tally, Work, compare, copy, tally
from pressrun.store.facts import Fact
from pressrun.store.migrate import migrations
from pressrun.store.open import POSTGRES, open_store, sqlite_path
from pressrun.store.postgres_migrate import migrate_postgres
from pressrun.store.postgres_side import PostgresSide, connect_postgres
from pressrun.store.sqlite_connection import SqliteTransaction, connect, drive
from pressrun.store.sqlite_migrate import migrate_sqlite
from pressrun.store.sqlite_side import SqliteSide, transaction
from pressrun.store.store import Dialect, Transaction
from pressrun.store.tables import present_tables, tables

T = TypeVar("T")

PAGES = 1000
"""Pages copied before progress is told."""


class Manifest(msgspec.Struct, frozen=True):
    """What a backup says of itself; `made_at` is microseconds since the epoch by the wall, `last_job` a seq."""

    made_at: int
    source: Dialect
    epoch: str
    pressrun: str
    schema: int
    last_job: int
    tables: dict[str, Tally]


async def back_up(
    database_url: str, file: Path, progress: Progress, note: Callable[[Manifest], Work] | None = None
) -> Manifest:
    """Write a backup of one state of the database, while servers may go on; it is on disk when this returns.

    What `note` makes of its manifest is done in the database before the file gets its name: a backup that is there was
    noted, whatever happens meanwhile.

    Raises PressrunError when the database cannot be read, has not this program's schema, or the copy is not its like.
    """
    part = file.with_name(f"{file.name}.part")
    for leftover in (part, *(part.with_name(part.name + end) for end in ("-wal", "-shm", "-journal"))):
        leftover.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    try:
        made_at = system_clock()
        if database_url.startswith(POSTGRES):
            written = await _copy_rows(database_url, part, progress)
        else:
            written = None
            _copy_pages(sqlite_path(database_url), part, progress)
        manifest = await _finish(part, made_at, "sqlite" if written is None else "postgres", written, progress)
        if note is not None:
            await _do(database_url, note(manifest))
        _keep(part, file)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    await _do(database_url, lambda tx: facts.note(tx, Fact.BACKED_UP, str(file.absolute())))
    return manifest


async def _do(database_url: str, work: Work) -> None:
    store = await open_store(database_url, migrate=False, hints=False, pool_size=1)
    try:
        await store.write(work)
    finally:
        await store.close()


def _copy_pages(source: Path, part: Path, progress: Progress) -> None:
    if not source.exists():
        raise PressrunError(Code.NOT_FOUND, f"{source} is not there")
    migrate_sqlite(source, apply=False)
    reading, writing = connect(source), apsw.Connection(str(part))
    try:
        # Held open, so that every step copies one state: without it each commit of a server would start it over.
        reading.execute("BEGIN").execute("SELECT count(*) FROM sqlite_schema").fetchall()
        with writing.backup("main", reading, "main") as backup:
            while not backup.done:
                before = backup.remaining
                backup.step(PAGES)
                progress("pages", max(0, before - backup.remaining))
        reading.execute("COMMIT")
    finally:
        reading.close()
        writing.close()


async def _copy_rows(database_url: str, part: Path, progress: Progress) -> dict[str, Tally]:
    await migrate_postgres(database_url, apply=False)
    migrate_sqlite(part, apply=True)
    reading, writing = await connect_postgres(database_url), apsw.Connection(str(part))
    try:
        writing.execute("PRAGMA synchronous = OFF")  # it is synced once, when it is whole
        async with reading.transaction(isolation="repeatable_read", readonly=True):
            epoch = await reading.fetchval("SELECT value FROM store_facts WHERE name = 'epoch'")
            with transaction(writing, "IMMEDIATE"):
                writing.execute("UPDATE store_facts SET value = ? WHERE name = 'epoch'", (epoch,))
                return await copy(PostgresSide(reading), SqliteSide(writing), present_tables(), progress)
    finally:
        writing.close()
        await reading.close()


async def _finish(
    part: Path, made_at: int, source: Dialect, written: dict[str, Tally] | None, progress: Progress
) -> Manifest:
    connection = connect(part)
    try:
        connection.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it
        check_pages(connection, part)
        found = await tally(SqliteSide(connection), tables(connection), progress)
        if written is not None:
            compare(written, found, str(part))
        with transaction(connection, "IMMEDIATE"):
            return drive(lambda tx: _describe(tx, connection, made_at, source, found), own_facts(connection))
    finally:
        connection.close()


async def _describe(
    tx: Transaction, connection: apsw.Connection, made_at: int, source: Dialect, found: dict[str, Tally]
) -> Manifest:
    await facts.forget(tx, Fact.CLOCK, Fact.MOVED_TO, Fact.BACKED_UP)  # they tell of the database, not of its data
    last_job = connection.execute("SELECT coalesce(max(seq), 0) FROM jobs").fetchone()
    assert last_job is not None
    manifest = Manifest(
        made_at=made_at,
        source=source,
        epoch=await facts.epoch(tx),
        pressrun=version("pressrun"),
        schema=migrations("sqlite")[-1].version,
        last_job=int(last_job[0]),
        tables=found,
    )
    await facts.note(tx, Fact.BACKUP, msgspec.json.encode(manifest).decode())
    return manifest


def own_facts(connection: apsw.Connection) -> SqliteTransaction:
    """A transaction that is under way on a connection, for the queries about the store itself."""
    return SqliteTransaction(connection, system_clock)


def read_manifest(connection: apsw.Connection, file: Path) -> Manifest:
    """What a backup says of itself; raises PressrunError for a file that is none."""
    try:
        kept = drive(lambda tx: facts.find(tx, Fact.BACKUP), own_facts(connection))
        if kept is not None:
            return msgspec.json.decode(kept, type=Manifest)
    except (apsw.Error, msgspec.DecodeError):
        pass
    raise no_backup(file)


def blobs_of(file: Path) -> list[str]:
    """The keys of the bytes that the files of a backup have; raises PressrunError for what is no backup."""
    connection = connect(file)
    try:
        if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'files'").fetchone() is None:
            return []  # of a Pressrun that had none
        rows = connection.execute("SELECT blob, text_blob FROM files ORDER BY seq").fetchall()
    finally:
        connection.close()
    return [str(key) for row in rows for key in row if key is not None]


def no_backup(file: Path) -> PressrunError:
    """What somebody is told who gives another file."""
    return PressrunError(Code.INVALID, f"{file} is no backup that `pressrun backup` made")


def check_pages(connection: apsw.Connection, file: Path) -> None:
    """Raises PressrunError when SQLite finds the file damaged."""
    try:
        told = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(5)")]
    except apsw.Error as error:
        told = [str(error)]
    if told != ["ok"]:
        raise PressrunError(Code.CONFLICT, f"{file} is damaged: {'; '.join(told)}")


def _keep(part: Path, file: Path) -> None:
    for path in (part, part.parent):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
            if path is part:
                part.replace(file)
        finally:
            os.close(descriptor)

"""A backup becomes the state of a database again, all at once; what runs on that database begins a new epoch."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import apsw

from pressrun.errors import Code, PressrunError
from pressrun.store import facts
from pressrun.store.backup import Manifest, check_pages, no_backup, own_facts, read_manifest
from pressrun.store.copying import Progress, compare, copy, tally
from pressrun.store.facts import Fact
from pressrun.store.open import POSTGRES, sqlite_path
from pressrun.store.postgres_migrate import migrate_postgres
from pressrun.store.postgres_side import PostgresSide, connect_postgres
from pressrun.store.sqlite_connection import connect, drive
from pressrun.store.sqlite_migrate import migrate_sqlite
from pressrun.store.sqlite_side import SqliteSide, is_empty, transaction
from pressrun.store.tables import present_tables, tables


@dataclass(frozen=True, slots=True)
class Target:
    """What is in the database that is to be replaced; `later_jobs` were accepted after the backup."""

    is_empty: bool
    later_jobs: int


async def check_backup(file: Path, work: Path, progress: Progress) -> Manifest:
    """Copy a backup to `work`, see that every row is as it was written, and bring its schema up to date.

    Raises PressrunError for a file that is no backup, is damaged, or is of a newer Pressrun.
    """
    connection = _copied(file, work)
    try:
        manifest = read_manifest(connection, file)
        check_pages(connection, file)
        compare(manifest.tables, await tally(SqliteSide(connection), tables(connection), progress), str(file))
    finally:
        connection.close()
    migrate_sqlite(work, apply=True)
    return manifest


def _copied(file: Path, work: Path) -> apsw.Connection:
    if not file.is_file():
        raise PressrunError(Code.NOT_FOUND, f"{file} is not there")
    shutil.copyfile(file, work)
    work.chmod(0o600)
    try:
        return connect(work)
    except apsw.NotADBError:
        raise no_backup(file) from None


async def look_at_target(database_url: str, manifest: Manifest) -> Target:
    """What a restore would replace; raises PressrunError when the database is of a newer Pressrun or out of reach."""
    later = f"SELECT count(*) FROM jobs WHERE seq > {manifest.last_job:d}"  # noqa: S608 - a number
    if database_url.startswith(POSTGRES):
        connection = await connect_postgres(database_url)
        try:
            empty = await PostgresSide(connection).is_empty()
            return Target(empty, 0 if empty else int(await connection.fetchval(later)))
        finally:
            await connection.close()
    path = sqlite_path(database_url)
    if not path.exists():
        return Target(is_empty=True, later_jobs=0)
    sqlite = connect(path)
    try:
        empty = is_empty(sqlite)
        return Target(empty, 0 if empty else int(sqlite.execute(later).fetchone()[0]))  # type: ignore[index]
    finally:
        sqlite.close()


def begin_new_epoch(work: Path, manifest: Manifest) -> str:
    """Mark the copy of a backup as restored, so that no process from before can write to it; the epoch's word."""

    connection = connect(work)
    try:
        with transaction(connection, "IMMEDIATE"):
            tx = own_facts(connection)
            drive(lambda tx: facts.forget(tx, Fact.BACKUP, Fact.EVENTS_FORGOTTEN), tx)
            drive(lambda tx: facts.note(tx, Fact.RESTORED, str(manifest.made_at)), tx)
            return drive(facts.new_epoch, tx)
    finally:
        connection.close()


async def put_in_place(work: Path, database_url: str, progress: Progress, *, replace: bool) -> None:
    """Make the copy of a backup the state of the database, in one transaction.

    Raises PressrunError when the database is not empty and `replace` is not set, or what arrived is not what was sent.
    """
    if database_url.startswith(POSTGRES):
        await _into_postgres(work, database_url, progress, replace=replace)
    else:
        _into_sqlite(work, sqlite_path(database_url), progress, replace=replace)


def _into_sqlite(work: Path, path: Path, progress: Progress, *, replace: bool) -> None:
    migrate_sqlite(path, apply=True)  # also refuses a file that a newer Pressrun has used
    target, source = connect(path), connect(work)
    try:
        if not is_empty(target) and not replace:
            raise _not_empty()
        # Processes that run keep the clock they agreed on, and so must those that start.
        anchor = drive(lambda tx: facts.find(tx, Fact.CLOCK), own_facts(target))
        if anchor is not None:
            drive(lambda tx: facts.note(tx, Fact.CLOCK, anchor), own_facts(source))
        with target.backup("main", source, "main") as backup:
            backup.step()  # all pages in one transaction: readers see the old state until it ends
            progress("pages", backup.page_count)
        target.execute("PRAGMA journal_mode = WAL")
    finally:
        source.close()
        target.close()


async def _into_postgres(work: Path, database_url: str, progress: Progress, *, replace: bool) -> None:
    await migrate_postgres(database_url, apply=True)
    target, source = await connect_postgres(database_url), connect(work)
    try:
        async with target.transaction():
            side, carried = PostgresSide(target), present_tables()
            if not replace and not await side.is_empty():
                raise _not_empty()
            await side.empty(carried)
            with transaction(source, "DEFERRED"):
                sent = await copy(SqliteSide(source), side, carried, progress)
                compare(sent, await tally(side, carried, progress), "the database")
                own = source.execute("SELECT name, value, noted_at FROM store_facts").fetchall()
            await target.execute("DELETE FROM store_facts")
            await target.executemany("INSERT INTO store_facts (name, value, noted_at) VALUES ($1, $2, $3)", own)
        await target.execute("ANALYZE")
    finally:
        source.close()
        await target.close()


def _not_empty() -> PressrunError:
    return PressrunError(Code.CONFLICT, "the database is not empty: say --replace to give up what it holds")

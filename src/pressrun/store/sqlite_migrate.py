"""Bring a SQLite file's schema up to date, in one transaction that holds the write lock."""

import os
from pathlib import Path

import apsw

from pressrun.errors import Code, PressrunError
from pressrun.store.clock import system_clock
from pressrun.store.migrate import migrations, pending
from pressrun.store.sqlite_connection import connect


def migrate_sqlite(path: Path, *, apply: bool, vfs: str | None = None) -> list[str]:
    """The names of the steps applied (or, without `apply`, refused: raises PressrunError when any is missing)."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    connection = connect(path, vfs)
    try:
        steps = pending(migrations("sqlite"), _applied(connection))  # a newer database is refused before any change
        if not steps:
            return []
        if not apply:
            raise PressrunError(Code.CONFLICT, f"the database lacks {steps[0].name}: run `pressrun migrate`")
        connection.execute("PRAGMA journal_mode = WAL")
        return _apply(connection)
    finally:
        connection.close()


def _applied(connection: apsw.Connection) -> dict[int, str]:
    known = "SELECT 1 FROM sqlite_schema WHERE name = 'schema_migrations'"
    if not list(connection.execute(known)):
        return {}
    return {int(row[0]): str(row[1]) for row in connection.execute("SELECT version, checksum FROM schema_migrations")}


def _apply(connection: apsw.Connection) -> list[str]:
    connection.execute("BEGIN EXCLUSIVE")
    try:
        steps = pending(migrations("sqlite"), _applied(connection))  # again, now that nobody else can be at it
        for step in steps:
            connection.execute(step.sql)
            connection.execute(
                "INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES (?, ?, ?, ?)",
                (step.version, step.name, step.checksum, system_clock()),
            )
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    return [step.name for step in steps]

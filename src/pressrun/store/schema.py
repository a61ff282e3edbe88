"""The schema of a database, whichever it is, brought up to date or looked at."""

import asyncio

import apsw
import asyncpg

from pressrun.errors import Code, PressrunError
from pressrun.store.open import POSTGRES, SQLITE, sqlite_path
from pressrun.store.postgres_migrate import migrate_postgres
from pressrun.store.sqlite_migrate import migrate_sqlite


def migrate_database(url: str, *, apply: bool) -> list[str]:
    """The steps applied; raises PressrunError, without `apply` also when a step is missing."""
    try:
        if url.startswith(POSTGRES):
            return asyncio.run(migrate_postgres(url, apply=apply))
        if url.startswith(SQLITE):
            return migrate_sqlite(sqlite_path(url), apply=apply)
    except (OSError, TimeoutError, apsw.Error, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise PressrunError(Code.UNAVAILABLE, f"cannot open the database: {error}") from None
    raise PressrunError(Code.INVALID, "database_url must start with sqlite:/// or postgresql://")

"""Bring a PostgreSQL database's schema up to date, under an advisory lock, each step in its own transaction."""

import asyncpg

from pressrun.errors import Code, PressrunError
from pressrun.store.clock import system_clock
from pressrun.store.migrate import migrations, pending

LOCK = 0x70726573  # "pres": one migration at a time in a database
OLDEST_POSTGRES = 150000


async def migrate_postgres(url: str, *, apply: bool) -> list[str]:
    """The names of the steps applied (or, without `apply`, refused: raises PressrunError when any is missing)."""
    connection = await asyncpg.connect(url, timeout=10)
    try:
        if int(await connection.fetchval("SELECT current_setting('server_version_num')")) < OLDEST_POSTGRES:
            raise PressrunError(Code.UNAVAILABLE, "PostgreSQL 15 or newer is needed")
        await connection.execute("SELECT pg_advisory_lock($1)", LOCK)
        steps = pending(migrations("postgres"), await _applied(connection))
        if steps and not apply:
            raise PressrunError(Code.CONFLICT, f"the database lacks {steps[0].name}: run `pressrun migrate`")
        for step in steps:
            async with connection.transaction():
                await connection.execute(step.sql)
                await connection.execute(
                    "INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES ($1, $2, $3, $4)",
                    step.version,
                    step.name,
                    step.checksum,
                    system_clock(),
                )
        return [step.name for step in steps]
    finally:
        await connection.close(timeout=5)


async def _applied(connection: "asyncpg.Connection[asyncpg.Record]") -> dict[int, str]:
    if await connection.fetchval("SELECT to_regclass('schema_migrations')") is None:
        return {}
    rows = await connection.fetch("SELECT version, checksum FROM schema_migrations")
    return {row["version"]: row["checksum"] for row in rows}

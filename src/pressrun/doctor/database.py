"""What is asked of the database; nothing is changed."""

import asyncio
from collections.abc import Iterator
from typing import Any

import asyncpg

from pressrun.doctor import store, webhooks
from pressrun.doctor.finding import Finding
from pressrun.errors import PressrunError
from pressrun.settings import Settings
from pressrun.store.migrate import migrations
from pressrun.store.open import POSTGRES, SQLITE, sqlite_path
from pressrun.store.schema import migrate_database

CONNECT_S = 10
DURABLE = ("fsync", "full_page_writes", "synchronous_commit")


def findings(settings: Settings) -> Iterator[Finding]:
    """Whether it answers with the schema this program wants, and whether PostgreSQL keeps what it acknowledged."""
    url = settings.store_url
    if url.startswith(SQLITE) and not sqlite_path(url).exists():
        yield Finding("database", "warn", f"{sqlite_path(url)} is not there yet", "`pressrun serve` makes it")
        return
    yield from store.room(settings)
    try:
        migrate_database(url, apply=False)
    except PressrunError as error:
        yield Finding("database", "fail", str(error), "check --database-url and the database's own log")
        return
    kind = "postgres" if url.startswith(POSTGRES) else "sqlite"
    newest = migrations("postgres" if kind == "postgres" else "sqlite")[-1]
    yield Finding("database", "ok", f"{kind}, schema {newest.version}")
    yield from store.findings(settings)
    yield from webhooks.findings(settings)
    if kind == "postgres":
        yield from _durability(asyncio.run(_settings_of(url)))


async def _settings_of(url: str) -> dict[str, Any]:
    connection = await asyncpg.connect(url, timeout=CONNECT_S)
    try:
        return {name: await connection.fetchval("SELECT current_setting($1)", name) for name in DURABLE}
    finally:
        await connection.close(timeout=CONNECT_S)


def _durability(found: dict[str, Any]) -> Iterator[Finding]:
    for name, value in found.items():
        if value == "off":
            detail = f"{name} is off: a power cut loses accepted jobs"
            yield Finding(name, "fail", detail, f"ALTER SYSTEM SET {name} = on; SELECT pg_reload_conf()")
        else:
            yield Finding(name, "ok", str(value))

"""SQL that no product code has a reason to run: tests tear things down with it, and look under the surface."""

import asyncio
from typing import Any

import apsw
import asyncpg

from pressrun.store.postgres import PLANNER
from pressrun.store.queries import Query

DEADLOCKS = 10


async def execute(database_url: str, *statements: str) -> None:
    """Run statements in one transaction, past every query of ours."""
    if database_url.startswith("sqlite:///"):
        await asyncio.to_thread(_execute_sqlite, database_url.removeprefix("sqlite:///"), statements)
        return
    connection = await asyncpg.connect(database_url)
    try:
        for left in reversed(range(DEADLOCKS)):
            try:
                async with connection.transaction():
                    for statement in statements:
                        await connection.execute(statement)
            except asyncpg.DeadlockDetectedError:  # a server is at work on the same rows: let it go first
                if not left:
                    raise
            else:
                return
    finally:
        await connection.close()


async def fetch(database_url: str, query: str) -> list[tuple[Any, ...]]:
    """The rows of a query."""
    if database_url.startswith("sqlite:///"):
        connection = apsw.Connection(database_url.removeprefix("sqlite:///"))
        try:
            return [tuple(row) for row in connection.execute(query)]
        finally:
            connection.close()
    postgres = await asyncpg.connect(database_url)
    try:
        return [tuple(row.values()) for row in await postgres.fetch(query)]
    finally:
        await postgres.close()


def _execute_sqlite(path: str, statements: tuple[str, ...]) -> None:
    connection = apsw.Connection(path)
    try:
        connection.set_busy_timeout(10_000)
        with connection:
            for statement in statements:
                connection.execute(statement)
    finally:
        connection.close()


async def analyze(database_url: str) -> None:
    """What a database does by itself now and then: note how its tables look."""
    if database_url.startswith("sqlite:///"):
        await execute(database_url, "ANALYZE")
        return
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()


VALUES: dict[str, Any] = {
    "agent_id": "a3",
    "organization_id": "o",
    "batch_id": "",
    "after": 10,
    "error_code": "",
    "last": 20,
    "reuse": 0,
    "dedupe": 1,
    "never": 0,
    "max_attempts": 5,
    "on_worker_loss": "retry",
    "deadline_s": 1,
    "options": b"",
    "before": 0,
    "worker_id": "w",
    "lease_token": "t",
    "share": 10,
    "floors": "{0,0,0,0,0,5,0,0,0,0}",
    "limit": 10,
    "offset": 0,
    "now": 0,
    "state": "queued",
    "phase": "open",
    "states": "",
    "single": 0,
    "first": 0,
    "error": "",
    "deaths_allowed": 3,
    "format": 1,
}


async def explain(database_url: str, query: Query, **changes: Any) -> str:
    """The plan of a query with ordinary values, under the settings the store's connections have."""
    given = VALUES | changes
    if database_url.startswith("sqlite:///"):
        connection = apsw.Connection(database_url.removeprefix("sqlite:///"))
        try:
            rows = connection.execute("EXPLAIN QUERY PLAN " + query.sql, given)
            return "\n".join(str(row[3]) for row in rows) + "\n"
        finally:
            connection.close()
    sql, names = query.numbered("CAST(0 AS bigint)")
    many = "unnest(" in sql
    postgres = await asyncpg.connect(database_url, server_settings=PLANNER)
    try:
        values = [[given[name]] if many else given[name] for name in names]
        return "\n".join(row[0] for row in await postgres.fetch("EXPLAIN " + sql, *values))
    finally:
        await postgres.close()

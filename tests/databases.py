"""Databases for the tests: emptied and used again, which is twenty times as fast as making another."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from pressrun.store.postgres_migrate import migrate_postgres

TEMPLATE = "pressrun_template"
MOST_GROWTH = 8 * 2**20
"""Bytes; a database that has grown by more keeps the room of its dead rows, and is not used again."""

SIZE = "SELECT pg_database_size(current_database())"
TABLES = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
SEQUENCES = "SELECT relname FROM pg_class WHERE relkind = 'S' AND relnamespace = 'public'::regnamespace"
OTHERS_LEAVE = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
SHAPE = """
    SELECT string_agg(line, E'\\n' ORDER BY line) FROM (
        SELECT concat_ws(' ', relname, relkind, relnatts, reloptions, relchecks) AS line FROM pg_class
            WHERE relnamespace = 'public'::regnamespace
        UNION ALL SELECT concat_ws(' ', attrelid::regclass, attname, atttypid, attnotnull) FROM pg_attribute
            WHERE attnum > 0 AND attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
        UNION ALL SELECT concat_ws(' ', proname, md5(prosrc)) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        UNION ALL SELECT concat_ws(' ', tgname, tgenabled) FROM pg_trigger
        UNION ALL SELECT nspname FROM pg_namespace WHERE nspname NOT LIKE 'pg_%'
        UNION ALL SELECT 'settings' FROM pg_db_role_setting
        UNION ALL SELECT 'statistics of ' || starelid::regclass FROM pg_statistic
            WHERE starelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
    ) AS lines
"""
"""All that a test may leave behind beside rows; statistics are among it, as plans depend on them."""


@dataclass
class Databases:
    """PostgreSQL databases with the schema and nothing else, on the tests' server."""

    server: str
    free: list[str] = field(default_factory=list)
    shape: str = ""
    size: int = 0
    emptying: str = ""
    first_rows: dict[str, list[Any]] = field(default_factory=dict)

    @classmethod
    def on(cls, server: str) -> "Databases":
        """With a template; for a fixture, whose test may have an event loop running already."""
        made = cls(server)
        with ThreadPoolExecutor(1) as thread:
            thread.submit(lambda: asyncio.run(made._build())).result()
        return made

    async def _build(self) -> None:
        await self._order(f"CREATE DATABASE {TEMPLATE}")
        url = on_server(self.server, TEMPLATE)
        await migrate_postgres(url, apply=True)
        connection = await asyncpg.connect(url)
        self.shape, self.size = await connection.fetchval(SHAPE), await connection.fetchval(SIZE)
        tables = [row[0] for row in await connection.fetch(TABLES)]
        sequences = [row[0] for row in await connection.fetch(SEQUENCES)]
        found = {table: await connection.fetch(f"SELECT * FROM {table}") for table in tables}  # noqa: S608 - our own
        await connection.close()
        self.first_rows = {table: rows for table, rows in found.items() if rows}
        # As a replica: no trigger keeps a row, and nothing is counted.
        orders = ["SET session_replication_role = replica", *(f"DELETE FROM {table}" for table in tables)]  # noqa: S608
        self.emptying = ";".join([*orders, *(f"SELECT setval('{one}', 1, false)" for one in sequences)])

    @asynccontextmanager
    async def one(self) -> AsyncIterator[str]:
        """The address of an empty database, for the time of a test."""
        url = self.free.pop() if self.free else await self._new()
        yield url
        if await self._is_as_new(url):
            self.free.append(url)
        else:
            await self._order(f'DROP DATABASE "{url.rpartition("/")[2]}" WITH (FORCE)')

    async def _new(self) -> str:
        name = f"test_{uuid.uuid4().hex}"
        # FILE_COPY: a checkpoint costs nothing on a server that syncs nothing, writing the copy to the log does.
        await self._order(f'CREATE DATABASE "{name}" TEMPLATE {TEMPLATE} STRATEGY FILE_COPY')
        return on_server(self.server, name)

    async def _is_as_new(self, url: str) -> bool:
        """Empty a database; False where that would not make it as it was."""
        connection = await asyncpg.connect(url)
        try:
            await connection.execute(OTHERS_LEAVE)
            grown = await connection.fetchval(SIZE) - self.size
            if grown > MOST_GROWTH or await connection.fetchval(SHAPE) != self.shape:
                return False
            await connection.execute(self.emptying)
            for table, rows in self.first_rows.items():
                places = ", ".join(f"${number}" for number, _ in enumerate(rows[0], 1))
                await connection.executemany(f"INSERT INTO {table} VALUES ({places})", rows)  # noqa: S608 - our own
            return True
        finally:
            await connection.close()

    async def _order(self, order: str) -> None:
        admin = await asyncpg.connect(self.server)
        try:
            await admin.execute(order)
        finally:
            await admin.close()


def on_server(server: str, database: str) -> str:
    """The address of another database of the same server."""
    return server.rpartition("/")[0] + "/" + database

"""A PostgreSQL database as one side of a copy."""

from collections.abc import AsyncIterator
from typing import cast

import asyncpg

from pressrun.errors import Code, PressrunError
from pressrun.store.copying import Rows, Work, batch_size, weight
from pressrun.store.listening import USERS
from pressrun.store.postgres import PostgresTransaction, statements
from pressrun.store.tables import Table

CONNECT_S = 10
FIRST_BATCH = 10


async def connect_postgres(url: str) -> "asyncpg.Connection[asyncpg.Record]":
    """A connection for long work, without the store's time limits; raises PressrunError when nobody answers."""
    try:
        return await asyncpg.connect(url, timeout=CONNECT_S, server_settings={"application_name": "pressrun"})
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise PressrunError(Code.UNAVAILABLE, f"cannot open the database: {error}") from error


class PostgresSide:
    """See Side; the connection is in a transaction."""

    def __init__(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        self._connection = connection

    async def read(self, table: Table) -> AsyncIterator[Rows]:
        """See Side.read."""
        query = f"SELECT {table.column_list} FROM {table.name}"  # noqa: S608 - our own names
        cursor = await self._connection.cursor(query)
        seen = size = 0
        while records := await cursor.fetch(batch_size(seen, size) if seen else FIRST_BATCH):
            rows: Rows = [tuple(record.values()) for record in records]
            seen, size = seen + len(rows), size + weight(rows)
            yield rows

    async def write(self, table: Table, rows: Rows) -> None:
        """See Side.write."""
        await self._connection.copy_records_to_table(table.name, records=rows, columns=table.columns)

    async def last_number(self, table: Table) -> int:
        """See Side.last_number."""
        query = "SELECT coalesce(pg_sequence_last_value(pg_get_serial_sequence($1, $2)::regclass), 0)"
        return int(await self._connection.fetchval(query, table.name, table.numbered))

    async def go_on_from(self, table: Table, number: int) -> None:
        """See Side.go_on_from."""
        query = "SELECT setval(pg_get_serial_sequence($1, $2)::regclass, greatest($3::bigint, 1), $3::bigint > 0)"
        await self._connection.execute(query, table.name, table.numbered, number)

    async def do(self, work: Work) -> None:
        """See Side.do."""
        await work(PostgresTransaction(self._connection, statements(None), None))

    async def empty(self, tables: "list[Table]") -> None:
        """Delete every row, for readers all at once when the transaction ends."""
        await self._connection.execute(f"TRUNCATE {', '.join(table.name for table in tables)}")

    async def is_empty(self) -> bool:
        """Whether nobody ever used the database."""
        if await self._connection.fetchval("SELECT to_regclass('organizations')") is None:
            return True
        return cast("bool", await self._connection.fetchval("SELECT NOT EXISTS (SELECT 1 FROM organizations)"))

    async def be_alone(self) -> None:
        """Keep every process of Pressrun out while the connection lives; raises PressrunError when one is there."""
        if not await self._connection.fetchval("SELECT pg_try_advisory_lock($1)", USERS):
            raise PressrunError(
                Code.CONFLICT, "a server or a worker uses the database: stop `pressrun serve` and `pressrun work` first"
            )

"""A SQLite database as one side of a copy."""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import apsw

from pressrun.store.clock import system_clock
from pressrun.store.copying import LARGEST_BATCH, Rows, Work, batch_size, weight
from pressrun.store.sqlite_connection import SqliteTransaction, drive
from pressrun.store.tables import Table


class SqliteSide:
    """See Side; the connection is in a transaction."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    async def read(self, table: Table) -> AsyncIterator[Rows]:
        """See Side.read."""
        cursor = self._connection.execute(f"SELECT {table.column_list} FROM {table.name}")  # noqa: S608 - our own names
        seen = size = 0
        while rows := list(_take(cursor, batch_size(seen, size) if seen else min(10, LARGEST_BATCH))):
            seen, size = seen + len(rows), size + weight(rows)
            yield rows

    async def write(self, table: Table, rows: Rows) -> None:
        """See Side.write."""
        places = ", ".join("?" * len(table.columns))
        self._connection.executemany(
            f"INSERT INTO {table.name} ({table.column_list}) VALUES ({places})",  # noqa: S608
            rows,
        )

    async def last_number(self, table: Table) -> int:
        """See Side.last_number."""
        found = self._connection.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table.name,)).fetchone()
        return int(found[0]) if found else 0

    async def go_on_from(self, table: Table, number: int) -> None:
        """See Side.go_on_from."""
        self._connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table.name,))
        self._connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)", (table.name, number))

    async def do(self, work: Work) -> None:
        """See Side.do."""
        drive(work, SqliteTransaction(self._connection, system_clock))


def _take(cursor: apsw.Cursor, number: int) -> Iterator[tuple[object, ...]]:
    for _ in range(number):
        row = cursor.fetchone()
        if row is None:
            return
        yield row


@contextmanager
def transaction(connection: apsw.Connection, kind: str) -> Iterator[None]:
    """A transaction, undone when it raises; `kind` is DEFERRED to read one state, IMMEDIATE to write."""
    connection.execute(f"BEGIN {kind}")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def is_empty(connection: apsw.Connection) -> bool:
    """Whether nobody ever used the database."""
    known = "SELECT count(*) FROM sqlite_schema WHERE name = 'organizations'"
    if not connection.execute(known).fetchone()[0]:  # type: ignore[index]
        return True
    return connection.execute("SELECT 1 FROM organizations LIMIT 1").fetchone() is None

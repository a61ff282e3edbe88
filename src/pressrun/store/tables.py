"""The tables that hold an operator's data, read off a schema: what a backup keeps and a move carries over."""

from collections.abc import Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter

import apsw

from pressrun.store.migrate import migrations

OWN = {"schema_migrations", "store_facts", "job_blocks", "batch_counts", "sessions", "sign_in_links", "sign_in_counts"}
"""Tables that tell of one database alone, or that triggers keep; they are never carried into another.

Who is signed in is no more than that: a copy of a database signs nobody in.
"""

HIDDEN = (2, 3)
"""How SQLite marks columns that are computed from others."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table and the columns that are stored in it; `numbered` is the one whose numbers the database hands out."""

    name: str
    columns: tuple[str, ...]
    numbered: str | None

    @property
    def column_list(self) -> str:
        """The columns as SQL writes them."""
        return ", ".join(self.columns)


def tables(connection: apsw.Connection) -> list[Table]:
    """The tables of a SQLite database, each after those its rows refer to."""
    # Only 'table': an index of words is a virtual table with shadows, which triggers fill from rows that are carried.
    listing = (
        "SELECT schema.name, schema.sql LIKE '%AUTOINCREMENT%' FROM sqlite_schema AS schema "
        "JOIN pragma_table_list AS list ON list.name = schema.name AND list.schema = 'main' AND list.type = 'table' "
        "WHERE schema.type = 'table' AND schema.name NOT LIKE 'sqlite_%'"
    )
    found = {str(name): bool(numbered) for name, numbered in connection.execute(listing) if name not in OWN}
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for name in sorted(found):
        sorter.add(name, *_referred(connection, name) - {name})
    return [_table(connection, name, numbered=found[name]) for name in sorter.static_order()]


def present_tables() -> list[Table]:
    """The tables of this program's schema, which has the same ones on every database."""
    connection = apsw.Connection(":memory:")
    try:
        for step in migrations("sqlite"):
            connection.execute(step.sql)
        return tables(connection)
    finally:
        connection.close()


def _referred(connection: apsw.Connection, table: str) -> set[str]:
    return {str(row[0]) for row in connection.execute('SELECT "table" FROM pragma_foreign_key_list(?)', (table,))}


def _table(connection: apsw.Connection, name: str, *, numbered: bool) -> Table:
    rows: Sequence[tuple[str, int, int]] = list(
        connection.execute("SELECT name, pk, hidden FROM pragma_table_xinfo(?)", (name,))
    )
    stored = tuple(column for column, _, hidden in rows if hidden not in HIDDEN)
    return Table(name, stored, next(column for column, key, _ in rows if key) if numbered else None)

"""All rows of one database into another, and the proof that they arrived: a count and a digest for each table."""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from pressrun.errors import Code, PressrunError
from pressrun.store.store import Transaction
from pressrun.store.tables import Table

Rows = Sequence[tuple[Any, ...]]
Progress = Callable[[str, int], None]
"""Told the table and how many rows more."""

Work = Callable[[Transaction], Awaitable[None]]

BATCH_BYTES = 4_000_000
"""About what a batch of rows may weigh: rows are small as a rule and ten megabytes at worst."""

LARGEST_BATCH = 2000
DIGEST_BYTES = 16

_encode = msgspec.msgpack.encode


class Side(Protocol):
    """One of the two databases, in one transaction."""

    def read(self, table: Table) -> AsyncIterator[Rows]:
        """Every row of a table, in batches, in any order."""
        ...

    async def write(self, table: Table, rows: Rows) -> None:
        """Add rows to a table."""
        ...

    async def last_number(self, table: Table) -> int:
        """The last number the database handed out for a numbered table; 0 when none was."""
        ...

    async def go_on_from(self, table: Table, number: int) -> None:
        """Hand out numbers after this one."""
        ...

    async def do(self, work: Work) -> None:
        """Do a work in the transaction."""
        ...


@dataclass(frozen=True, slots=True)
class Tally:
    """What a table holds: `digest` is a sum over its rows, so that their order does not matter."""

    rows: int
    digest: str


class Counting:
    """Tallies rows as they pass."""

    def __init__(self) -> None:
        self._rows = 0
        self._sum = 0

    def add(self, rows: Rows) -> None:
        """Count rows in."""
        self._rows += len(rows)
        for row in rows:
            self._sum += int.from_bytes(hashlib.blake2b(_encode(row), digest_size=DIGEST_BYTES).digest(), "big")

    @property
    def tally(self) -> Tally:
        """What has passed so far."""
        return Tally(self._rows, f"{self._sum % 256**DIGEST_BYTES:0{2 * DIGEST_BYTES}x}")


def batch_size(rows: int, size: int) -> int:
    """How many rows the next batch may have, when `rows` rows weighed `size` bytes so far."""
    return max(1, min(LARGEST_BATCH, BATCH_BYTES * rows // max(1, size)))


def weight(rows: Rows) -> int:
    """About how many bytes rows take."""
    return sum(len(value) for row in rows for value in row if isinstance(value, str | bytes)) + 50 * len(rows)


async def tally(side: Side, tables: Sequence[Table], progress: Progress) -> dict[str, Tally]:
    """What each table holds."""
    found: dict[str, Tally] = {}
    for table in tables:
        counting = Counting()
        async for rows in side.read(table):
            counting.add(rows)
            progress(table.name, len(rows))
        found[table.name] = counting.tally
    return found


async def copy(source: Side, target: Side, tables: Sequence[Table], progress: Progress) -> dict[str, Tally]:
    """Carry every row over, and let the target number on where the source stopped; what each table held."""
    found: dict[str, Tally] = {}
    for table in tables:
        counting = Counting()
        async for rows in source.read(table):
            counting.add(rows)
            await target.write(table, rows)
            progress(table.name, len(rows))
        found[table.name] = counting.tally
        if table.numbered is not None:
            await target.go_on_from(table, await source.last_number(table))
    return found


def compare(expected: Mapping[str, Tally], found: Mapping[str, Tally], where: str) -> None:
    """Raises PressrunError that names the first table of `where` which is not what it should be."""
    for name in sorted(expected.keys() | found.keys()):
        if expected.get(name) != found.get(name):
            raise PressrunError(
                Code.CONFLICT,
                f"{where}: the rows of {name} are not those that were written ({_told(found.get(name))} instead of "
                f"{_told(expected.get(name))}); nothing was changed",
            )


def _told(tallied: Tally | None) -> str:
    return "none" if tallied is None else f"{tallied.rows} with digest {tallied.digest[:8]}"

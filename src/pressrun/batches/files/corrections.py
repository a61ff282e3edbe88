"""Rows of a batch that are sent again: which row each one is, and what stands in its columns now."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any, NamedTuple

from pressrun.agents.check import shown
from pressrun.batches.files.bad_rows import BadRow, Damaged
from pressrun.batches.files.columns import clean_header
from pressrun.batches.files.formats import Format, Told
from pressrun.batches.files.json_rows import JsonRow
from pressrun.batches.files.opening import Opened, opened
from pressrun.batches.files.results import ResultColumns
from pressrun.batches.files.table_rows import is_blank
from pressrun.errors import Code, PressrunError, Problem

MOST_CORRECTED = 2_000
"""Rows of one file: they are corrected in one transaction, which nobody else's writes may wait for long.

Measured on SQLite: 0.4 s for these, 1.6 s for twice as many. It grows with the square: every update inside a savepoint
walks the journal in memory of all before it (sqlite3BtreeSavepoint, 20 % of the samples).
"""

MOST_LISTED = 20


class Correction(NamedTuple):
    """A row as it was sent again, on a `line` of the file; it is named by its number, or by its sender's own id."""

    line: int
    row: int | None
    row_id: str | None
    fields: Mapping[str, Any]


@dataclass(slots=True)
class Corrections:
    """What a file of corrections holds; `faults` of rows that cannot be read have the row 0 where it is not known."""

    format: Format
    rows: list[Correction] = field(default_factory=list)
    faults: list[BadRow] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Rows of the file, those that cannot be read among them."""
        return len(self.rows) + len(self.faults)


async def read_corrections(
    chunks: AsyncIterator[bytes], told: Told, columns: ResultColumns, id_column: str | None
) -> Corrections:
    """The rows of a file; `columns` are those of the batch's results, which may be sent back as they came.

    Raises PressrunError (invalid) when the file as a whole cannot be used: what it is, columns that the batch does not
    have, none that tells which rows they are, too many rows.
    """
    file = await opened(chunks, told, columns.names)
    found = Corrections(file.facts.format)
    known = {*columns.names}
    unknown: dict[str, None] = {}
    async with aclosing(_records(file)) as records:
        async for line, record in records:
            if isinstance(record, Damaged):
                found.faults.append(BadRow(0, line, None, None, record.reason))
                continue
            if not found.rows and not {columns.number, id_column} & record.keys():
                raise _nameless(columns.number, id_column)
            unknown.update(dict.fromkeys(record.keys() - known))
            _take(found, line, record, columns.number, id_column)
            if len(found.rows) > MOST_CORRECTED:
                message = f"a file may correct at most {MOST_CORRECTED:,} rows: send the others in another one"
                raise PressrunError(Code.INVALID, message)
    if unknown:
        raise _unknown(list(unknown))
    if not found.rows and not found.faults:
        raise PressrunError(Code.INVALID, "the file holds no rows")
    return found


async def _records(file: Opened) -> AsyncGenerator[tuple[int, Mapping[str, Any] | Damaged]]:
    """Every row by its columns; the header of a table is taken off, blank rows are left out."""
    header: list[str] | None = None
    async with aclosing(file.blocks):
        async for block in file.blocks:
            for line, record in block:
                if isinstance(record, JsonRow):
                    yield line, record.fields
                elif isinstance(record, Damaged):
                    if header is None and file.is_table:
                        raise PressrunError(Code.INVALID, f"the header of the file cannot be read: {record.reason}")
                    yield line, record
                elif is_blank(record):
                    continue
                elif header is None:
                    header = clean_header(record)
                elif not is_blank(record[len(header) :]):
                    yield line, Damaged(f"it has {len(record)} cells, and the header has {len(header)}")
                else:
                    yield line, dict(zip_longest(header, record[: len(header)], fillvalue=""))


def _take(found: Corrections, line: int, fields: Mapping[str, Any], number: str, id_column: str | None) -> None:
    said = _text(fields.get(number))
    row_id = _text(fields.get(id_column)) if id_column is not None and not said else ""
    if said.isascii() and said.isdigit() and len(said) < 16:
        found.rows.append(Correction(line, int(said), None, fields))
    elif said:
        reason = f"{shown(said)} is not the number of a row"
        found.faults.append(BadRow(0, line, number, None, reason))
    elif row_id:
        found.rows.append(Correction(line, None, row_id, fields))
    else:
        reason = f"nothing tells which row it is: fill in {shown(number)}"
        found.faults.append(BadRow(0, line, number, None, reason))


def _text(value: Any) -> str:
    return "" if value is None or isinstance(value, bool | list | dict) else str(value).strip()


def _nameless(number: str, id_column: str | None) -> PressrunError:
    other = "" if id_column is None else f", or {shown(id_column)} with their ids"
    message = f"the file has no column {shown(number)} with the numbers of the rows{other}: results have it"
    return PressrunError(Code.INVALID, Problem(message, {"column": number}))


def _unknown(names: list[str]) -> PressrunError:
    message = "the batch's own file has no such column, so it cannot be corrected: leave it out"
    return PressrunError(
        Code.INVALID, [Problem(f"{shown(name)}: {message}", {"column": name}) for name in names[:MOST_LISTED]]
    )

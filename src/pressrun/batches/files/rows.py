"""A file to rows that can be run: read, mapped to the agent's inputs, checked, as many at a time as arrive together."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import replace
from typing import NamedTuple

from pressrun.agents.attachments import LookUp
from pressrun.agents.definition import AgentDefinition
from pressrun.batches.files.bad_rows import BadRow, BadRows
from pressrun.batches.files.columns import ColumnMap, Plan
from pressrun.batches.files.file_cells import FileCells
from pressrun.batches.files.first_rows import first_records
from pressrun.batches.files.formats import Format, Told
from pressrun.batches.files.object_rows import ObjectRows
from pressrun.batches.files.opening import Block, Facts, opened
from pressrun.batches.files.row_check import Fault
from pressrun.batches.files.table_rows import TableRows, is_blank
from pressrun.errors import Code, PressrunError

LONGEST_PROBLEM = 2_000


class Row(NamedTuple):
    """A row of a file, good or bad.

    `number` counts from 1 all rows of data that are not blank; `line` is where it begins in the file. `row_id` is the
    sender's own. `cells` is JSON of what stood there: a list in the order of the columns, or the object. `inputs` is
    what a single job with these values would store, None where `problem` tells why the row cannot be run.
    """

    number: int
    line: int
    row_id: str | None
    cells: bytes
    inputs: bytes | None
    problem: str | None


class Rows:
    """The rows of a file, while it arrives. `columns` of JSON rows grow until its end."""

    def __init__(
        self, facts: Facts, blocks: AsyncIterator[Block], reader: TableRows | ObjectRows, files: FileCells
    ) -> None:
        self.facts = facts
        self.bad = BadRows()
        self.blank = 0
        self._blocks = blocks
        self._reader = reader
        self._files = files
        self._number = 0

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in the order of the file."""
        return tuple(self._reader.columns)

    @property
    def plan(self) -> Plan:
        """Which column feeds which input."""
        return self._reader.plan

    @property
    def total(self) -> int:
        """Rows met so far, good and bad; blank lines of a table are none."""
        return self._number

    async def __aiter__(self) -> AsyncIterator[list[Row]]:
        """All rows in the order of the file, some at a time; raises PressrunError (invalid) when the file breaks.

        The faults of bad ones are in `bad` by the time they are handed out.
        """
        async for block in self._blocks:
            await self._files.look(self.plan, self.columns, (record for _, record in block))
            if rows := self._checked(block):
                yield rows
        if not self._number:
            raise _no_rows()

    def _checked(self, block: Block) -> list[Row]:
        rows = []
        reader = self._reader
        number = self._number
        for line, record in block:
            if record.__class__ is list and is_blank(record):
                self.blank += 1
                continue
            number += 1
            row_id, cells, inputs = reader.row(record)
            if isinstance(inputs, bytes):
                rows.append(Row(number, line, row_id, cells, inputs, None))
            else:
                self.bad.add([BadRow(number, line, *fault) for fault in inputs])
                rows.append(Row(number, line, row_id, cells, None, _problem(inputs)))
        self._number = number
        return rows


def _problem(faults: list[Fault]) -> str:
    """All faults of a row as one text; PostgreSQL's text cannot hold a NUL, and a name in JSON may."""
    text = "; ".join(reason if column is None else f"{column}: {reason}" for column, _, reason in faults)
    text = text.replace("\0", "\ufffd")
    return text if len(text) <= LONGEST_PROBLEM else f"{text[:LONGEST_PROBLEM]} …"


@asynccontextmanager
async def read_rows(
    chunks: AsyncIterator[bytes],
    told: Told,
    definition: AgentDefinition,
    column_map: ColumnMap | None = None,
    look_up: LookUp | None = None,
) -> AsyncGenerator[Rows]:
    """The rows of a file for an agent, while the file arrives in chunks of any size; `look_up` finds files they name.

    Raises PressrunError: invalid when the file as a whole cannot be used (what it is, its header, a required input that
    no column feeds, each said once); too_large. What is wrong with single rows is listed in `Rows.bad`.
    """
    file = await opened(chunks, told, [one.name for one in definition.inputs])
    async with aclosing(file.blocks):
        first = await _first(file.blocks)
        files = FileCells(look_up)
        reader: TableRows | ObjectRows
        try:
            if file.is_table:
                header, *first = first
                errors = file.facts.format == Format.XLSX
                reader = TableRows(definition, column_map or {}, header[1], errors=errors, known=files.known)
            else:
                reader = ObjectRows(definition, column_map or {}, [record for _, record in first], files.known)
        except PressrunError as refusal:
            raise _showing(refusal, first) from None
        yield Rows(file.facts, _with_first(first, file.blocks), reader, files)


def _showing(refusal: PressrunError, first: Block) -> PressrunError:
    """The refusal of a file's columns, with its first rows: whoever maps the columns has to see them."""
    problems = [
        replace(one, extras={**one.extras, "first_rows": first_records((row for _, row in first), columns)})
        if isinstance(columns := one.extras.get("columns"), list)
        else one
        for one in refusal.problems
    ]
    return PressrunError(refusal.code, problems)


async def _first(blocks: AsyncIterator[Block]) -> Block:
    """The first block that holds anything, from its first row that is not blank."""
    async for block in blocks:
        for place, (_, record) in enumerate(block):
            if not isinstance(record, list) or not is_blank(record):
                return block[place:]
    raise _no_rows()


async def _with_first(first: Block, blocks: AsyncIterator[Block]) -> AsyncIterator[Block]:
    yield first
    async for block in blocks:
        yield block


def _no_rows() -> PressrunError:
    return PressrunError(Code.INVALID, "the file holds no rows")

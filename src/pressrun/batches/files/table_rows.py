"""Rows of a table: as wide as its header, each checked."""

from collections.abc import Sequence
from typing import Any

import msgspec

from pressrun.agents.definition import AgentDefinition
from pressrun.agents.file_inputs import Known
from pressrun.batches.files.bad_rows import Damaged
from pressrun.batches.files.columns import ColumnMap, clean_header, plan_columns, refuse_twins
from pressrun.batches.files.row_check import Fault, TableCheck
from pressrun.batches.files.row_ids import RowIds
from pressrun.batches.files.xlsx_rows import ERRORS
from pressrun.errors import Code, PressrunError

CheckedRow = tuple[str | None, bytes, bytes | list[Fault]]
"""A row's own id, its cells as JSON, its inputs as they are stored or every fault of it."""

_encode = msgspec.json.Encoder().encode


def is_blank(cells: Sequence[str]) -> bool:
    """Whether there is nothing but blanks: a line that a spreadsheet leaves at its end."""
    for cell in cells:  # noqa: SIM110 - for every row of a million; a generator takes four times as long
        if cell and not cell.isspace():
            return False
    return True


class TableRows:
    """The rows of one table."""

    def __init__(
        self,
        definition: AgentDefinition,
        column_map: ColumnMap,
        header: Any,
        *,
        errors: bool = False,
        known: Known | None = None,
    ) -> None:
        """`errors` says that cells may hold a spreadsheet's errors, `known` are the files that they name.

        Raises PressrunError (invalid) for a bad header.
        """
        if isinstance(header, Damaged):
            raise PressrunError(Code.INVALID, f"the header of the file cannot be read: {header.reason}")
        self.columns = clean_header(header)
        self.plan = plan_columns(definition, self.columns, column_map)
        refuse_twins(header, self.plan)
        self._check = TableCheck(definition, self.plan, self.columns, known)
        self._width = len(self.columns)
        self._id_at = -1 if self.plan.id_column is None else self.columns.index(self.plan.id_column)
        self._ids = RowIds()
        self._errors = [column for _, found in self.plan.inputs for column in found] if errors else []

    def row(self, record: Any) -> CheckedRow:
        """The row that its cells make."""
        if isinstance(record, Damaged):
            return None, b"[]", [(None, None, record.reason)]
        cells: list[str] = record
        if len(cells) != self._width:
            if len(cells) > self._width and not is_blank(cells[self._width :]):
                return None, _encode(cells), [(None, None, self._too_wide(cells))]
            # Spreadsheets leave out empty cells at the end of a row.
            cells = [*cells[: self._width], *[""] * (self._width - len(cells))]
        inputs = self._check.inputs(cells)
        if self._errors and not ERRORS.isdisjoint(cells) and (faults := self._spreadsheet_errors(cells)):
            inputs = with_faults(inputs, faults)
        row_id = cells[self._id_at].strip() or None if self._id_at >= 0 else None
        if row_id is not None and (reason := self._ids.fault(row_id)):
            row_id, inputs = None, with_faults(inputs, [(self.plan.id_column, None, reason)])
        return row_id, _encode(cells), inputs

    def _too_wide(self, cells: list[str]) -> str:
        return (
            f"it has {len(cells)} cells, and the header has {self._width}: "
            "put text that holds the delimiter into quotation marks"
        )

    def _spreadsheet_errors(self, cells: list[str]) -> list[Fault]:
        found: list[Fault] = []
        for declared, columns in self.plan.inputs:
            for column in columns:
                cell = cells[self.columns.index(column)]
                if cell in ERRORS:
                    found.append((column, declared.name, f"the cell holds the spreadsheet's error {cell}"))
        return found


def with_faults(inputs: bytes | list[Fault], faults: list[Fault]) -> list[Fault]:
    """What is wrong with a row, when `faults` are found besides its inputs."""
    return faults + inputs if isinstance(inputs, list) else faults

"""Rows that are sent again, put in the place of those they correct, and checked as those of a new file are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pressrun.agents.definition import AgentDefinition
from pressrun.batches.batch import Batch
from pressrun.batches.files.bad_rows import BadRow
from pressrun.batches.files.columns import ColumnMap, plan_columns
from pressrun.batches.files.corrections import Correction, Corrections
from pressrun.batches.files.formats import Format
from pressrun.batches.files.formula_safe import formula_safe
from pressrun.batches.files.json_rows import JsonRow
from pressrun.batches.files.object_rows import ObjectRows
from pressrun.batches.files.results import as_json, as_text, read_cells
from pressrun.batches.files.table_rows import CheckedRow, TableRows
from pressrun.batches.files.xlsx_results import cell_text
from pressrun.jobs.job import State
from pressrun.store.store import Row

CORRECTABLE = frozenset({State.FAILED, State.CANCELLED})


@dataclass(frozen=True, slots=True)
class CorrectedRow:
    """A row that is to be run with other inputs; `job_id` is None where it was skipped and has no job yet."""

    row: int
    line: int
    row_id: str | None
    is_renamed: bool
    cells: bytes
    inputs: bytes
    job_id: str | None
    left: State | None


class RowCheck:
    """Checks corrected rows of one batch as a file of them would be; raises PressrunError (invalid) for its columns."""

    def __init__(self, definition: AgentDefinition, batch: Batch, column_map: ColumnMap) -> None:
        self._definition = definition
        self._columns = batch.columns
        self._map = column_map
        self.id_column = plan_columns(definition, batch.columns, column_map).id_column

    def check(self, found: Corrections, rows: Mapping[int, Row]) -> tuple[list[CorrectedRow], list[BadRow]]:
        """What may be run, and every fault; `rows` are those of the batch by number, as they stand."""
        good: list[CorrectedRow] = []
        faults = list(found.faults)
        of_file = _Rows(self._definition, self._columns, self._map, found.format)
        seen: dict[int, int] = {}
        for one in found.rows:
            number = one.row or 0
            reason = _refusal(one, rows.get(number), seen)
            seen.setdefault(number, one.line)
            if reason is not None:
                faults.append(BadRow(number, one.line, None, None, reason))
                continue
            row_id, cells, inputs = of_file.checked(one, rows[number])
            if isinstance(inputs, bytes):
                good.append(_corrected(one, rows[number], row_id, cells, inputs))
            else:
                faults += [BadRow(number, one.line, *fault) for fault in inputs]
        return good, sorted(faults, key=lambda fault: fault.line)


class _Rows:
    """Rows as they are with what was sent; a file holds either tables' rows or objects."""

    def __init__(self, definition: AgentDefinition, columns: list[str], column_map: ColumnMap, kind: Format) -> None:
        self._columns = columns
        self._kind = kind
        self._table = TableRows(definition, column_map, columns, errors=kind == Format.XLSX)
        self._objects = ObjectRows(definition, column_map, [JsonRow(dict.fromkeys(columns, ""), b"")])

    def checked(self, one: Correction, row: Row) -> CheckedRow:
        was = read_cells(row["cells"])
        columns = self._columns
        fields = dict(was) if isinstance(was, dict) else dict(zip(columns, [*was, *[""] * len(columns)], strict=False))
        for name in columns:
            if name in one.fields and not _is_as_before(fields.get(name, ""), one.fields[name]):
                fields[name] = self._value(one.fields[name])
        if isinstance(was, dict):
            return self._objects.row(JsonRow(fields, as_json(fields)))
        return self._table.row([as_text(fields[name]) for name in columns])

    def _value(self, value: Any) -> Any:
        """What was typed; an apostrophe that keeps spreadsheets from reading text as a formula is not part of it."""
        is_guarded = self._kind == Format.CSV and value[:1] == "'" and formula_safe(value[1:]) == value
        return value[1:] if is_guarded else value


def _is_as_before(before: Any, now: Any) -> bool:
    """Whether a cell came back as result files tell it: then it is what it was, whatever the file could not hold."""
    text = as_text(before)
    return bool(now == before) or now in (text, formula_safe(text), cell_text(text))


def _refusal(one: Correction, row: Row | None, seen: Mapping[int, int]) -> str | None:
    if row is None:
        return "the batch has no such row" if one.row_id is None else f"the batch has no row with the id {one.row_id!r}"
    if (line := seen.get(int(row["row"]))) is not None:
        return f"it stands in the file twice, on line {line:,} too"
    if row["problem"] is None and row["state"] not in CORRECTABLE:
        state = row["state"] or "without a job"
        return f"it is {state}: rows that failed, were cancelled or could not be run are corrected, no others"
    return None


def _corrected(one: Correction, row: Row, row_id: str | None, cells: bytes, inputs: bytes) -> CorrectedRow:
    return CorrectedRow(
        row=int(row["row"]),
        line=one.line,
        row_id=row_id,
        is_renamed=row_id is not None and row_id != row["row_id"],
        cells=cells,
        inputs=inputs,
        job_id=row["job_id"],
        left=None if row["state"] is None else State(row["state"]),
    )


def same_ids(good: Sequence[CorrectedRow], taken: Mapping[str, int]) -> list[BadRow]:
    """Faults of rows whose new ids other rows have already; `taken` are the numbers of those by their ids."""
    faults = []
    for one in good:
        other = taken.get(one.row_id or "") if one.is_renamed else None
        if other not in {None, one.row}:
            faults.append(BadRow(one.row, one.line, None, None, f"row {other} has the same id, {one.row_id!r}"))
    return faults

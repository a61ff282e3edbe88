"""Rows that are JSON objects: each may have fields of its own, and the columns are all of them."""

from collections.abc import Sequence
from typing import Any

from pressrun.agents.definition import AgentDefinition
from pressrun.agents.file_inputs import Known
from pressrun.batches.files.bad_rows import Damaged
from pressrun.batches.files.columns import ColumnMap, plan_columns
from pressrun.batches.files.json_rows import JsonRow
from pressrun.batches.files.limits import LONGEST_COLUMN, MOST_COLUMNS
from pressrun.batches.files.row_check import ObjectCheck
from pressrun.batches.files.row_ids import RowIds
from pressrun.batches.files.table_rows import CheckedRow, with_faults


class ObjectRows:
    """The objects of one file."""

    def __init__(
        self, definition: AgentDefinition, column_map: ColumnMap, first: Sequence[Any], known: Known | None = None
    ) -> None:
        """`first` are the first rows, by which is judged what the file has; `known` the files that rows name.

        Raises PressrunError (invalid).
        """
        self._files = known
        self._definition = definition
        self._map = column_map
        self._known: dict[str, None] = {}
        for record in first:
            if isinstance(record, JsonRow) and not (record.fields and self._too_much(record.fields)):
                self._known.update(dict.fromkeys(record.fields))
        self.plan = plan_columns(definition, self.columns, column_map)
        self._check = ObjectCheck(definition, self.plan, known)
        self._ids = RowIds()

    @property
    def columns(self) -> list[str]:
        """The names of all fields met so far, in the order of their first appearance."""
        return list(self._known)

    def row(self, record: Any) -> CheckedRow:
        """The row that an object makes."""
        if isinstance(record, Damaged):
            return None, b"{}", [(None, None, record.reason)]
        fields: dict[str, Any] = record.fields
        if not self._known.keys() >= fields.keys():
            if reason := self._too_much(fields):
                return None, b"{}", [(None, None, reason)]
            self._learn(fields)
        inputs = self._check.inputs(fields)
        id_column = self.plan.id_column
        row_id = None if id_column is None else _text(fields.get(id_column))
        if row_id is not None and (fault := self._ids.fault(row_id)):
            row_id, inputs = None, with_faults(inputs, [(id_column, None, fault)])
        return row_id, record.text, inputs

    def _too_much(self, fields: dict[str, Any]) -> str | None:
        if max(map(len, fields)) > LONGEST_COLUMN:
            return f"the name of a field is longer than {LONGEST_COLUMN:,} characters"
        if len(self._known.keys() | fields.keys()) > MOST_COLUMNS:
            return f"with it the rows have more than {MOST_COLUMNS:,} different fields"
        return None

    def _learn(self, fields: dict[str, Any]) -> None:
        """A field that no row before had may be an input's too."""
        self._known.update(dict.fromkeys(fields))
        self.plan = plan_columns(self._definition, self.columns, self._map, complete=False)
        self._check = ObjectCheck(self._definition, self.plan, self._files)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, list | dict):
        return None
    return str(value).strip() or None

"""The cells of a row to the inputs of its job, quickly: a row that is plainly good never meets the general check.

Whatever is not plainly good goes through `agents/inputs.check`, which decides and explains, so that a row and a single
job with the same values never fare differently.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec

from pressrun.agents.definition import AgentDefinition
from pressrun.agents.file_inputs import Known
from pressrun.agents.input_kinds import DropdownInput, FileInput, MediaInput, TextInput
from pressrun.agents.inputs import MAX_VALUE_CHARS, check
from pressrun.batches.files.columns import Plan
from pressrun.batches.files.file_cells import names_in
from pressrun.errors import PressrunError

Fault = tuple[str | None, str | None, str]
"""Column, input, reason."""

_encode = msgspec.json.Encoder().encode


class _Step(NamedTuple):
    """One input in the quick check: where its only cell stands (-1: nowhere), which texts fit, whether blank does."""

    name: str
    at: int
    options: frozenset[str] | None
    blank_fits: bool


class TableCheck:
    """Rows of a table, cells in the order of `columns`."""

    def __init__(
        self, definition: AgentDefinition, plan: Plan, columns: Sequence[str], known: Known | None = None
    ) -> None:
        """`known` are the files that rows name: it may grow between rows."""
        self._known = known
        self._definition = definition
        self._plan = plan
        self._at = {name: place for place, name in enumerate(columns)}
        self._steps = self._quick_steps()

    def inputs(self, cells: list[str]) -> bytes | list[Fault]:
        """The job's inputs as they are stored, or every fault of the row."""
        values: dict[str, tuple[str, ...]] = {}
        for name, at, options, blank_fits in self._steps:
            cell = cells[at] if at >= 0 else ""
            if not cell or cell.isspace():
                if not blank_fits:
                    break
                values[name] = ()
            elif (len(cell) > MAX_VALUE_CHARS) if options is None else (cell not in options):
                break
            else:
                values[name] = (cell,)
        else:
            if self._steps or not self._plan.inputs:
                return _encode(values)
        return _checked(self._definition, self._plan, self._values(cells), self._known)

    def _quick_steps(self) -> list[_Step]:
        """Nothing when an input needs more than one cell, or a kind of check that only the general one has."""
        steps = []
        for declared, columns in self._plan.inputs:
            text = isinstance(declared, TextInput) and declared.min_fields <= 1
            options = frozenset(declared.options) if isinstance(declared, DropdownInput) else None
            if len(columns) > 1 or (columns and not text and options is None):
                return []
            at = self._at[columns[0]] if columns else -1
            steps.append(_Step(declared.name, at, options, blank_fits=not declared.required))
        return steps

    def _values(self, cells: list[str]) -> dict[str, list[Any]]:
        return _gathered(self._plan, lambda column: cells[self._at[column]])


class ObjectCheck:
    """Rows that are JSON objects."""

    def __init__(self, definition: AgentDefinition, plan: Plan, known: Known | None = None) -> None:
        self._known = known
        self._definition = definition
        self._plan = plan
        columns = {column for _, found in plan.inputs for column in found}
        self._table = TableCheck(definition, plan, names := sorted(columns), known)
        self._names = names

    def inputs(self, fields: Mapping[str, Any]) -> bytes | list[Fault]:
        """The job's inputs as they are stored, or every fault of the row."""
        cells = [fields.get(name, "") for name in self._names]
        for cell in cells:
            if cell.__class__ is not str:
                return _checked(self._definition, self._plan, _gathered(self._plan, fields.get), self._known)
        return self._table.inputs(cells)


def _gathered(plan: Plan, value_of: Callable[[str], Any]) -> dict[str, list[Any]]:
    """The values of each input that has any, in the order of its columns; blank ones are none."""
    values = {}
    for declared, columns in plan.inputs:
        texts = [text for column in columns for text in _texts(value_of(column))]
        if len(columns) > 1:
            texts = [text for text in texts if not isinstance(text, str) or text.strip()]
        if isinstance(declared, FileInput | MediaInput):
            texts = [name for text in texts for name in (names_in(text) if isinstance(text, str) else [text])]
        if isinstance(declared, DropdownInput):
            texts = [_chosen(text, declared) for text in texts]
        if any(not isinstance(text, str) or text.strip() for text in texts):
            values[declared.name] = texts
    return values


def _texts(value: Any) -> list[Any]:
    if value is None:
        return []
    return [_text(one) for one in value] if isinstance(value, list) else [_text(value)]


def _text(value: Any) -> Any:
    """A number, true or false as it is written; the check refuses what is no text then."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | Decimal) else value


def _chosen(text: Any, declared: DropdownInput) -> Any:
    """Blanks around an option are the table's, not the option's."""
    return text.strip() if isinstance(text, str) and text not in declared.options else text


def _checked(
    definition: AgentDefinition, plan: Plan, values: Mapping[str, list[Any]], known: Known | None
) -> bytes | list[Fault]:
    try:
        return _encode(check(definition, [{"id": name, "value": texts} for name, texts in values.items()], known))
    except PressrunError as error:
        columns = {declared.name: names for declared, names in plan.inputs}
        faults: list[Fault] = []
        for problem in error.problems:
            name: str | None = problem.extras.get("input")
            column = ", ".join(columns.get(name or "", ())) or None
            empty = name in columns and name not in values
            faults.append((column, name, f'the required input "{name}" is empty' if empty else problem.description))
        return faults

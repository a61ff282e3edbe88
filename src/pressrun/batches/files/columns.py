"""Which column feeds which input: by an explicit map, else by name."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pressrun.agents.check import nearest, shown
from pressrun.agents.definition import AgentDefinition
from pressrun.agents.input_kinds import Input, TextInput
from pressrun.agents.names import fold
from pressrun.batches.files.limits import LONGEST_COLUMN, MOST_COLUMNS
from pressrun.errors import Code, PressrunError, Problem

MOST_LISTED = 20
ID = "id"
"""The column with the rows' own ids, unless an input is called so."""

_NUMBERED = re.compile(r"(.*?)[ _]*[0-9]+", re.DOTALL)

ColumnMap = Mapping[str, str | None]
"""Input by column; None or "" keeps a column from being an input."""


@dataclass(frozen=True, slots=True)
class Plan:
    """For each input of the agent, in its order, the columns that hold its values; `id_column` holds the rows' ids."""

    inputs: tuple[tuple[Input, tuple[str, ...]], ...]
    id_column: str | None

    @property
    def missing(self) -> tuple[str, ...]:
        """Required inputs that no column feeds."""
        return tuple(declared.name for declared, columns in self.inputs if declared.required and not columns)


def clean_header(cells: Sequence[str]) -> list[str]:
    """Names for all columns: trimmed, those without one called after their place, repeated ones numbered.

    Columns without a name at the end are left out. Raises PressrunError (invalid) for too many.
    """
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    if len(names) > MOST_COLUMNS:
        raise PressrunError(Code.INVALID, f"the file has {len(names):,} columns; at most {MOST_COLUMNS:,} are possible")
    long = next((place for place, name in enumerate(names, 1) if len(name) > LONGEST_COLUMN), None)
    if long is not None:
        message = f"the name of column {long} is longer than {LONGEST_COLUMN:,} characters: is the header missing?"
        raise PressrunError(Code.INVALID, message)
    taken = set(names)
    seen: set[str] = set()
    for place, name in enumerate(names):
        if name and name not in seen:
            seen.add(name)
            continue
        stem, number = (f"{name} ", 2) if name else ("Column ", place + 1)
        while f"{stem}{number}" in taken:
            number += 1
        names[place] = f"{stem}{number}"
        taken.add(names[place])
    return names


def refuse_twins(header: Sequence[str], plan: Plan) -> None:
    """Raises PressrunError (invalid) when a column that matters has a twin of the same name in the file's `header`."""
    used = {column for _, sources in plan.inputs for column in sources} | {plan.id_column}
    names = [cell.strip() for cell in header]
    twins = [name for name in dict.fromkeys(names) if name in used and names.count(name) > 1]
    if twins:
        raise PressrunError(
            Code.INVALID,
            [
                _about(f"{names.count(name)} columns are called {shown(name)}: rename all but one", name)
                for name in twins
            ],
        )


def plan_columns(
    definition: AgentDefinition, columns: Sequence[str], column_map: ColumnMap, *, complete: bool = True
) -> Plan:
    """Which of the `columns` feed the agent's inputs; raises PressrunError (invalid) with every fault at once.

    A column named like an input, ignoring case, spaces and underscores, feeds it; an input that takes several values is
    also fed by columns named like it with a number. `complete=False` finds no fault in what may still come.
    """
    problems: list[Problem] = []
    mapped = _mapped(definition, columns, column_map, problems, complete=complete)
    free = [name for name in columns if name not in mapped]
    targets = {target for target in mapped.values() if target}
    sources = {
        declared.name: [name for name in columns if mapped.get(name) == declared.name]
        if declared.name in targets
        else _by_name(declared, free, problems if complete else [])
        for declared in definition.inputs
    }
    id_column = _id_column(columns, mapped, sources)
    plan = Plan(tuple((declared, tuple(sources[declared.name])) for declared in definition.inputs), id_column)
    if complete:
        problems.extend(_several(plan))
        problems.extend(_missing(name, columns) for name in plan.missing)
    if problems:
        raise PressrunError(Code.INVALID, problems)
    return plan


def _mapped(
    definition: AgentDefinition,
    columns: Sequence[str],
    column_map: ColumnMap,
    problems: list[Problem],
    *,
    complete: bool,
) -> dict[str, str]:
    """The explicit map with columns and inputs spelled as the file and the agent spell them, "" for no input."""
    inputs = [declared.name for declared in definition.inputs]
    mapped: dict[str, str] = {}
    for column, target in column_map.items():
        found = _spelled(column.strip(), columns)
        into = _spelled(target, [*inputs, ID]) if target else ""
        if found is None and complete:
            problems.append(_about(f"the file has no column {shown(column)}: {_choices(column, columns)}", column))
        if into is None:
            message = f"{shown(target)} is not an input of this agent: {_choices(target or '', inputs)}"
            problems.append(Problem(message, {"column": column, "input": target}))
        if found is not None and into is not None:
            mapped[found] = into
    return mapped


def _spelled(name: str, names: Iterable[str]) -> str | None:
    """The one of `names` that is meant."""
    known = list(names)
    if name in known:
        return name
    alike = [one for one in known if fold(one) == fold(name)]
    return alike[0] if len(alike) == 1 else None


def _by_name(declared: Input, columns: Sequence[str], problems: list[Problem]) -> list[str]:
    if declared.name in columns:
        return [declared.name]
    wanted = fold(declared.name)
    alike = [name for name in columns if fold(name) == wanted]
    if len(alike) > 1:
        message = f"the columns {_listed(alike)} are both named like the input {shown(declared.name)}: map one of them"
        problems.append(Problem(message, {"input": declared.name}))
    if alike:
        return alike[:1]
    if not isinstance(declared, TextInput) or declared.max_fields == 1:
        return []
    return [name for name in columns if (found := _NUMBERED.fullmatch(name)) and fold(found[1]) == wanted]


def _id_column(columns: Sequence[str], mapped: Mapping[str, str], sources: Mapping[str, list[str]]) -> str | None:
    told = [column for column, target in mapped.items() if target == ID and ID not in sources]
    if told:
        return told[0]
    used = {column for found in sources.values() for column in found} | mapped.keys()
    return next((name for name in columns if fold(name) == ID and name not in used), None)


def _several(plan: Plan) -> Iterable[Problem]:
    for declared, columns in plan.inputs:
        most = declared.max_fields if isinstance(declared, TextInput) else 1
        if len(columns) > most:
            message = f"the input {shown(declared.name)} takes {most} value{'s' if most > 1 else ''}, and "
            yield Problem(f"{message}{len(columns)} columns are mapped to it", {"input": declared.name})


def _missing(name: str, columns: Sequence[str]) -> Problem:
    message = (
        f"no column for the required input {shown(name)}: name a column so, or map one of {_listed(columns)} to it"
    )
    return Problem(message, {"input": name, "columns": list(columns)})


def _choices(name: str, names: Sequence[str]) -> str:
    meant = nearest(name, list(names))
    return f"did you mean {shown(meant)}?" if meant else f"it has {_listed(names) or 'none'}"


def _listed(names: Sequence[str]) -> str:
    text = ", ".join(shown(name) for name in names[:MOST_LISTED])
    return text if len(names) <= MOST_LISTED else f"{text} and {len(names) - MOST_LISTED} more"


def _about(message: str, column: str) -> Problem:
    return Problem(message, {"column": column})

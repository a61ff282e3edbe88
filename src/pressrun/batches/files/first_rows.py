"""The first rows of a file, for whoever has to say which column is which."""

from collections.abc import Iterable, Sequence
from typing import Any

from pressrun.batches.files.json_rows import JsonRow
from pressrun.batches.files.results import as_text, read_cells

SHOWN = 5
LONGEST_CELL = 200


def first_rows(rows: Iterable[bytes], columns: Sequence[str]) -> list[list[str]]:
    """The cells (`Row.cells`) of the first `SHOWN` rows as texts in the order of the columns, long ones cut."""
    return _shown(map(read_cells, rows), columns)


def first_records(records: Iterable[Any], columns: Sequence[str]) -> list[list[str]]:
    """The same of rows as they were read, those that cannot be read left out."""
    return _shown((one.fields if isinstance(one, JsonRow) else one for one in records), columns)


def _shown(rows: Iterable[Any], columns: Sequence[str]) -> list[list[str]]:
    found: list[list[str]] = []
    for cells in rows:
        if len(found) == SHOWN:
            break
        if isinstance(cells, dict):
            found.append([_cut(as_text(cells.get(name))) for name in columns])
        elif isinstance(cells, list):
            own = [*cells[: len(columns)], *[""] * (len(columns) - len(cells))]
            found.append([_cut(text) for text in own])
    return found


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_CELL else f"{text[:LONGEST_CELL]}…"

"""Cells that name files: by id, by the name of an upload, or as a URL; several have `;` or line ends between them."""

import re
from collections.abc import Iterable
from typing import Any

from pressrun.agents.attachments import LookUp
from pressrun.agents.file_inputs import Known
from pressrun.agents.input_kinds import FileInput, MediaInput
from pressrun.batches.files.columns import Plan
from pressrun.batches.files.json_rows import JsonRow
from pressrun.knowledge.files import File

MOST_REMEMBERED = 20_000
"""Files that are remembered between blocks of rows."""

_BETWEEN = re.compile(r"[;\r\n]+")


def names_in(cell: object) -> list[str]:
    """What a cell names, without blanks around it."""
    if isinstance(cell, list):
        return [name for one in cell for name in names_in(one)]
    return [name.strip() for name in _BETWEEN.split(cell) if name.strip()] if isinstance(cell, str) else []


class FileCells:
    """The files that rows name, looked up some rows at a time; `known` is what they are checked against."""

    def __init__(self, look_up: LookUp | None) -> None:
        self._look_up = look_up
        self._found: dict[str, File] = {}
        self.known: Known | None = None if look_up is None else self._found

    async def look(self, plan: Plan, columns: Iterable[str], records: Iterable[Any]) -> None:
        """Look up what these records name; raises PressrunError."""
        if self._look_up is None:
            return
        asked = {name for cell in _cells(plan, [*columns], records) for name in names_in(cell)}
        if len(self._found) > MOST_REMEMBERED:
            self._found.clear()
        self._found |= await self._look_up(asked - self._found.keys())


def _cells(plan: Plan, columns: list[str], records: Iterable[Any]) -> Iterable[Any]:
    wanted = [
        column for declared, names in plan.inputs if isinstance(declared, FileInput | MediaInput) for column in names
    ]
    places = [columns.index(column) for column in wanted]
    for record in records:
        if isinstance(record, JsonRow):
            yield from (record.fields.get(column) for column in wanted)
        elif isinstance(record, list):
            yield from (record[place] for place in places if place < len(record))

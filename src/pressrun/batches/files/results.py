"""One line out for every row in: its own columns first, then what came of it. The same names in every format."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import msgspec

RESULT_COLUMNS = (
    "suggestion",
    "status",
    "error",
    "error_code",
    "attempts",
    "prompt_tokens",
    "completion_tokens",
    "cost",
    "model",
    "version",
    "reused_from",
    "row",
    "job_id",
)

Value = str | int | Decimal | None

read_cells = msgspec.json.Decoder(float_hook=Decimal).decode
"""The cells of a row as they came in: a list of texts, or the object that it was."""

_number = msgspec.json.Encoder(decimal_format="number").encode


@dataclass(frozen=True, slots=True)
class ResultRow:
    """What is known of a row at the moment: `cells` as they came in (`rows.Row`), `row` its number.

    `status` is one word; `prompts` has the result of each prompt by name; `cost` is in US dollars, None when unknown;
    `model` is what answered; `reused_from` the job whose answer this row shares.
    """

    row: int
    cells: bytes
    status: str
    prompts: Mapping[str, str] = field(default_factory=dict)
    suggestion: str | None = None
    error: str | None = None
    error_code: str | None = None
    attempts: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: Decimal | None = None
    model: str | None = None
    version: int | None = None
    reused_from: str | None = None
    job_id: str | None = None


class ResultColumns:
    """The columns of a result: the file's own, one for each prompt, `RESULT_COLUMNS`; `number` is the row's number.

    A name that a column before it has already, whatever its case, gets " (result)" added, then " (result 2)" and so on.
    """

    def __init__(self, own: Sequence[str], prompts: Sequence[str]) -> None:
        self._own = tuple(own)
        self._prompts = tuple(prompts)
        taken = {name.casefold() for name in own}
        added = [_free(name, taken) for name in (*prompts, *RESULT_COLUMNS)]
        self.names: tuple[str, ...] = (*self._own, *added)
        self.number = added[len(self._prompts) + RESULT_COLUMNS.index("row")]
        self._added = tuple(added)

    def values(self, row: ResultRow) -> list[Value]:
        """A value for each name; the file's own are text."""
        cells = read_cells(row.cells)
        if isinstance(cells, list):
            own = cells[: len(self._own)] + [""] * (len(self._own) - len(cells))  # a bad row may be wider
        else:
            own = [as_text(cells[name]) if name in cells else "" for name in self._own]
        return own + self._results(row)

    def fields(self, row: ResultRow) -> dict[str, Any]:
        """The values by name; fields of a JSON row keep their kinds, and those it does not have are left out."""
        cells = read_cells(row.cells)
        own = cells if isinstance(cells, dict) else dict(zip(self._own, cells, strict=False))
        return {**own, **dict(zip(self._added, self._results(row), strict=True))}

    def _results(self, row: ResultRow) -> list[Value]:
        results: list[Value] = [row.prompts.get(name) for name in self._prompts]
        results += [getattr(row, name) for name in RESULT_COLUMNS]
        return results


def as_json(value: Any) -> bytes:
    """JSON with numbers as they are."""
    return _number(value)


def as_text(value: Any) -> str:
    """A field of a JSON row as a table shows it."""
    if isinstance(value, str):
        return value
    return "" if value is None else _number(value).decode()


def _free(name: str, taken: set[str]) -> str:
    found, number = name, 1
    while found.casefold() in taken:
        found = f"{name} (result)" if number == 1 else f"{name} (result {number})"
        number += 1
    taken.add(found.casefold())
    return found

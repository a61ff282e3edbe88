"""Any page of a batch's rows: of those in some states, with an error, of some time, or that hold some text."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from pressrun.batches.batch import Batch
from pressrun.jobs.job import State
from pressrun.store.store import Row, Transaction, Value

INVALID = "invalid"
"""The state of a row that cannot be run, and the code of its error."""

STATES = (*State, INVALID)
SORTS = ("row", "duration", "tokens", "cost", "attempts")
EVER_US = 2**62


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Which rows are wanted, and in which order; empty texts and no states want all.

    `text` stands somewhere in the cells, the id or the output, whatever its case; they ended at `from_us` or later and
    before `to_us`, in microseconds since the epoch.
    """

    states: frozenset[str] = frozenset()
    error_code: str = ""
    text: str = ""
    from_us: int | None = None
    to_us: int | None = None
    sort: str = "row"
    descending: bool = False


@dataclass(frozen=True, slots=True)
class RowLine:
    """A row and what became of it; `state` is None while it is no job. Money is nano-dollars.

    `inputs` are how their JSON begins, `result` too where lines are short; then there are no `cells`.
    """

    row: int
    row_id: str | None
    cells: bytes | None
    inputs: bytes | None
    problem: str | None
    job_id: str | None
    state: str | None
    agent_version: int | None
    attempts: int | None
    error_code: str | None
    error: str | None
    prompt_tokens: int | None
    completion_tokens: int | None
    cost: int | None
    same_as: str | None
    started_at: int | None
    completed_at: int | None
    result: bytes | None

    @classmethod
    def from_row(cls, row: Row) -> "RowLine":
        """A line from what `find_batch_row_lines` returns."""
        return cls(**{name: row[name] for name in cls.__dataclass_fields__})


async def rows_page(
    tx: Transaction, batch: Batch, wanted: RowFilter, *, offset: int, limit: int, short: bool = False
) -> tuple[Sequence[RowLine], int]:
    """A page of the wanted rows, and how many there are altogether."""
    if wanted == RowFilter(descending=wanted.descending):
        places, total = _numbered(batch, offset, limit, descending=wanted.descending), batch.rows
    else:
        places, total = await _sifted(tx, batch, wanted, offset, limit)
    names: dict[str, Value] = {"organization_id": batch.organization_id, "batch_id": batch.id, "short": int(short)}
    rows = await tx.each("find_batch_row_lines", [{**names, "row": place} for place in places])
    lines = {int(row["row"]): RowLine.from_row(row) for row in rows}
    return [lines[place] for place in places if place in lines], total


def _numbered(batch: Batch, offset: int, limit: int, *, descending: bool) -> Sequence[int]:
    """Rows are numbered from 1 without a gap."""
    if descending:
        first = batch.rows - offset
        return range(first, max(0, first - limit), -1)
    return range(offset + 1, min(batch.rows, offset + limit) + 1)


async def _sifted(
    tx: Transaction, batch: Batch, wanted: RowFilter, offset: int, limit: int
) -> tuple[Sequence[int], int]:
    ever = wanted.from_us is None and wanted.to_us is None
    values: dict[str, Value] = {
        "organization_id": batch.organization_id,
        "batch_id": batch.id,
        "states": "".join(f"|{state}" for state in sorted(wanted.states)),
        "error_code": wanted.error_code,
        "from_us": 0 if ever else (wanted.from_us or 1),
        "to_us": EVER_US if wanted.to_us is None else wanted.to_us,
        "sort": wanted.sort,
        "sign": -1 if wanted.descending else 1,
        "offset": offset,
        "limit": limit,
    }
    if wanted.text:
        rows = await tx.all("search_batch_rows", **values, **_patterns(wanted.text))
    else:
        invalid = ever and wanted.error_code in {"", INVALID} and _has(wanted, INVALID)
        unloaded = ever and not wanted.error_code and _has(wanted, State.QUEUED)
        without_job = {"invalid": int(invalid), "unloaded": int(unloaded), "loaded_row": batch.loaded_row}
        rows = await tx.all("sift_batch_rows", **values, **without_job)
    return [int(row["place"]) for row in rows if row["place"] is not None], int(rows[0]["total"])


def _has(wanted: RowFilter, state: str) -> bool:
    return not wanted.states or state in wanted.states


def _patterns(text: str) -> dict[str, Value]:
    """What to look for in JSON and in ids; databases know the case of ASCII letters alone, others are spelled out."""
    spellings = {"": text, "_lower": text.lower(), "_upper": text.upper()}
    patterns: dict[str, Value] = {"spelled": int(not text.isascii())}
    for name, spelled in spellings.items():
        patterns[f"pattern{name}"] = _pattern(msgspec.json.encode(spelled).decode()[1:-1])
        patterns[f"id_pattern{name}"] = _pattern(spelled)
    return patterns


def _pattern(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"

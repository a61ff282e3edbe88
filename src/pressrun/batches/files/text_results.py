"""Results as CSV and as JSON lines, some rows at a time: nothing is kept."""

import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence

from pressrun.batches.files.formula_safe import formula_safe
from pressrun.batches.files.results import ResultColumns, ResultRow, Value, as_json

BOM = "\ufeff"

ResultBlocks = AsyncIterator[Sequence[ResultRow]]


async def csv_results(
    columns: ResultColumns, blocks: ResultBlocks, *, raw: bool = False, delimiter: str = ",", bom: bool = False
) -> AsyncIterator[bytes]:
    """The results as CSV in UTF-8, lines ending as RFC 4180 has them; `raw` leaves text as it is, formulas too."""
    yield (BOM if bom else "").encode() + _lines([columns.names], delimiter, raw=raw)
    async for block in blocks:
        if block:
            yield _lines(map(columns.values, block), delimiter, raw=raw)


async def jsonl_results(columns: ResultColumns, blocks: ResultBlocks) -> AsyncIterator[bytes]:
    """The results as one JSON object a line."""
    async for block in blocks:
        if block:
            yield b"".join(as_json(columns.fields(row)) + b"\n" for row in block)


def _lines(rows: Iterable[Sequence[Value]], delimiter: str, *, raw: bool) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    for row in rows:
        writer.writerow(row if raw else [formula_safe(one) if isinstance(one, str) else one for one in row])
    return text.getvalue().encode("utf-8", "replace")

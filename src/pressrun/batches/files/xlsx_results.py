"""Results as a workbook: text is written as text, never as a formula, and rows go to the disk as they come."""

import asyncio
import re
import tempfile
from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from pressrun.batches.files.pieces import PIECE_BYTES
from pressrun.batches.files.results import ResultColumns, ResultRow, Value
from pressrun.batches.files.text_results import ResultBlocks
from pressrun.errors import Code, PressrunError

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS = 1_048_576 - 1
"""Rows of a sheet, less its header."""
MOST_CELL_CHARS = 32_767
CUT = " … [cut by Pressrun: a cell holds no more]"

_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def refuse_too_long(rows: int) -> None:
    """Raises PressrunError (invalid) when a sheet cannot hold so many rows."""
    if rows > MOST_ROWS:
        raise PressrunError(
            Code.INVALID, f"a sheet holds at most {MOST_ROWS:,} rows, and there are {rows:,}: ask for format=csv"
        )


async def xlsx_results(columns: ResultColumns, blocks: ResultBlocks) -> AsyncIterator[bytes]:
    """The results as a workbook of one sheet; raises PressrunError (invalid) when it cannot hold them.

    Characters that XML cannot hold become U+FFFD; text longer than a cell may be is cut, and says so.
    """
    import xlsxwriter  # noqa: PLC0415 - slow to import, and seldom needed

    with tempfile.TemporaryFile() as file:
        book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_urls": False})
        sheet = book.add_worksheet("Results")
        sheet.freeze_panes(1, 0)
        _write(sheet, 0, [columns.names])
        count = 0
        async for block in blocks:
            refuse_too_long(count + len(block))
            await asyncio.to_thread(_write_rows, sheet, count + 1, columns, block)
            count += len(block)
        await asyncio.to_thread(book.close)
        file.seek(0)
        while piece := file.read(PIECE_BYTES):
            yield piece


def _write_rows(sheet: "Worksheet", first: int, columns: ResultColumns, block: Sequence[ResultRow]) -> None:
    _write(sheet, first, [columns.values(row) for row in block])


def _write(sheet: "Worksheet", first: int, rows: Sequence[Sequence[Value]]) -> None:
    for number, values in enumerate(rows, first):
        for place, value in enumerate(values):
            if isinstance(value, str):
                if value:
                    sheet.write_string(number, place, cell_text(value))
            elif value is not None:
                sheet.write_number(number, place, float(value) if isinstance(value, Decimal) else value)


def cell_text(text: str) -> str:
    """What a cell can hold of a text."""
    text = _ILLEGAL.sub("\ufffd", text)
    # A sheet counts UTF-16 units, of which a letter beyond U+FFFF is two.
    if len(text) * 2 <= MOST_CELL_CHARS or len(text.encode("utf-16-le")) // 2 <= MOST_CELL_CHARS:
        return text
    kept = text.encode("utf-16-le")[: 2 * (MOST_CELL_CHARS - len(CUT))].decode("utf-16-le", "ignore")
    return kept + CUT

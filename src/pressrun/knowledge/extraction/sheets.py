"""Text of workbooks: a section for each sheet, its rows as lines."""

import warnings
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time
from typing import IO, Any

from pressrun.knowledge.extraction.archives import check_archive
from pressrun.knowledge.extraction.limits import MOST_CELLS, MOST_ROWS, ParseLimitError, UnreadableError
from pressrun.knowledge.extraction.plain import whole
from pressrun.knowledge.text_sections import Section

LAST_ROW = 1_048_576
BETWEEN_CELLS = " | "


class Counted:
    """What is left of the rows and cells that a workbook may have."""

    def __init__(self) -> None:
        self._rows = MOST_ROWS
        self._cells = MOST_CELLS

    def take(self, values: Sequence[Any]) -> None:
        """Raises ParseLimitError when there are too many."""
        self._rows -= 1
        self._cells -= len(values)
        if self._rows < 0 or self._cells < 0:
            raise ParseLimitError(f"the workbook has more than {MOST_ROWS:,} rows or {MOST_CELLS:,} cells: split it")


def workbook_sections(file: IO[bytes]) -> Iterator[Section]:
    """Sheets of an xlsx that can be seen."""
    import openpyxl  # noqa: PLC0415 - each kind loads its own parser
    from openpyxl.xml import DEFUSEDXML  # noqa: PLC0415

    if not DEFUSEDXML:
        raise UnreadableError("defusedxml is not installed, without which workbooks are not read")
    check_archive(file, "xl/")
    warnings.filterwarnings("ignore", module="openpyxl")  # about styles and extensions that say nothing of cells
    book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
    counted = Counted()
    for number, sheet in enumerate(book.worksheets, 1):
        if sheet.sheet_state == "visible":
            sheet.reset_dimensions()  # what the file says of its size is not to be trusted
            rows = sheet.iter_rows(max_row=LAST_ROW, values_only=True)
            yield from _section(number, sheet.title, rows, counted)


def old_workbook_sections(file: IO[bytes]) -> Iterator[Section]:
    """Sheets of an xls that can be seen."""
    import xlrd  # noqa: PLC0415 - each kind loads its own parser

    try:
        book = xlrd.open_workbook(file_contents=file.read(), on_demand=True, logfile=_Nowhere())
    except xlrd.XLRDError as error:
        raise UnreadableError(f"the file cannot be read ({error}): save it as .xlsx") from None
    counted = Counted()
    for number in range(book.nsheets):
        sheet = book.sheet_by_index(number)
        if sheet.visibility == 0:
            rows = (_old_values(book, sheet.row(row)) for row in range(sheet.nrows))
            yield from _section(number + 1, sheet.name, rows, counted)
        book.unload_sheet(number)


def _section(number: int, label: str, rows: Iterable[Sequence[Any]], counted: Counted) -> Iterator[Section]:
    lines = []
    for values in rows:
        kept = list(values)
        while kept and (kept[-1] is None or kept[-1] == ""):
            kept.pop()
        if kept:
            counted.take(kept)
            lines.append(BETWEEN_CELLS.join(_text(value) for value in kept))
    if lines:
        yield Section(whole("\n".join(lines)), page=number, label=whole(label))


def _old_values(book: Any, cells: Sequence[Any]) -> list[Any]:
    import xlrd  # noqa: PLC0415

    values: list[Any] = []
    for cell in cells:
        if cell.ctype == xlrd.XL_CELL_DATE:
            try:
                values.append(xlrd.xldate.xldate_as_datetime(cell.value, book.datemode))
            except (ValueError, OverflowError):
                values.append(cell.value)
        elif cell.ctype == xlrd.XL_CELL_BOOLEAN:
            values.append(bool(cell.value))
        else:
            values.append(None if cell.ctype == xlrd.XL_CELL_ERROR else cell.value)
    return values


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return " ".join(value.split())
        case bool():
            return "true" if value else "false"
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case datetime():
            return str(value.date() if value.time() == time() else value.isoformat(" "))
        case _:
            return str(value)


class _Nowhere:
    """The library's log."""

    def write(self, _text: str) -> None:
        """Say nothing."""

    def flush(self) -> None:
        """Say nothing."""

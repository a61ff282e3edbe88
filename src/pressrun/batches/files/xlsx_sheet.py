"""A workbook's sheet to rows of text, as JSON lines on standard output: `python -m pressrun.batches.files.xlsx_sheet`.

It runs in a process of its own, under limits of memory and of processor time, because a workbook is a bag of compressed
XML from a stranger. Standard input is the file itself, not a pipe: a zip archive is read from its end.
"""

import json
import re
import resource
import sys
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime, time
from pathlib import PurePosixPath
from typing import IO, Any

import openpyxl
from openpyxl.xml import DEFUSEDXML

from pressrun.batches.files.limits import MOST_COLUMNS, MOST_ROW_CHARS

MOST_ENTRIES = 10_000
MOST_SHEET_BYTES = 1024**3
"""Unpacked XML of one sheet: a million rows of ten columns have about half of it."""
MOST_STRINGS_BYTES = 256 * 1024**2
MOST_OTHER_BYTES = 64 * 1024**2
"""Unpacked styles, links and the rest, together."""
MOST_MEMORY_BYTES = 512 * 1024**2
MOST_SECONDS = 900
MOST_ROWS = 1_048_576

_ESCAPED = re.compile(r"_x005F(_x[0-9A-Fa-f]{4}_)|_x00([01][0-9A-Fa-f])_")
"""How the format writes control characters, and text that looks as if it were one."""


class UnreadableError(Exception):
    """A workbook that no rows can be read from, in words for whoever sent it."""


def rows_of(file: IO[bytes], sheet: str | None = None) -> Iterator[tuple[int, list[str]]]:
    """The rows of a sheet that hold anything, with their numbers in it; the first one that can be seen unless named.

    Raises UnreadableError, and whatever a broken archive makes the library raise.
    """
    _refuse_bombs(file)
    warnings.filterwarnings("ignore", module="openpyxl")  # about styles and extensions that say nothing of cells
    book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
    pages = {page.title: page for page in book.worksheets if page.sheet_state == "visible" or page.title == sheet}
    if not pages or (sheet is not None and sheet not in pages):
        names = ", ".join(f'"{name}"' for name in pages) or "none"
        raise UnreadableError(f'the workbook has no sheet "{sheet}": it has {names}' if sheet else "no sheet to read")
    page = next(iter(pages.values())) if sheet is None else pages[sheet]
    page.reset_dimensions()  # what the file says of its size is not to be trusted
    # The bounds keep a row numbered 10^12 from becoming as many empty ones.
    for number, values in enumerate(page.iter_rows(max_row=MOST_ROWS, values_only=True), 1):
        if any(value is not None and value != "" for value in values):
            yield number, _cells(number, values)


def _cells(number: int, values: Sequence[Any]) -> list[str]:
    if any(value is not None for value in values[MOST_COLUMNS:]):
        raise UnreadableError(f"row {number} of the sheet has more than {MOST_COLUMNS:,} columns")
    cells = ["" if value is None else _text(value) for value in values[:MOST_COLUMNS]]
    if sum(map(len, cells)) > MOST_ROW_CHARS:
        raise UnreadableError(f"row {number} of the sheet has more than {MOST_ROW_CHARS:,} characters")
    return cells


def _refuse_bombs(file: IO[bytes]) -> None:
    """Sizes are those the archive declares: Python unpacks no byte more than that of any entry."""
    if not DEFUSEDXML:
        raise UnreadableError("defusedxml is not installed, without which workbooks are not read")
    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise UnreadableError(f"the workbook holds more than {MOST_ENTRIES:,} parts")
    other = 0
    for entry in entries:
        path = PurePosixPath(entry.filename)
        if path.suffix == ".xml" and path.parent.name == "worksheets":
            _refuse_larger(entry.file_size, MOST_SHEET_BYTES, "a sheet")
        elif path.name.lower() == "sharedstrings.xml":
            _refuse_larger(entry.file_size, MOST_STRINGS_BYTES, "the table of texts")
        elif path.suffix in {".xml", ".rels"}:
            other += entry.file_size
    _refuse_larger(other, MOST_OTHER_BYTES, "what is not cells")


def _refuse_larger(size: int, most: int, what: str) -> None:
    if size > most:
        raise UnreadableError(f"{what} of the workbook unpacks to more than {most // 1024**2:,} MiB: send CSV instead")


def _text(value: Any) -> str:
    """A cell as text: numbers without needless digits, dates as ISO 8601 has them."""
    match value:
        case str():
            return _ESCAPED.sub(lambda found: found[1] or chr(int(found[2], 16)), value) if "_x" in value else value
        case bool():
            return "true" if value else "false"
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case datetime():
            return str(value.date() if value.time() == time() else value.isoformat(" "))
        case _:
            return str(value)


def limit_itself() -> None:
    """No more memory and processor time than a large workbook needs; what goes beyond ends this process alone."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))


def main() -> None:
    """One line a row, `[number, [cells]]`; the last line is `{"end": true}` or `{"error": "…"}`."""
    limit_itself()
    write = sys.stdout.write
    last: dict[str, Any] = {"end": True}
    try:
        for row in rows_of(sys.stdin.buffer, sys.argv[1] if len(sys.argv) > 1 else None):
            write(json.dumps(row) + "\n")
    except BrokenPipeError:
        sys.exit(1)
    except UnreadableError as error:
        last = {"error": str(error)}
    except MemoryError:
        last = {
            "error": f"the workbook needs more than {MOST_MEMORY_BYTES // 1024**2:,} MiB of memory: send CSV instead"
        }
    except Exception as error:  # noqa: BLE001 - a broken archive makes the library raise anything
        last = {"error": f"the workbook cannot be read ({type(error).__name__}): save it again, or send CSV"}
    write(json.dumps(last) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()

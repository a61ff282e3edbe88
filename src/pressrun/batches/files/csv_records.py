"""Text of a CSV file, piece by piece, to the cells of its records.

Python's reader does the work. It is asked for the next record until the text ends in the middle of one, and what that
record has begun is read again together with the next piece.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence

from pressrun.batches.files.bad_rows import Damaged
from pressrun.batches.files.delimiters import Dialect
from pressrun.batches.files.limits import MOST_ROW_CHARS
from pressrun.errors import Code, PressrunError, Problem

_MARKS = re.compile("[\0\ud800-\udfff]")
"""What no sound file holds: the decoder leaves a lone surrogate for what it cannot decode."""

Record = list[str] | Damaged


class _MoreError(Exception):
    """The text ended where a record goes on."""


class _Strict(csv.excel):
    strict = True


class CsvRecords:
    """Records out of text that arrives in pieces; `feed` until `final`. `encoding` is what it was decoded as."""

    def __init__(self, dialect: Dialect, encoding: str = "utf-8") -> None:
        self._head_lines = dialect.head_lines
        self._csv = _Strict()
        self._csv.delimiter, self._csv.skipinitialspace = dialect.delimiter, dialect.skips_space
        self._encoding = encoding
        self._rest = ""
        self._line = 1

    def feed(self, text: str, *, final: bool = False) -> list[tuple[int, Record]]:
        """The records that are whole by now, each with the line of the file it begins on.

        Raises PressrunError (invalid) for a text without end: a quotation mark that is never closed, or no line break.
        """
        text = self._rest + text
        # A CR at the very end may be half of a CRLF.
        end = len(text) if final else max(text.rfind("\n"), text.rfind("\r", 0, max(len(text) - 1, 0))) + 1
        whole, self._rest = text[:end], text[end:]
        records = self._plain(whole) if '"' not in whole else None
        if records is None:
            records = self._quoted(whole, final=final)
        if len(self._rest) > MOST_ROW_CHARS:
            raise _endless(self._line, f"is longer than {MOST_ROW_CHARS:,} characters")
        if self._line - len(records) <= self._head_lines + 1:
            records = [found for found in records if found[0] > self._head_lines]
        if (not whole.isascii() or "\0" in whole) and _MARKS.search(whole):
            records = [(line, self._unless_marked(record)) for line, record in records]
        return records

    def _unless_marked(self, record: Record) -> Record:
        mark = None if isinstance(record, Damaged) else _MARKS.search("".join(record))
        if mark is None:
            return record
        if mark[0] == "\0":
            return Damaged("it holds a NUL character: the file is damaged, or in another encoding")
        code = ord(mark[0])
        what = f"the byte 0x{code - 0xDC00:02X}" if 0xDC80 <= code <= 0xDCFF else "half of a surrogate pair"
        return Damaged(f"{what} is no {self._encoding}: save the file as UTF-8, or say its encoding")

    def _plain(self, whole: str) -> list[tuple[int, Record]] | None:
        """Without quotation marks every line is a record; None when a cell is too long."""
        try:
            found = list(csv.reader(io.StringIO(whole, newline=""), self._csv))
        except csv.Error:
            return None
        begin = self._line
        self._line += len(found)
        return list(zip(range(begin, self._line), found, strict=True))

    def _quoted(self, whole: str, *, final: bool) -> list[tuple[int, Record]]:
        lines = list(io.StringIO(whole, newline=""))
        reader = csv.reader(_ending_open(lines), self._csv)
        records: list[tuple[int, Record]] = []
        done = 0
        while True:
            record: Record
            try:
                record = next(reader)
            except _MoreError:
                break
            except csv.Error as error:
                if "limit" in str(error):
                    most = csv.field_size_limit()
                    raise _endless(self._line + done, f"has a cell of more than {most:,} characters") from None
                record = Damaged(
                    "text stands after a closing quotation mark: inside a cell write a quotation mark twice"
                )
            records.append((self._line + done, record))
            done = reader.line_num
        if final and done < len(lines):
            raise _endless(self._line + done, "opens a quotation mark that is never closed")
        self._line += done
        self._rest = "".join(lines[done:]) + self._rest
        return records


def _ending_open(lines: Sequence[str]) -> Iterator[str]:
    yield from lines
    raise _MoreError


def _endless(line: int, what: str) -> PressrunError:
    message = f"the row that begins on line {line:,} {what}: is a quotation mark missing?"
    return PressrunError(Code.INVALID, Problem(message, {"line": line}))

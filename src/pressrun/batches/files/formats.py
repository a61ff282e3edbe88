"""Which kind of file it is: as its sender says, or else as it begins."""

import codecs
from dataclasses import dataclass
from email.message import Message
from enum import StrEnum

from pressrun.agents.check import shown
from pressrun.errors import Code, PressrunError, Problem


class Format(StrEnum):
    """The kinds of file that rows come in and go out as."""

    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True)
class Told:
    """What the sender says of a file; None leaves it to be found out. `sheet` is the name of a workbook's sheet."""

    format: Format | None = None
    encoding: str | None = None
    delimiter: str | None = None
    sheet: str | None = None


DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
"""What may stand between two cells, and what it is called where the sign itself is hard to send."""

MEDIA_TYPES = {
    "text/csv": Format.CSV,
    "application/csv": Format.CSV,
    "text/tab-separated-values": Format.CSV,
    "application/json": Format.JSON,
    "application/x-ndjson": Format.JSONL,
    "application/ndjson": Format.JSONL,
    "application/jsonl": Format.JSONL,
    "application/x-jsonlines": Format.JSONL,
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": Format.XLSX,
}

_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NOT_ROWS = {
    b"\x1f\x8b": "is compressed with gzip",
    b"%PDF": "is a PDF",
    b"\x28\xb5\x2f\xfd": "is compressed with zstd",
}
_NOT_FOR_FILES = frozenset(
    {"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "utf-7", "charmap"}
)
"""Python's encodings that no program writes files in, or that can be made to say anything."""


def told(
    content_type: str | None = None,
    *,
    format: str | None = None,  # noqa: A002 - the word of the URL
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
) -> Told:
    """What a request says of its file; `format` goes before the Content-Type. Raises PressrunError (invalid)."""
    header = Message()
    header["content-type"] = content_type or "application/octet-stream"
    media_type = header.get_content_type()
    kind = MEDIA_TYPES.get(media_type) if format is None else _format(format)
    if delimiter is None and format is None and media_type == "text/tab-separated-values":
        delimiter = "\t"
    charset = encoding or (header.get_content_charset() if kind in {None, Format.CSV} else None)
    return Told(kind, charset and _encoding(charset), None if delimiter is None else _delimiter(delimiter), sheet)


def _format(word: str) -> Format:
    try:
        return Format(word.lower())
    except ValueError:
        raise _wrong("format", f"format must be one of {', '.join(Format)}, not {shown(word)}") from None


def _encoding(name: str) -> str:
    try:
        found = codecs.lookup(name).name
        bytes(4).decode(found)  # not every codec of Python's makes text
    except (LookupError, ValueError):
        found = ""
    if not found or found in _NOT_FOR_FILES:
        raise _wrong("encoding", f"{shown(name)} is no encoding known here: write utf-8, utf-16 or windows-1252")
    return found


def _delimiter(word: str) -> str:
    sign = DELIMITERS.get(word.lower(), word)
    if sign not in DELIMITERS.values():
        raise _wrong("delimiter", f"delimiter must be one of {', '.join(DELIMITERS)}, not {shown(word)}")
    return sign


def format_of(head: bytes, said: Format | None) -> Format:
    """The kind of a file that begins with `head`; raises PressrunError (invalid) for what can hold no rows."""
    if head.startswith(_OLD_EXCEL):
        raise PressrunError(Code.INVALID, "the file is a workbook of Excel 97-2003 (.xls): save it as .xlsx or as CSV")
    for beginning, what in _NOT_ROWS.items():
        if head.startswith(beginning):
            raise PressrunError(Code.INVALID, f"the file {what}: send CSV, XLSX, JSON or JSONL as it is")
    zipped = head.startswith(_ZIP)
    if said is None:
        return Format.XLSX if zipped else _by_text(head)
    if zipped != (said == Format.XLSX):
        what = "begins like a workbook (XLSX)" if zipped else "is no XLSX workbook"
        raise PressrunError(Code.INVALID, f"the file was said to be {said.upper()} and {what}: say its true format")
    return said


def _by_text(head: bytes) -> Format:
    text = head.removeprefix(codecs.BOM_UTF8).lstrip()
    if text.startswith(b"{"):
        return Format.JSONL
    # A list of objects, or an empty one; a table may begin with a bracket too.
    return Format.JSON if text.startswith(b"[") and text[1:].lstrip()[:1] in {b"{", b"]", b""} else Format.CSV


def _wrong(field: str, message: str) -> PressrunError:
    return PressrunError(Code.INVALID, Problem(message, {"field": field}))

"""A file that arrives in pieces to its rows as they stand there: kind, encoding, delimiter found, nothing checked."""

import asyncio
import codecs
from collections.abc import AsyncGenerator, AsyncIterator, Collection
from contextlib import aclosing
from dataclasses import dataclass

from pressrun.batches.files import json_rows
from pressrun.batches.files.bad_rows import Damaged
from pressrun.batches.files.csv_records import CsvRecords
from pressrun.batches.files.delimiters import Dialect, find_dialect
from pressrun.batches.files.formats import Format, Told, format_of
from pressrun.batches.files.json_rows import JsonArray, JsonLines
from pressrun.batches.files.pieces import PIECE_BYTES, beginning, pieces
from pressrun.batches.files.xlsx_rows import sheet_blocks
from pressrun.errors import Code, PressrunError
from pressrun.knowledge.encodings import Decoder, Encoding, find_encoding

HEAD_BYTES = 256 * 1024
"""What encoding and delimiter are judged by."""

Record = list[str] | json_rows.JsonRow | Damaged
Block = list[tuple[int, Record]]
"""Rows with the line each begins on: of a text file, or of a workbook's sheet; in a JSON array, its place."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a file was found to be; `bom` tells whether it begins with a byte order mark. None does not apply."""

    format: Format
    encoding: str | None = None
    delimiter: str | None = None
    bom: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """A file that is being read; the first row of a table's blocks is its header."""

    facts: Facts
    blocks: AsyncGenerator[Block]

    @property
    def is_table(self) -> bool:
        """Whether its rows are lists of cells, not objects."""
        return self.facts.format in {Format.CSV, Format.XLSX}


async def opened(chunks: AsyncIterator[bytes], told: Told, names: Collection[str] = ()) -> Opened:
    """A file in chunks of any size; `names` are columns to be expected. Raises PressrunError (invalid)."""
    source = pieces(chunks)
    head, whole = await beginning(source, HEAD_BYTES)
    if not head:
        raise PressrunError(Code.INVALID, "the file is empty")
    format_ = format_of(head, told.format)
    rest = _joined(head, source)
    match format_:
        case Format.XLSX:
            return Opened(Facts(format_), _sheet(rest, told.sheet))
        case Format.CSV:
            encoding = await asyncio.to_thread(find_encoding, head, told.encoding)
            sample = Decoder(encoding).decode(head[len(encoding.bom) :], final=False)
            dialect = find_dialect(sample, told.delimiter, names, whole=whole)
            facts = Facts(format_, encoding.name, dialect.delimiter, bool(encoding.bom))
            return Opened(facts, _csv(rest, encoding, dialect))
        case _:
            rows = JsonLines() if format_ == Format.JSONL else JsonArray()
            return Opened(Facts(format_, "utf-8"), _json(rest, rows))


async def _joined(head: bytes, source: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    for at in range(0, len(head), PIECE_BYTES):
        yield head[at : at + PIECE_BYTES]
    async for piece in source:
        yield piece


async def _csv(source: AsyncIterator[bytes], encoding: Encoding, dialect: Dialect) -> AsyncGenerator[Block]:
    decoder, records = Decoder(encoding), CsvRecords(dialect, encoding.name)
    skip = len(encoding.bom)
    async for piece in source:
        yield [*records.feed(decoder.decode(piece[skip:], final=False))]
        skip = 0
    yield [*records.feed(decoder.decode(b"", final=True), final=True)]


async def _sheet(source: AsyncIterator[bytes], sheet: str | None) -> AsyncGenerator[Block]:
    async with aclosing(sheet_blocks(source, sheet)) as blocks:
        async for block in blocks:
            yield [*block]


async def _json(source: AsyncIterator[bytes], rows: JsonLines | JsonArray) -> AsyncGenerator[Block]:
    skip = len(codecs.BOM_UTF8)
    async for piece in source:
        yield [*rows.feed(piece.removeprefix(codecs.BOM_UTF8) if skip else piece)]
        skip = 0
    yield [*rows.feed(b"", final=True)]

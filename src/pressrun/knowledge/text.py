"""The text of a file, as it was found: in sections that know their page, slide or sheet.

It is kept as JSON lines beside the file's bytes. A place in it is a number of characters from the beginning of all
sections, joined by BETWEEN.
"""

import msgspec

from pressrun.knowledge.blobs import Blobs
from pressrun.knowledge.files import File
from pressrun.knowledge.text_sections import Section, count_words

BETWEEN = "\n"

__all__ = ["BETWEEN", "Found", "Section", "count_words", "decode_sections", "read_sections", "read_text"]

decode_sections = msgspec.json.Decoder(Section).decode_lines
"""Sections from the lines that they are kept as."""


class Found(msgspec.Struct, frozen=True):
    """How much text a file has; `pages` is None where it has none."""

    words: int
    pages: int | None
    characters: int


async def read_sections(blobs: Blobs, file: File) -> list[Section]:
    """The whole text of a file; none where it has none. Raises PressrunError."""
    if file.text_blob is None:
        return []
    return decode_sections(b"".join([piece async for piece in blobs.read(file.text_blob)]))


async def read_text(blobs: Blobs, file: File) -> str:
    """The text as one; raises PressrunError."""
    return BETWEEN.join(section.text for section in await read_sections(blobs, file))

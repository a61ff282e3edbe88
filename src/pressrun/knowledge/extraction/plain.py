"""Text as it is: decoded, piece by piece."""

import re
from collections.abc import Iterator
from typing import IO

from pressrun.knowledge.encodings import Decoder, find_encoding
from pressrun.knowledge.text_sections import Section

HEAD_BYTES = 256 * 1024
PIECE_BYTES = 1024 * 1024

_HALF_PAIR = re.compile("[\ud800-\udfff]")
_CUE = re.compile(r"(?:^\d+\s*\n)?^\d{1,2}:\d\d:\d\d[,.]\d{1,3}\s+-->\s+.*$\n?", re.MULTILINE)
"""A subtitle's number and its times, which are no text."""


def whole(text: str) -> str:
    """Text that can be stored and sent: what does not decode is marked, and NULs, which are no letters, are gone."""
    return text if text.isascii() and "\x00" not in text else _HALF_PAIR.sub("\ufffd", text).replace("\x00", "")


def text_sections(file: IO[bytes]) -> Iterator[Section]:
    """A text file as one section after another, of a megabyte or so; they end where lines end."""
    head = file.read(HEAD_BYTES)
    encoding = find_encoding(head)
    decoder = Decoder(encoding)
    rest = decoder.decode(head[len(encoding.bom) :], final=False)
    while piece := file.read(PIECE_BYTES):
        text = rest + decoder.decode(piece, final=False)
        lines, newline, rest = text.rpartition("\n")
        if newline:
            yield Section(whole(lines))
    rest = (rest + decoder.decode(b"", final=True)).removesuffix("\n")
    if rest:
        yield Section(whole(rest))


def subtitle_sections(file: IO[bytes]) -> Iterator[Section]:
    """What is said, without numbers and times."""
    for section in text_sections(file):
        yield Section(re.sub(r"\n{2,}", "\n", _CUE.sub("", section.text.replace("\r\n", "\n"))).strip())


def decoded(raw: bytes) -> str:
    """The whole text of bytes that are text."""
    encoding = find_encoding(raw[:HEAD_BYTES])
    return whole(Decoder(encoding).decode(raw[len(encoding.bom) :], final=True))

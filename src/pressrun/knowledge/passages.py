"""Text cut into passages: pieces small enough to be embedded and cited, which remember where they stand."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

BETWEEN = "\n"
"""What stands between the sections of a text, for offsets."""

LONGEST = 1000
"""Characters of a passage: about what the embedder sees of it."""

WANTED = 600
"""Characters from which on a passage ends with its paragraph."""

SHORTEST = 200
"""Characters below which even a heading begins no new passage."""

MOST = 1_000_000
"""Passages of one file."""

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""No database keeps halves of surrogate pairs in text, and PostgreSQL no NUL."""
_PARAGRAPH = re.compile(r"\n[ \t\r]*\n")
_SENTENCE = re.compile(r"(?<=[.!?…。！？])[\"')\]]*\s+|\n")
_HEADING = re.compile(r"#{1,6}\s+(.+?)\s*#*\s*$", re.MULTILINE)


class Section(Protocol):
    """Some text of a file, and its page, slide or sheet from 1, if it has such."""

    @property
    def text(self) -> str:
        """As it was found."""
        ...

    @property
    def page(self) -> int | None:
        """Where."""
        ...


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a text: `text` stands there from `start` on, in characters; `heading` is the last one before it."""

    page: int | None
    start: int
    text: str
    heading: str = ""


def split(sections: Sequence[Section]) -> list[Passage]:
    """The passages of a text in order; every letter that is no white space is in exactly one of them."""
    found: list[Passage] = []
    begin, heading = 0, ""
    for section in sections:
        text = _UNSTORABLE.sub(" ", section.text)
        for start, end in _pieces(text):
            headings = _HEADING.findall(text, start, end)
            first = _HEADING.match(text, start)
            if first is not None:
                heading = first.group(1)
            found.append(Passage(section.page, begin + start, text[start:end], heading))
            heading = headings[-1] if headings else heading
        begin += len(section.text) + len(BETWEEN)
    return found[:MOST]


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Where passages begin and end: paragraphs put together until they are long enough."""
    begin = end = 0
    for start, stop in _paragraphs(text):
        length = stop - begin
        starts_anew = text.startswith("#", start) and start - begin >= SHORTEST
        if end > begin and (length > LONGEST or end - begin >= WANTED or starts_anew):
            yield begin, end
            begin = start
        elif end == begin:
            begin = start
        end = stop
    if end > begin:
        yield begin, end


def _paragraphs(text: str) -> Iterator[tuple[int, int]]:
    """Where paragraphs begin and end, without white space around them; long ones in parts."""
    position = 0
    for match in (*_PARAGRAPH.finditer(text), None):
        stop = len(text) if match is None else match.start()
        yield from _parts(text, *_stripped(text, position, stop))
        position = len(text) if match is None else match.end()


def _parts(text: str, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """A paragraph, cut after sentences, or between words where a sentence is too long, or anywhere."""
    while stop - start > LONGEST:
        cut = _last_end(_SENTENCE, text, start, start + LONGEST)
        if cut is None:
            space = text.rfind(" ", start + SHORTEST, start + LONGEST)
            cut = start + LONGEST if space < 0 else space
        yield _stripped(text, start, cut)
        start, _ = _stripped(text, cut, stop)
    if stop > start:
        yield start, stop


def _last_end(pattern: re.Pattern[str], text: str, start: int, stop: int) -> int | None:
    found = None
    for match in pattern.finditer(text, start + SHORTEST, stop):
        found = match.end()
    return found


def _stripped(text: str, start: int, stop: int) -> tuple[int, int]:
    while start < stop and text[start].isspace():
        start += 1
    while stop > start and text[stop - 1].isspace():
        stop -= 1
    return start, stop

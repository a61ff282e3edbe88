"""Tables that fit a terminal: words are never broken, so that an id can be copied."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

GAP = 2
"""Columns of the terminal between those of a table."""

LONG_WORD = 40
"""Longer words, addresses say, are folded; ids are shorter."""

Rows = Sequence[Sequence[Text]]


def fitted(headers: Sequence[str], rows: Rows, room: int) -> RenderableType:
    """A table of `room` columns of a terminal at most.

    Where it is too narrow for the words, empty columns are left out, and if that does not help rows are paragraphs.
    """
    if _narrowest(headers, rows) > room:
        used = [index for index in range(len(headers)) if any(row[index].plain for row in rows)]
        headers, rows = [headers[index] for index in used], [[row[index] for index in used] for row in rows]
    if _narrowest(headers, rows) > room:
        return Group(*(_paragraph(headers, row) for row in rows))
    table = Table(box=None, pad_edge=False, header_style="bold")
    for header, width in zip(headers, _widths(headers, rows, room), strict=True):
        table.add_column(header, width=width)
    for row in rows:
        table.add_row(*row)
    return table


def _widths(headers: Sequence[str], rows: Rows, room: int) -> list[int]:
    """What each column gets: its longest word, and of what is left as much as it needs, or a fair share."""
    widths = [_longest_word(texts) for texts in _columns(headers, rows)]
    needs = [max(map(cell_len, texts)) - width for texts, width in zip(_columns(headers, rows), widths, strict=True)]
    spare = room - sum(widths) - GAP * (len(widths) - 1)
    for done, index in enumerate(sorted(range(len(widths)), key=lambda one: needs[one])):
        given = max(0, min(needs[index], spare // (len(widths) - done)))
        widths[index] += given
        spare -= given
    return widths


def _narrowest(headers: Sequence[str], rows: Rows) -> int:
    """The width below which words would be broken."""
    return sum(map(_longest_word, _columns(headers, rows))) + GAP * (len(headers) - 1)


def _columns(headers: Sequence[str], rows: Rows) -> list[list[str]]:
    return [[header, *(row[index].plain for row in rows)] for index, header in enumerate(headers)]


def _longest_word(texts: Sequence[str]) -> int:
    words = [cell_len(word) for text in texts for word in text.split()]
    return min(max(words, default=0), LONG_WORD)


def _paragraph(headers: Sequence[str], row: Sequence[Text]) -> Text:
    width = max(map(len, headers)) + GAP
    shown = [(name, cell) for name, cell in zip(headers, row, strict=True) if cell.plain]
    return Text("\n").join([*(Text.assemble((f"{name:<{width}}", "bold"), cell) for name, cell in shown), Text()])

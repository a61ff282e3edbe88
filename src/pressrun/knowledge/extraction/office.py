"""Text of Word documents and presentations."""

from collections.abc import Iterator
from typing import IO, Any

from pressrun.knowledge.extraction.archives import check_archive
from pressrun.knowledge.extraction.limits import MOST_PAGES, ParseLimitError
from pressrun.knowledge.extraction.plain import whole
from pressrun.knowledge.text_sections import Section

SECTION_CHARS = 100_000
"""A document has no pages before it is laid out: its text is cut into sections of about so many characters."""


def document_sections(file: IO[bytes]) -> Iterator[Section]:
    """Paragraphs and tables in their order."""
    import docx  # noqa: PLC0415 - each kind loads its own parser

    check_archive(file, "word/")
    lines: list[str] = []
    size = 0
    for block in docx.Document(file).iter_inner_content():
        text = block.text if hasattr(block, "text") else "\n".join(_table_lines(block))
        lines.append(text)
        size += len(text)
        if size > SECTION_CHARS:
            yield Section(whole("\n".join(lines)))
            lines, size = [], 0
    if lines:
        yield Section(whole("\n".join(lines)))


def slide_sections(file: IO[bytes]) -> Iterator[Section]:
    """A section for each slide, with its notes."""
    import pptx  # noqa: PLC0415 - each kind loads its own parser

    check_archive(file, "ppt/")
    for number, slide in enumerate(pptx.Presentation(file).slides, 1):
        if number > MOST_PAGES:
            raise ParseLimitError(f"the file has more than {MOST_PAGES:,} slides: split it")
        lines = [line for shape in slide.shapes for line in _shape_lines(shape)]
        if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
            lines.append(slide.notes_slide.notes_text_frame.text)
        text = whole("\n".join(line for line in lines if line.strip()))
        if text:
            yield Section(text, page=number)


def _table_lines(table: Any) -> Iterator[str]:
    for row in table.rows:
        seen: list[Any] = []  # a cell that spans columns is listed once for each
        cells = []
        for cell in row.cells:
            if cell._tc not in seen:  # noqa: SLF001 - the library has no other identity of cells
                seen.append(cell._tc)  # noqa: SLF001
                cells.append(" ".join(cell.text.split()))
        yield " | ".join(cells)


def _shape_lines(shape: Any) -> Iterator[str]:
    if getattr(shape, "has_text_frame", False):
        yield shape.text_frame.text
    elif getattr(shape, "has_table", False):
        for row in shape.table.rows:
            yield " | ".join(" ".join(cell.text.split()) for cell in row.cells)
    elif hasattr(shape, "shapes"):
        for inner in shape.shapes:
            yield from _shape_lines(inner)

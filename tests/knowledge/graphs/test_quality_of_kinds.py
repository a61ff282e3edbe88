"""The labelled questions find their passages in a PDF and a Word document too, and are told the page."""

import io
import textwrap

from pressrun.knowledge import ingest
from pressrun.knowledge.embedding.embedder import Embedder
from pressrun.knowledge.extraction.child import reader_of
from pressrun.knowledge.knowledge import Knowledge
from pressrun.organizations.organization import FIRST
from pressrun.store.store import Store
from tests.knowledge import documents
from tests.knowledge.graphs.labelled import documents as labelled_documents
from tests.knowledge.graphs.labelled import questions
from tests.knowledge.graphs.scene import Scene

AS_PDF, AS_WORD = "us-declaration.txt", "limits.md"
LINES_A_PAGE = 48


def printed(text: str) -> bytes:
    """A PDF of a text as paper has it: short lines, pages that end anywhere."""
    lines = [line for paragraph in text.splitlines() for line in textwrap.wrap(paragraph, 90) or [""]]
    pages = [lines[begin : begin + LINES_A_PAGE] for begin in range(0, len(lines), LINES_A_PAGE)]
    safe = str.maketrans({"\\": r"\\", "(": r"\(", ")": r"\)", "\u2019": "'", "\u2014": "-"})
    return documents.pdf(*(") Tj 0 -14 Td (".join(line.translate(safe) for line in page) for page in pages))


async def test_questions_find_their_passages_whatever_the_file(
    store: Store, database_url: str, embedder: Embedder
) -> None:
    scene = Scene(store, database_url, Knowledge(store, embedder))
    await scene.add_graph("kinds")
    texts = labelled_documents()
    files = {
        AS_PDF: ("pdf", printed(texts[AS_PDF])),
        AS_WORD: ("docx", documents.word(*texts[AS_WORD].split("\n\n"))),
    }
    for name, (kind, data) in files.items():
        sections = [*reader_of(kind)(io.BytesIO(data))]
        await scene.add_file("kinds", name, "")
        assert await ingest.index(scene.knowledge, FIRST, name, name, sections) > 0
    asked = [one for one in questions() if one.file in files]
    found = {one.question: await scene.find(one.question, "kinds", limit=5) for one in asked}
    missed = [one.question for one in asked if not any(one.is_answered_by(passage) for passage in found[one.question])]
    assert len(asked) == 8
    assert len(missed) <= 1, missed
    pages = {passage.page for passages in found.values() for passage in passages if passage.file_id == AS_PDF}
    assert pages - {None} > {1}, "passages of a PDF say on which page they stand"

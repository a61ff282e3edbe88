"""What a model is told of passages, and what its marks mean afterwards."""

from pressrun.knowledge.answers import GraphAnswer
from pressrun.knowledge.grounding import quotations
from pressrun.knowledge.search import Found


def found(name: str, text: str, page: int | None = None) -> Found:
    return Found("g", f"id of {name}", name, "", page, 0, text, 1.0, 1.0, 1.0)


FOUND = (found("terms.txt", "Two years."), found("returns.pdf", "Thirty days.", 4))


def test_a_mark_names_the_passage_that_was_quoted_under_its_number() -> None:
    assert quotations(FOUND) == "[1] (terms.txt)\nTwo years.\n\n[2] (returns.pdf, page 4)\nThirty days."
    references = GraphAnswer("When?", "Within thirty days [2].", FOUND, cited=(2,)).references["files"]
    assert [(one["text"], one["cite"]) for one in references] == [("Two years.", None), ("Thirty days.", "2")]

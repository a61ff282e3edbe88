"""A question about graphs, and its answer with what it rests on, in Writer's shape."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pressrun.knowledge.search import Found

DEFAULT_PASSAGE_TOKENS = 3000


@dataclass(frozen=True, slots=True)
class QueryConfig:
    """How a question is answered: Writer's words and defaults.

    `search_weight` is 0 for meaning alone to 100 for words alone, `grounding_level` 0 for the passages alone to 1 for
    whatever the model knows, thresholds are scores from 0 to 1.
    """

    max_subquestions: int = 6
    search_weight: int = 50
    grounding_level: float = 0.0
    max_snippets: int = 30
    max_tokens: int = 4000
    keyword_threshold: float = 0.7
    semantic_threshold: float = 0.7
    inline_citations: bool = False


@dataclass(frozen=True, slots=True)
class GraphQuestion:
    """What is asked of which graphs; `model` as a prompt names it, None for the default one.

    `passage_tokens` is how much of what was found the model is given (`budget.passage_tokens` knows).
    """

    graph_ids: tuple[str, ...]
    question: str
    subqueries: bool = False
    config: QueryConfig = QueryConfig()
    model: str | None = None
    passage_tokens: int = DEFAULT_PASSAGE_TOKENS


@dataclass(frozen=True, slots=True)
class Subquery:
    """A part of a question, answered on its own."""

    query: str
    answer: str
    found: Sequence[Found]


@dataclass(frozen=True, slots=True)
class GraphAnswer:
    """The answer; `found` are the passages that the model was given, `cited` the numbers of those the text names."""

    question: str
    answer: str
    found: Sequence[Found]
    subqueries: Sequence[Subquery] = ()
    cited: Sequence[int] = ()

    @property
    def sources(self) -> list[dict[str, Any]]:
        """Writer's `sources`."""
        return _sources(self.found)

    @property
    def references(self) -> dict[str, Any]:
        """Writer's `references`: passages of files, and those of pages."""
        files: list[dict[str, Any]] = []
        web: list[dict[str, Any]] = []
        for number, one in enumerate(self.found, 1):
            score = round(one.score, 4)
            if one.url:
                web.append({"text": one.text, "url": one.url, "title": one.file_name, "score": score})
                continue
            cite = str(number) if number in self.cited else None
            place = {"file_name": one.file_name, "page": one.page, "start": one.start}
            files.append({"text": one.text, "fileId": one.file_id, **place, "score": score, "cite": cite})
        return {"files": files, "web": web}

    def as_data(self) -> dict[str, Any]:
        """Writer's Question, as plain data."""
        return {
            "question": self.question,
            "answer": self.answer,
            "sources": self.sources,
            "subqueries": [
                {"query": one.query, "answer": one.answer, "sources": _sources(one.found)} for one in self.subqueries
            ],
            "references": self.references,
        }


def _sources(found: Sequence[Found]) -> list[dict[str, Any]]:
    return [{"file_id": one.file_id, "snippet": one.text} for one in found]

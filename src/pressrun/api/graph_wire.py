"""Graphs as JSON, and what requests say about searching them."""

from typing import Any

from pressrun.api import wire
from pressrun.api.json_body import Fields, json_type
from pressrun.errors import PressrunError
from pressrun.knowledge import graphs, pages
from pressrun.knowledge.answers import QueryConfig
from pressrun.knowledge.graphs import Graph
from pressrun.knowledge.knowledge import Knowledge
from pressrun.knowledge.pages import PageSource
from pressrun.knowledge.search import Found
from pressrun.store.store import Transaction

MOST_GRAPHS = 20
LONGEST_QUESTION = 10_000

BOUNDS: dict[str, tuple[float, float]] = {
    "max_subquestions": (1, 10),
    "search_weight": (0, 100),
    "grounding_level": (0, 1),
    "max_snippets": (1, 60),
    "max_tokens": (100, 8000),
    "keyword_threshold": (0, 1),
    "semantic_threshold": (0, 1),
}


async def graph(tx: Transaction, knowledge: Knowledge, one: Graph) -> dict[str, Any]:
    """A graph as it stands."""
    status = await graphs.file_status(tx, one)
    return {
        "id": one.id,
        "created_at": wire.timestamp(one.created_at),
        "updated_at": wire.timestamp(one.updated_at),
        "name": one.name,
        "description": one.description,
        "type": one.type,
        "file_status": {
            "in_progress": status.in_progress,
            "completed": status.completed,
            "failed": status.failed,
            "total": status.total,
        },
        "urls": [_url(source) for source in await pages.sources(tx, one.organization_id, one.id)],
        "passages": await graphs.passages(tx, one),
        "search": knowledge.search,
    }


def _url(source: PageSource) -> dict[str, Any]:
    return {
        "url": source.url,
        "type": source.type,
        "exclude_urls": list(source.exclude_urls),
        "status": {"status": source.status, "error_type": source.error_type, "error": source.error},
    }


def found(one: Found) -> dict[str, Any]:
    """A passage that was found."""
    return {
        "graph_id": one.graph_id,
        "file_id": one.file_id,
        "file_name": one.file_name,
        "url": one.url or None,
        "page": one.page,
        "start": one.start,
        "text": one.text,
        "score": round(one.score, 4),
        "keyword_score": round(one.keyword_score, 4),
        "semantic_score": round(one.semantic_score, 4),
    }


def graph_ids_of(fields: Fields, *, most: int = MOST_GRAPHS, least: int = 1) -> tuple[str, ...]:
    """The ids of graphs that a request names, each once; faults are noted."""
    given: list[Any] = fields.take("graph_ids", list, "a list of the ids of graphs", [])
    if any(not isinstance(one, str) for one in given):
        fields.fault("graph_ids", "graph_ids must be a list of the ids of graphs")
        return ()
    if not least <= len(given) <= most:
        fields.fault("graph_ids", f"graph_ids must name {least} to {most} graphs, not {len(given)}")
    return tuple(dict.fromkeys(given))


def text_of(fields: Fields, name: str) -> str:
    """A text that a request must hold; faults are noted."""
    text: str = fields.take(name, str, "a string", "")
    if not text.strip():
        fields.fault(name, f"{name} is required: what is to be found out")
    elif len(text) > LONGEST_QUESTION:
        fields.fault(name, f"{name} must not be longer than {LONGEST_QUESTION:,} characters")
    return text


def config_of(fields: Fields, default: QueryConfig | None = None) -> QueryConfig:
    """How a request wants its question answered; faults are noted."""
    given: dict[str, Any] = fields.take("query_config", dict, "an object", {})
    inner = Fields(given)
    values: dict[str, Any] = {}
    for name, (low, high) in BOUNDS.items():
        whole = isinstance(getattr(QueryConfig(), name), int)
        value = inner.take(name, (int,) if whole else (int, float), "a whole number" if whole else "a number")
        if value is None:
            continue
        if isinstance(value, bool) or not low <= value <= high:
            shown = json_type(value) if isinstance(value, bool) else f"{value:g}"
            inner.fault(name, f"query_config.{name} must be between {low:g} and {high:g}, not {shown}")
        values[name] = value
    cites = inner.take("inline_citations", bool, "true or false")
    if cites is not None:
        values["inline_citations"] = cites
    try:
        inner.done()
    except PressrunError as error:
        for problem in error.problems:
            fields.fault("query_config", problem.description)
        return QueryConfig()
    base = default or QueryConfig()
    return QueryConfig(**{name: values.get(name, getattr(base, name)) for name in QueryConfig.__dataclass_fields__})

"""The shapes of graphs over HTTP, Writer's with what Pressrun adds."""

from typing import Literal

from pydantic import BaseModel

from pressrun.api.request_schemas import Body
from pressrun.api.schemas import Shape


class FileStatusShape(Shape):
    """How many files of a graph stand where."""

    in_progress: int
    completed: int
    failed: int
    total: int


class UrlStatusShape(Shape):
    """What became of a page; `error` tells it to people."""

    status: Literal["validating", "success", "error"]
    error_type: str | None
    error: str | None


class UrlShape(Shape):
    """A page of the web that a graph takes in, or a page and what lies below it."""

    url: str
    type: Literal["single_page", "sub_pages"]
    exclude_urls: list[str]
    status: UrlStatusShape


class GraphShape(Shape):
    """A graph; `search` is `text` where no embedder is installed, so that words alone are searched."""

    id: str
    created_at: str
    updated_at: str
    name: str
    description: str | None
    type: Literal["manual", "connector", "web"]
    file_status: FileStatusShape
    urls: list[UrlShape]
    passages: int
    search: Literal["hybrid", "text"]


class GraphPage(Shape):
    """A page of graphs by cursor."""

    data: list[GraphShape]
    has_more: bool
    first_id: str | None
    last_id: str | None


class GraphSource(Shape):
    """A passage that an answer rests on."""

    file_id: str
    snippet: str


class FileReference(Shape):
    """A passage of a file, `start` characters into its text; `cite` is its mark in the answer, null without one."""

    text: str
    fileId: str  # noqa: N815 - Writer's name for it
    file_name: str
    score: float
    page: int | None
    start: int
    cite: str | None


class WebReference(Shape):
    """A passage of a page of the web."""

    text: str
    url: str
    title: str
    score: float


class References(Shape):
    """What an answer rests on."""

    files: list[FileReference]
    web: list[WebReference]


class SubqueryShape(Shape):
    """A part of a question, answered on its own."""

    query: str
    answer: str
    sources: list[GraphSource]


class AnswerShape(Shape):
    """The answer to a question about graphs."""

    question: str
    answer: str
    sources: list[GraphSource]
    subqueries: list[SubqueryShape]
    references: References


class FoundShape(Shape):
    """A passage that was found; it begins at character `start` of its file's text."""

    graph_id: str
    file_id: str
    file_name: str
    url: str | None
    page: int | None
    start: int
    text: str
    score: float
    keyword_score: float
    semantic_score: float


class FoundPage(Shape):
    """The passages that were found, the best first."""

    data: list[FoundShape]
    search: Literal["hybrid", "text"]


class AgentGraphs(Shape):
    """The graphs of an agent."""

    graph_ids: list[str]


class GraphUrl(Body):
    """A page of the web to take in."""

    url: str
    type: Literal["single_page", "sub_pages"] = "single_page"
    exclude_urls: list[str] = []  # noqa: RUF012 - pydantic copies it


class GraphRequest(Body):
    """A graph to create."""

    name: str | None = None
    description: str | None = None
    type: Literal["manual", "web", "connector"] = "manual"


class GraphChange(Body):
    """What is to change of a graph; what is left out stays."""

    name: str | None = None
    description: str | None = None
    urls: list[GraphUrl] | None = None


class GraphFile(Body):
    """A file to add."""

    file_id: str


class QueryConfigRequest(Body):
    """How a question is answered."""

    max_subquestions: int = 6
    search_weight: int = 50
    grounding_level: float = 0.0
    max_snippets: int = 30
    max_tokens: int = 4000
    keyword_threshold: float = 0.7
    semantic_threshold: float = 0.7
    inline_citations: bool = False


class QuestionRequest(Body):
    """A question about graphs; `model` as a prompt names it."""

    graph_ids: list[str]
    question: str
    stream: bool = False
    subqueries: bool = False
    query_config: QueryConfigRequest | None = None
    model: str | None = None


class SearchRequest(Body):
    """Passages to find, without a model."""

    graph_ids: list[str]
    query: str
    limit: int = 10
    query_config: QueryConfigRequest | None = None


class GraphsRequest(Body):
    """The graphs an agent is to have."""

    graph_ids: list[str]


REQUESTS: tuple[type[BaseModel], ...] = (
    GraphChange,
    GraphFile,
    GraphRequest,
    GraphsRequest,
    QuestionRequest,
    SearchRequest,
)

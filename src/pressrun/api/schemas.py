"""The shapes of answers, for `/openapi.json`; tests hold the real answers to them."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from pressrun.api.request_schemas import InputValue

ANSWERS: dict[str, type[BaseModel]] = {}
"""The shapes that routes answer with, by name.

The framework is told their names alone: it would make a validator of each for every status of every route, which nobody
asks for and each start would wait for.
"""


class Shape(BaseModel):
    """An answer: exactly these fields."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


class ErrorEntry(Shape):
    """One thing that is wrong."""

    description: str
    key: str
    extras: dict[str, Any]


class OpenAIError(Shape):
    """A refusal as OpenAI's clients show it; `param` is the first field that is wrong."""

    message: str
    type: str
    param: str | None
    code: str


class ErrorBody(Shape):
    """Every refusal, Writer's shape; `message` is all descriptions in one line.

    `error` is there where clients of OpenAI's ask.
    """

    tpe: str
    message: str
    errors: list[ErrorEntry]
    extras: dict[str, Any]
    error: OpenAIError | None = None


class Input(Shape):
    """A declared input of an agent."""

    name: str
    input_type: Literal["text", "dropdown", "file", "media"]
    required: bool
    description: str | None = None
    options: dict[str, Any]


class ApplicationShape(Shape):
    """An agent."""

    id: str
    name: str
    type: Literal["generation"]
    status: Literal["deployed", "draft"]
    inputs: list[Input]
    created_at: str
    updated_at: str
    last_deployed_at: str | None
    alias: str | None
    deployed_version: int | None
    last_version: int
    draft_changed: bool
    draft_digest: str
    draft_saved_at: str


class DeployedApplication(ApplicationShape):
    """An agent just deployed, and what looks unintended in it."""

    warnings: list[str]


class ApplicationPage(Shape):
    """A page of agents by cursor."""

    data: list[ApplicationShape]
    has_more: bool
    first_id: str | None
    last_id: str | None


class VersionShape(Shape):
    """A version of an agent; `created_by` is the id of the key or person that deployed it."""

    version: int
    deployed: bool
    note: str
    digest: str
    created_at: str
    created_by: str
    created_by_name: str | None


class VersionPage(Shape):
    """All versions of an agent."""

    data: list[VersionShape]


class Deleted(Shape):
    """Something is gone."""

    id: str
    deleted: bool


class PartResult(Shape):
    """The result for one of several values."""

    input: str
    value: str
    title: str
    suggestion: str


class SourceShape(Shape):
    """A passage of a graph that a prompt was given; `cite` is its number there, `part` that of the value, from 1.

    It begins at character `start` of its file's text; `url` is where a page of the web stands.
    """

    graph_id: str
    file_id: str
    file_name: str
    url: str | None
    page: int | None
    start: int
    text: str
    score: float
    cite: str
    prompt: str
    part: int | None


class Generated(Shape):
    """A text, and with fan-out one for each value; `sources` where the agent has graphs."""

    title: str
    suggestion: str
    results: list[PartResult] | None = None
    sources: list[SourceShape] | None = None


class JobData(Generated):
    """A job's result; `prompts` holds each prompt's own answer, `models` who gave it.

    `notes` say what was left out of what the models were given.
    """

    prompts: dict[str, str] | None = None
    models: dict[str, str] | None = None
    notes: list[str] | None = None


class Health(Shape):
    """The process is alive."""

    status: Literal["ok"]


class Readiness(Shape):
    """Whether requests can be served; `workers` tells whether jobs are being carried out.

    `room` is `none` while the database's disk is full and new jobs are refused; `durability` names what is off that
    keeps accepted jobs through a power cut.
    """

    status: Literal["ok", "unavailable", "stopping"]
    database: Literal["ok", "unreachable"] | None = None
    workers: Literal["ok", "none alive"] | None = None
    room: Literal["ok", "none"] | None = None
    durability: str | None = None


class UsageShape(Shape):
    """Tokens of all attempts; `cached_prompt_tokens` are among `prompt_tokens`.

    Of `unpriced_calls` the cost is not known. `reasks` asked again as an answer did not fit its schema,
    for `reask_cost` dollars, which are part of the cost.
    """

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    cached_prompt_tokens: int
    unpriced_calls: int
    reasks: int
    reask_cost: float


class CreatedJob(Shape):
    """A job that was accepted; `job_id` is `id` again."""

    id: str
    job_id: str
    application_id: str
    status: Literal["in_progress", "completed", "failed"]
    created_at: str


class JobShape(Shape):
    """A job: Writer's eight fields, then Pressrun's; `cost` is null where it is not known."""

    id: str
    status: Literal["in_progress", "completed", "failed"]
    application_id: str
    created_at: str
    updated_at: str
    completed_at: str | None
    data: JobData | None
    error: str | None
    state: Literal["queued", "running", "waiting", "completed", "failed", "cancelled"]
    agent_version: int
    attempts: int
    generation: int
    error_code: str | None
    queued_reason: str | None
    usage: UsageShape
    cost: float | None
    currency: str
    priority: int
    started_at: str | None
    deadline_at: str
    cancel_requested: bool
    metadata: dict[str, str]
    inputs: list[InputValue]
    batch_id: str | None
    row: int | None
    reused_from: str | None


class Pagination(Shape):
    """The offset and limit that were in force."""

    offset: int
    limit: int


class JobPage(Shape):
    """A page of jobs by offset."""

    result: list[JobShape]
    totalCount: int  # noqa: N815 - Writer's name for it
    pagination: Pagination


class JobEventShape(Shape):
    """One line of a job's timeline."""

    seq: int
    at: str
    event: str
    generation: int
    attempt: int
    data: dict[str, Any]


class JobEvents(Shape):
    """A job's timeline."""

    data: list[JobEventShape]


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` with which a route may refuse; any other refusal has the same body."""
    wanted: tuple[int | str, ...] = (*statuses, "default")
    return {status: answer(ErrorBody, "Refused; the body says why") for status in wanted}


def answer(shape: type[BaseModel], description: str = "Done") -> dict[str, Any]:
    """One of the `responses` of a route: JSON of this shape."""
    ANSWERS[shape.__name__] = shape
    schema = {"$ref": f"#/components/schemas/{shape.__name__}"}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def files(media_types: Sequence[str], *statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that answers with a file or a stream, of one of several kinds."""
    binary = {"type": "string", "format": "binary"}
    content = {one: {"schema": {} if one == "text/event-stream" else binary} for one in media_types}
    return {"2XX": {"content": content, "description": "Done"}, **refusals(*statuses)}


def streams(events: Mapping[str, type[BaseModel]], *statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route that answers with server-sent events; `events` tells the shape of each one's data."""
    schema = {"anyOf": [_event(name, shape) for name, shape in events.items()]}
    content = {"text/event-stream": {"schema": schema}}
    return {"2XX": {"content": content, "description": "Events, as they happen"}, **refusals(*statuses)}


def _event(name: str, shape: type[BaseModel]) -> dict[str, Any]:
    """An event as OpenAPI 3.2 tells of it: its data is JSON in a text."""
    inner = {"$ref": f"#/components/schemas/{shape.__name__}"}
    data = {"type": "string", "contentMediaType": "application/json", "contentSchema": inner}
    properties = {"event": {"const": name}, "data": data}
    return {"type": "object", "required": ["event", "data"], "properties": properties}


def errors(success: type[BaseModel], *statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses` of a route: what it answers, and with which statuses it may refuse."""
    return {"2XX": answer(success), **refusals(*statuses)}

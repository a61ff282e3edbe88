"""The shapes of requests, for `/openapi.json`; the routes read their bodies themselves and name every fault."""

from typing import Any

from pydantic import BaseModel, ConfigDict

from pressrun.agents.definition import AgentDefinition


class Body(BaseModel):
    """A request; nothing is validated by these, so no validator is built."""

    model_config = ConfigDict(defer_build=True)


class InputValue(Body):
    """The values of one input; `id` is the input's name."""

    id: str
    value: list[str]


class JobRequest(Body):
    """A job to create."""

    inputs: list[InputValue]
    fan_out: bool | None = None
    metadata: dict[str, str] | None = None
    priority: int | None = None
    deadline_s: int | None = None


class BatchUpload(Body):
    """Rows with the options of their batch; files go as they are, with these options in the query."""

    rows: list[dict[str, Any]]
    name: str = ""
    map: dict[str, str] = {}
    on_bad_rows: str = "refuse"
    priority: int | None = None
    deadline_s: int | None = None
    max_cost: float | None = None
    sample: int | None = None
    canary: int | None = None
    stop_on_errors: float | str | None = None
    dedupe: bool = True
    reuse: bool = False
    fan_out: bool = False
    metadata: dict[str, str] = {}
    webhook_url: str | None = None


class BatchRetry(Body):
    """Which failed rows to run again; all of them by default."""

    error_code: str | None = None
    rows: list[int] | None = None
    version: str = "same"


class BatchCorrections(Body):
    """Rows as they are to be, each with its number; files go as they are, with these options in the query."""

    rows: list[dict[str, Any]]
    version: str = "same"
    map: dict[str, str] = {}


class BatchCancel(Body):
    """What becomes of the rows that run."""

    running: str = "drain"


class BatchChange(Body):
    """What to change; a `max_cost` of null takes the cap away."""

    name: str | None = None
    max_cost: float | None = None


class FilesRetry(Body):
    """Files to take in again; those that have not failed, and unknown ones, are left alone."""

    file_ids: list[str]


class GenerateRequest(Body):
    """A generation to wait for."""

    inputs: list[InputValue]
    stream: bool = False
    fan_out: bool | None = None


class DraftRunRequest(Body):
    """A draft to try out; with `definition` that one in place of the stored draft."""

    inputs: list[InputValue]
    definition: AgentDefinition | None = None
    fan_out: bool | None = None


class DeployRequest(Body):
    """A note to keep with the new version."""

    note: str = ""


class RollbackRequest(Body):
    """The version to deploy again."""

    version: int


class ModelChanges(Body):
    """Prices (dollars for a million tokens), limits and sight of a model to change; null takes one away."""

    concurrency: int | None = None
    timeout_s: int | None = None
    input_price: float | None = None
    output_price: float | None = None
    cached_input_price: float | None = None
    account: str | None = None
    rpm: int | None = None
    tpm: int | None = None
    vision: bool = False


class ModelRequest(ModelChanges):
    """A model to add; `api_key` is sealed and never shown again."""

    name: str
    base_url: str | None = None
    model_id: str | None = None
    api_key: str | None = None
    script: str | None = None
    default: bool = False
    replace: bool = False


class LimitsRequest(Body):
    """Limits to set; null takes one away."""

    queued_jobs: int | None = None
    running_jobs: int | None = None
    tokens_per_day: int | None = None
    requests_per_minute: int | None = None


class KeyRequest(Body):
    """A key to make."""

    name: str
    scopes: list[str] | None = None
    fold_retries: bool = False
    expires_in_s: int | None = None
    requests_per_minute: int | None = None


class SignInRequest(Body):
    """An API key, or the token of a one-time link: one of the two."""

    key: str | None = None
    token: str | None = None


class PersonRequest(Body):
    """Somebody who may sign in to the studio; `role` is viewer, editor or admin."""

    name: str
    email: str | None = None
    role: str | None = None


class PersonChange(Body):
    """What is to be different about a person; an `email` of null takes it away."""

    name: str | None = None
    email: str | None = None
    role: str | None = None


class WebhookWish(Body):
    """What an endpoint is told, and of whom."""

    name: str | None = None
    events: list[str] | None = None
    application_id: str | None = None
    rows: bool | None = None


class WebhookRequest(WebhookWish):
    """An endpoint to be told when jobs and batches have ended; `expires_in_s` seconds later it is gone."""

    url: str
    expires_in_s: int | None = None


class WebhookChange(WebhookWish):
    """What is to be different about an endpoint."""

    url: str | None = None
    state: str | None = None


class RotateRequest(Body):
    """For how many seconds the secret before the new one holds too."""

    grace_s: int | None = None


def body_of(shape: type[Any], *, required: bool = True) -> dict[str, Any]:
    """The `openapi_extra` of a route that reads a JSON body itself."""
    schema = {"type": "object"} if shape is dict else {"$ref": f"#/components/schemas/{shape.__name__}"}
    return {"requestBody": {"required": required, "content": {"application/json": {"schema": schema}}}}


def definition_body() -> dict[str, Any]:
    """The `openapi_extra` of a route that reads an agent's definition."""
    schema = {"$ref": f"#/components/schemas/{AgentDefinition.__name__}"}
    content = {media_type: {"schema": schema} for media_type in ("application/json", "application/yaml")}
    return {"requestBody": {"required": True, "content": content}}


REQUESTS: tuple[type[BaseModel], ...] = (
    AgentDefinition,
    BatchCancel,
    BatchChange,
    BatchCorrections,
    BatchRetry,
    BatchUpload,
    DeployRequest,
    DraftRunRequest,
    FilesRetry,
    GenerateRequest,
    JobRequest,
    KeyRequest,
    LimitsRequest,
    ModelChanges,
    ModelRequest,
    PersonChange,
    PersonRequest,
    RollbackRequest,
    RotateRequest,
    SignInRequest,
    WebhookChange,
    WebhookRequest,
)
"""Shapes that only requests have; FastAPI finds those of answers by itself."""

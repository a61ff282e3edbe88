"""The OpenAPI description: what FastAPI finds, with the shapes of requests and of every answer made explicit."""

from typing import Any, Literal

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from pressrun.api import batch_events, chat_schemas, draft_run, graph_schemas
from pressrun.api.access import PUBLIC, SIGN_IN
from pressrun.api.request_schemas import REQUESTS
from pressrun.api.schemas import ANSWERS

DESCRIPTION = """Deploy no-code writing agents and run them asynchronously, one job or a million.

Writer's official clients work against this API unchanged: set `WRITER_BASE_URL` to this server and `WRITER_API_KEY`
to a Pressrun key. Every refusal has the same body; `x-should-retry: false` marks those that are final."""


def document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI description, made once."""
    if app.openapi_schema is None:
        made = get_openapi(title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes)
        schemas = made.setdefault("components", {}).setdefault("schemas", {})
        for shape in ANSWERS.values():
            _add(schemas, shape, "serialization")
        for shape in (*REQUESTS, *chat_schemas.REQUESTS, *graph_schemas.REQUESTS):
            _add(schemas, shape, "validation")
        for shape in (*draft_run.EVENTS.values(), *batch_events.EVENTS.values()):
            _add(schemas, shape, "serialization")
        for unused in ("HTTPValidationError", "ValidationError"):
            schemas.pop(unused, None)
        for path, operations in made["paths"].items():
            for method, operation in operations.items():
                _settle(operation["responses"])
                if path in PUBLIC or (method.upper(), path) == SIGN_IN:
                    operation["security"] = []
        made["components"]["securitySchemes"] = {"key": {"type": "http", "scheme": "bearer"}}
        made["security"] = [{"key": []}]
        app.openapi_schema = made
    return app.openapi_schema


def _add(schemas: dict[str, Any], shape: type[BaseModel], mode: Literal["validation", "serialization"]) -> None:
    schema = shape.model_json_schema(ref_template="#/components/schemas/{model}", mode=mode)
    schemas |= schema.pop("$defs", {})
    schemas[shape.__name__] = schema


def _settle(responses: dict[str, Any]) -> None:
    """FastAPI's own entries, empty or of an error body that is never sent, give way to the declared ones."""
    if "HTTPValidationError" in str(responses.get("422", "")):
        del responses["422"]
    success = responses.pop("2XX", None)
    if success is not None:
        for status in [status for status in responses if status.startswith("2")]:
            responses[status] = success

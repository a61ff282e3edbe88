"""Models over HTTP: what prompts may name."""

from typing import Any

from fastapi import APIRouter, Request, Response

from pressrun.api import wire
from pressrun.api.access import require
from pressrun.api.audited import entry
from pressrun.api.generate import refused
from pressrun.api.json_body import Fields, read_object
from pressrun.api.request_schemas import ModelRequest, body_of
from pressrun.api.schemas import Deleted, ModelPage, ModelShape, ModelTrial, errors
from pressrun.api.state import system_of
from pressrun.errors import RunFailure
from pressrun.models.configured import add_model, remove_model, set_default_model
from pressrun.models.model import DEFAULT_TIMEOUT_S, LARGEST_CONCURRENCY, LONGEST_TIMEOUT_S, Model, NewModel
from pressrun.models.trial import try_model
from pressrun.organizations.audit import Action
from pressrun.organizations.keys import Scope

router = APIRouter(prefix="/v1/models", tags=["models"])


@router.get("", responses=errors(ModelPage, 401), summary="List models")
async def list_models(request: Request) -> Response:
    """Every model a prompt may name."""
    key = require(request, Scope.AGENTS_READ)
    models = await system_of(request).catalog.models(key.organization_id)
    return wire.answer({"models": [_shape(model) for model in models]})


@router.post(
    "",
    status_code=201,
    responses=errors(ModelShape, 400, 401, 403, 409),
    openapi_extra=body_of(ModelRequest),
    summary="Add a model",
)
async def create_model(request: Request) -> Response:
    """Add a model that speaks OpenAI's format, or one that answers from a script; `replace` overwrites one."""
    key = require(request, Scope.ADMIN)
    values, _ = await read_object(request)
    fields = Fields(values)
    name: str = fields.take("name", str, "a string", "")
    base_url, model_id = fields.take("base_url", str, "a string"), fields.take("model_id", str, "a string")
    api_key, script = fields.take("api_key", str, "a string"), fields.take("script", str, "a string")
    default = fields.take("default", bool, "true or false", default=False)
    replace = fields.take("replace", bool, "true or false", default=False)
    concurrency = fields.whole("concurrency", 1, LARGEST_CONCURRENCY)
    timeout_s = fields.whole("timeout_s", 1, LONGEST_TIMEOUT_S, DEFAULT_TIMEOUT_S) or DEFAULT_TIMEOUT_S
    fields.done(closed=True)
    new = NewModel(
        name,
        base_url,
        model_id,
        api_key,
        script.encode() if script is not None else None,
        default,
        concurrency,
        timeout_s,
    )
    system = system_of(request)
    also = entry(request, Action.MODEL_ADDED, name, kind=new.kind, base_url=base_url, replace=replace)
    model = await add_model(system.store, system.vault, key.organization_id, new, replace=replace, also=also)
    system.catalog.forget(key.organization_id)
    return wire.answer(_shape(model), 201)


@router.delete("/{name:path}", responses=errors(Deleted, 401, 403, 404), summary="Remove a model")
async def delete_model(request: Request, name: str) -> Response:
    """Prompts that name it fail from now on, until another model has the name."""
    key = require(request, Scope.ADMIN)
    name = _storable(name)
    also = entry(request, Action.MODEL_REMOVED, name)
    await remove_model(system_of(request).store, key.organization_id, name, also=also)
    system_of(request).catalog.forget(key.organization_id)
    return wire.answer({"id": name, "deleted": True})


@router.post("/{name:path}/default", responses=errors(ModelShape, 401, 403, 404), summary="Make a model the default")
async def set_default(request: Request, name: str) -> Response:
    """Prompts that name no model are answered by this one."""
    key = require(request, Scope.ADMIN)
    name = _storable(name)
    also = entry(request, Action.MODEL_MADE_DEFAULT, name)
    model = await set_default_model(system_of(request).store, key.organization_id, name, also=also)
    system_of(request).catalog.forget(key.organization_id)
    return wire.answer(_shape(model))


@router.post("/{name:path}/test", responses=errors(ModelTrial, 401, 403, 502), summary="Test a model")
async def test(request: Request, name: str) -> Response:
    """Ask the model something short, and tell what came back and how long it took; `default` is the default model."""
    key = require(request, Scope.ADMIN)
    provider = system_of(request).catalog.provider_for(key.organization_id)
    try:
        trial = await try_model(provider, None if name == "default" else name)
    except RunFailure as failure:
        raise refused(failure) from failure
    usage = {
        "prompt_tokens": trial.usage.prompt_tokens,
        "completion_tokens": trial.usage.completion_tokens,
    }
    return wire.answer({"model": name, "text": trial.text, "seconds": round(trial.seconds, 3), "usage": usage})


def _storable(name: str) -> str:
    return name.replace("\x00", "")  # PostgreSQL refuses NUL in text, and no name holds one


def _shape(model: Model) -> dict[str, Any]:
    return {
        "id": model.name,
        "name": model.name,
        "kind": model.kind,
        "base_url": model.base_url,
        "model_id": model.model_id,
        "default": model.is_default,
        "source": model.source,
        "concurrency": model.concurrency,
        "has_api_key": model.has_api_key,
    }

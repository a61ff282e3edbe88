"""Models over HTTP: what prompts may name."""

from typing import Any

from fastapi import APIRouter, Request, Response

from pressrun.accounts.rooms import Room, find_rooms
from pressrun.accounts.window import Denied
from pressrun.agents.check import shown
from pressrun.api import wire
from pressrun.api.access import require
from pressrun.api.audited import entry
from pressrun.api.generate import refused
from pressrun.api.json_body import Fields, read_object
from pressrun.api.model_schemas import ModelPage, ModelShape, ModelTrial, OneModel
from pressrun.api.pages import storable
from pressrun.api.request_schemas import ModelChanges, ModelRequest, body_of
from pressrun.api.schemas import Deleted, errors
from pressrun.api.state import system_of
from pressrun.errors import Code, PressrunError, RunFailure
from pressrun.models.configured import add_model, change_model, remove_model, set_default_model
from pressrun.models.model import (
    DEFAULT_TIMEOUT_S,
    LARGEST_CONCURRENCY,
    LONGEST_TIMEOUT_S,
    MOST_PER_MINUTE,
    Model,
    NewModel,
)
from pressrun.models.prices import Price, Terms
from pressrun.models.trial import try_model
from pressrun.money import dollars
from pressrun.organizations.audit import Action
from pressrun.organizations.keys import Scope
from pressrun.store.store import Transaction

router = APIRouter(prefix="/v1/models", tags=["models"])

OPENAI_FIELDS = {"object": "model", "created": 0, "owned_by": "pressrun"}
"""What OpenAI's clients find beside the id of a model; when it was made is nobody's business here."""


@router.get("", responses=errors(ModelPage, 401), summary="List models")
async def list_models(request: Request) -> Response:
    """Every model a prompt may name; `models` is Writer's list with what Pressrun adds, `data` OpenAI's."""
    key = require(request, Scope.AGENTS_READ)
    system = system_of(request)
    models = await system.catalog.models(key.organization_id)
    rooms = await system.store.read(_rooms)
    shapes = []
    for model in models:
        room = rooms.get((key.organization_id, model.name))
        shapes.append(_shape(model, await system.catalog.terms_of(model), room.denied if room else None))
    listed = [{"id": model.name, **OPENAI_FIELDS} for model in models]
    return wire.answer({"models": shapes, "object": "list", "data": listed})


@router.get("/{name:path}", responses=errors(OneModel, 401, 404), summary="Retrieve a model")
async def get_model(request: Request, name: str) -> Response:
    """One model that a prompt may name."""
    key = require(request, Scope.AGENTS_READ)
    catalog = system_of(request).catalog
    for model in await catalog.models(key.organization_id):
        if model.name == name:
            return wire.answer({**_shape(model, await catalog.terms_of(model)), **OPENAI_FIELDS})
    raise PressrunError(Code.NOT_FOUND, f"there is no model {shown(name)}: list them to see their names")


async def _rooms(tx: Transaction) -> dict[tuple[str, str], Room]:
    return await find_rooms(tx, await tx.all("list_model_limits"))


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
    vision = fields.take("vision", bool, "true or false", default=False)
    terms = _terms(fields)
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
        vision=vision,
        **terms,
    )
    system = system_of(request)
    also = entry(request, Action.MODEL_ADDED, name, kind=new.kind, base_url=base_url, replace=replace)
    model = await add_model(system.store, system.vault, key.organization_id, new, replace=replace, also=also)
    system.catalog.forget(key.organization_id)
    return wire.answer(_shape(model, await system.catalog.terms_of(model)), 201)


@router.patch(
    "/{name:path}",
    responses=errors(ModelShape, 400, 401, 403, 404),
    openapi_extra=body_of(ModelChanges),
    summary="Change a model's prices, limits and sight",
)
async def patch_model(request: Request, name: str) -> Response:
    """What is named changes, null takes it away; the model's address and key stay."""
    key = require(request, Scope.ADMIN)
    name = storable(name)
    values, _ = await read_object(request)
    fields = Fields(values)
    changes: dict[str, Any] = {
        "concurrency": fields.whole("concurrency", 1, LARGEST_CONCURRENCY),
        "timeout_s": fields.whole("timeout_s", 1, LONGEST_TIMEOUT_S, DEFAULT_TIMEOUT_S),
        "vision": fields.take("vision", bool, "true or false", default=False),
        **_terms(fields),
    }
    fields.done(closed=True)
    changes = {field: value for field, value in changes.items() if field in values}
    system = system_of(request)
    also = entry(request, Action.MODEL_CHANGED, name, **changes)
    model = await change_model(system.store, key.organization_id, name, changes, also=also)
    system.catalog.forget(key.organization_id)
    return wire.answer(_shape(model, await system.catalog.terms_of(model)))


@router.delete("/{name:path}", responses=errors(Deleted, 401, 403, 404), summary="Remove a model")
async def delete_model(request: Request, name: str) -> Response:
    """Prompts that name it fail from now on, until another model has the name."""
    key = require(request, Scope.ADMIN)
    name = storable(name)
    also = entry(request, Action.MODEL_REMOVED, name)
    await remove_model(system_of(request).store, key.organization_id, name, also=also)
    system_of(request).catalog.forget(key.organization_id)
    return wire.answer({"id": name, "deleted": True})


@router.post("/{name:path}/default", responses=errors(ModelShape, 401, 403, 404), summary="Make a model the default")
async def set_default(request: Request, name: str) -> Response:
    """Prompts that name no model are answered by this one."""
    key = require(request, Scope.ADMIN)
    name = storable(name)
    also = entry(request, Action.MODEL_MADE_DEFAULT, name)
    model = await set_default_model(system_of(request).store, key.organization_id, name, also=also)
    system_of(request).catalog.forget(key.organization_id)
    return wire.answer(_shape(model, await system_of(request).catalog.terms_of(model)))


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


def _terms(fields: Fields) -> dict[str, Any]:
    """Prices in nano-dollars and limits by the minute, as a request gives them."""
    return {
        "input_price": fields.money("input_price"),
        "output_price": fields.money("output_price"),
        "cached_input_price": fields.money("cached_input_price"),
        "account": fields.take("account", str, "a string"),
        "rpm": fields.whole("rpm", 1, MOST_PER_MINUTE),
        "tpm": fields.whole("tpm", 1, MOST_PER_MINUTE),
    }


def _price_source(model: Model, price: Price | None) -> str:
    if model.price is not None:
        return "set"
    if price is None:
        return "unknown"
    return "table" if model.kind == "openai" else "free"


def _shape(model: Model, terms: Terms, denied: Denied | None = None) -> dict[str, Any]:
    price = terms.price
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
        "account": model.account or model.name,
        "rpm": model.rpm,
        "tpm": model.tpm,
        "vision": model.vision,
        "input_price": dollars(price.input.base) if price else None,
        "output_price": dollars(price.output.base) if price else None,
        "cached_input_price": dollars(price.cached_input.base) if price else None,
        "price_source": _price_source(model, price),
        "held_back": denied.reason if denied else None,
        "held_back_s": round(denied.wait_s, 3) if denied else None,
    }

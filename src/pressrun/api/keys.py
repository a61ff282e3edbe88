"""API keys over HTTP."""

from typing import Any

from fastapi import APIRouter, Request, Response

from pressrun.api import wire
from pressrun.api.access import actor, require
from pressrun.api.json_body import Fields, read_object
from pressrun.api.organization_schemas import CreatedKey, KeyPage, KeyShape
from pressrun.api.request_schemas import KeyRequest, body_of
from pressrun.api.schemas import errors
from pressrun.api.state import system_of
from pressrun.organizations import audit, keys
from pressrun.organizations.audit import Action
from pressrun.organizations.keys import Key, Scope
from pressrun.organizations.limits import LARGEST
from pressrun.store.store import Transaction

router = APIRouter(prefix="/v1/keys", tags=["keys"])

DEFAULT_SCOPES = (Scope.AGENTS_READ, Scope.JOBS_READ, Scope.JOBS_WRITE)
"""Enough for Writer's clients, and no more."""

LONGEST_LIFETIME_S = 10 * 366 * 86_400


@router.get("", responses=errors(KeyPage, 401, 403), summary="List API keys")
async def list_keys(request: Request) -> Response:
    """Every key, revoked ones too; never the key itself."""
    key = require(request, Scope.ADMIN)
    found = await system_of(request).store.read(lambda tx: keys.list_keys(tx, key.organization_id))
    return wire.answer({"data": [_shape(one) for one in found]})


@router.post(
    "",
    status_code=201,
    responses=errors(CreatedKey, 400, 401, 403),
    openapi_extra=body_of(KeyRequest),
    summary="Create an API key",
)
async def create_key(request: Request) -> Response:
    """A new key, shown in this answer and never again; only an admin can make one, so none makes a stronger one."""
    key = require(request, Scope.ADMIN)
    values, _ = await read_object(request)
    fields = Fields(values)
    name: str = fields.take("name", str, "a string", "")
    words: list[Any] = fields.take("scopes", list, "a list of strings", list(DEFAULT_SCOPES))
    fold_retries: bool = fields.take("fold_retries", bool, "true or false", default=False)
    lifetime_s = fields.whole("expires_in_s", 1, LONGEST_LIFETIME_S)
    requests_per_minute = fields.whole("requests_per_minute", 1, LARGEST)
    known = {scope.value for scope in Scope}
    for word in words:
        if not isinstance(word, str) or word not in known:
            fields.fault("scopes", f"scopes has {str(word)[:50]!r}; known: {', '.join(sorted(known))}")
    fields.done(closed=True)
    who = actor(request)

    async def work(tx: Transaction) -> tuple[Key, str]:
        made, token = await keys.create(
            tx,
            key.organization_id,
            name,
            {Scope(word) for word in words},
            fold_retries=fold_retries,
            lifetime_s=lifetime_s,
            requests_per_minute=requests_per_minute,
        )
        await audit.record(tx, who, Action.KEY_CREATED, made.id, name=made.name, scopes=sorted(made.scopes))
        return made, token

    made, token = await system_of(request).store.write(work)
    return wire.answer({**_shape(made), "key": token}, 201)


@router.delete("/{key_id}", responses=errors(KeyShape, 401, 403, 404, 409), summary="Revoke an API key")
async def revoke_key(request: Request, key_id: str) -> Response:
    """End a key: within two seconds nobody can use it any more; jobs it created go on."""
    key = require(request, Scope.ADMIN)
    who = actor(request)

    async def work(tx: Transaction) -> Key:
        revoked = await keys.revoke(tx, key.organization_id, key_id.replace("\x00", ""))
        await audit.record(tx, who, Action.KEY_REVOKED, revoked.id, name=revoked.name)
        return revoked

    return wire.answer(_shape(await system_of(request).store.write(work)))


def _shape(key: Key) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "hint": key.hint,
        "scopes": sorted(key.scopes),
        "fold_retries": key.fold_retries,
        "created_at": wire.timestamp(key.created_at),
        "expires_at": wire.maybe_timestamp(key.expires_at),
        "revoked_at": wire.maybe_timestamp(key.revoked_at),
        "last_used_at": wire.maybe_timestamp(key.last_used_at),
        "requests_per_minute": key.requests_per_minute,
    }

"""Limits over HTTP: what an organization may use, and what it uses."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response

from pressrun.api import wire
from pressrun.api.access import actor, require
from pressrun.api.json_body import Fields, read_object
from pressrun.api.organization_schemas import LimitPage
from pressrun.api.request_schemas import LimitsRequest, body_of
from pressrun.api.schemas import errors
from pressrun.api.state import system_of
from pressrun.jobs.usage import Usage, usage
from pressrun.organizations import audit
from pressrun.organizations.audit import Action
from pressrun.organizations.keys import Scope
from pressrun.organizations.limits import LARGEST, LOWEST, Limit, change_limits, find_limits
from pressrun.settings import Settings
from pressrun.store.store import Transaction

router = APIRouter(prefix="/v1/limits", tags=["operations"])


@router.get("", responses=errors(LimitPage, 401, 403), summary="List limits")
async def list_limits(request: Request) -> Response:
    """Every limit there can be, whether it is set, and how much of it is used now."""
    key = require(request, Scope.ADMIN)
    settings = system_of(request).settings

    async def work(tx: Transaction) -> dict[str, Any]:
        own = await find_limits(tx, key.organization_id)
        return _page(settings, own, await usage(tx, key.organization_id))

    return wire.answer(await system_of(request).store.read(work))


@router.patch(
    "", responses=errors(LimitPage, 400, 401, 403), openapi_extra=body_of(LimitsRequest), summary="Set limits"
)
async def patch_limits(request: Request) -> Response:
    """Set some limits, and take away those that are null; they hold for every process from the next request on."""
    key = require(request, Scope.ADMIN)
    values, _ = await read_object(request)
    fields = Fields(values)
    changes = {limit: fields.whole(limit, LOWEST[limit], LARGEST) for limit in Limit}
    fields.done(closed=True)
    changes = {limit: value for limit, value in changes.items() if limit in values}
    system = system_of(request)
    who = actor(request)

    async def work(tx: Transaction) -> dict[str, Any]:
        own = await change_limits(tx, key.organization_id, changes)
        if changes:
            await audit.record(tx, who, Action.LIMITS_CHANGED, key.organization_id, **changes)
        return _page(system.settings, own, await usage(tx, key.organization_id))

    return wire.answer(await system.store.write(work))


def _page(settings: Settings, own: Mapping[Limit, int], used: Usage) -> dict[str, Any]:
    figures = {
        Limit.QUEUED_JOBS: used.queued_jobs,
        Limit.RUNNING_JOBS: used.running_jobs,
        Limit.TOKENS_PER_DAY: used.tokens_today,
        Limit.REQUESTS_PER_MINUTE: None,
    }
    ceilings = {Limit.QUEUED_JOBS: settings.max_queued_jobs}
    return {
        "data": [
            {"name": limit, "value": own.get(limit), "server_most": ceilings.get(limit), "used": figures[limit]}
            for limit in Limit
        ]
    }

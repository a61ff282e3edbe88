"""The audit log over HTTP."""

from typing import Any

from fastapi import APIRouter, Request, Response

from pressrun.api import wire
from pressrun.api.access import require
from pressrun.api.organization_schemas import AuditPage
from pressrun.api.pages import LARGEST, number, size_of
from pressrun.api.schemas import errors
from pressrun.api.state import system_of
from pressrun.errors import Code, PressrunError, Problem
from pressrun.organizations import audit
from pressrun.organizations.audit import Action, AuditEntry
from pressrun.organizations.keys import Scope

router = APIRouter(prefix="/v1/audit", tags=["operations"])

DEFAULT_ENTRIES = 100
MOST_ENTRIES = 1000


@router.get("", responses=errors(AuditPage, 400, 401, 403), summary="List what was done")
async def list_audit(
    request: Request, limit: str | None = None, before: str | None = None, action: str | None = None
) -> Response:
    """Who did what in this organization, the newest first; `before` goes on after the last entry of a page."""
    key = require(request, Scope.ADMIN)
    if action and action not in set(Action):
        known = ", ".join(Action)
        raise PressrunError(
            Code.INVALID, Problem(f"action must be one of {known}, not {action[:50]!r}", {"field": "action"})
        )
    size = size_of(limit, DEFAULT_ENTRIES, MOST_ENTRIES)
    first = number("before", before, LARGEST)
    found = await system_of(request).store.read(
        lambda tx: audit.entries(tx, key.organization_id, before=first, limit=size + 1, action=action or "")
    )
    return wire.answer({"data": [_shape(entry) for entry in found[:size]], "has_more": len(found) > size})


def _shape(entry: AuditEntry) -> dict[str, Any]:
    return {
        "id": str(entry.seq),
        "at": wire.timestamp(entry.at),
        "action": entry.action,
        "target": entry.target,
        "key_id": entry.key_id,
        "person_id": entry.person_id,
        "by": entry.by,
        "address": entry.address,
        "request_id": entry.request_id,
        "data": entry.data,
    }

"""What became of telling, over HTTP: the log of deliveries, and the secret of URLs that jobs bring along."""

from fastapi import APIRouter, Request, Response

from pressrun.api import webhook_wire, wire
from pressrun.api.access import actor, require
from pressrun.api.pages import LARGEST, size_of, storable
from pressrun.api.request_schemas import RotateRequest, body_of
from pressrun.api.schemas import errors
from pressrun.api.state import system_of
from pressrun.api.webhook_wire import DeliveryDetail, DeliveryPage, WebhookSecret
from pressrun.api.webhooks import rotated
from pressrun.errors import Code, PressrunError, Problem
from pressrun.organizations import audit
from pressrun.organizations.audit import Action
from pressrun.organizations.keys import Scope
from pressrun.store.store import Transaction
from pressrun.webhooks import delivery, secret
from pressrun.webhooks.delivery import Delivery, DeliveryState, Filter

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])

DEFAULT_DELIVERIES = 100
MOST_DELIVERIES = 1000


@router.get("/secret", responses=errors(WebhookSecret, 401, 403), summary="The secret of URLs given with jobs")
async def get_secret(request: Request) -> Response:
    """What messages to a job's or a batch's own `webhook_url` are signed with; it is made when first needed."""
    key = require(request, Scope.ADMIN)
    system = system_of(request)
    found = await system.store.write(lambda tx: secret.of_organization(tx, system.vault, key.organization_id))
    return wire.answer({"secret": found[0], "previous_until": None})


@router.post(
    "/secret/rotate",
    responses=errors(WebhookSecret, 400, 401, 403),
    openapi_extra=body_of(RotateRequest, required=False),
    summary="Rotate the secret of URLs given with jobs",
)
async def rotate_secret(request: Request) -> Response:
    """A new secret; for `grace_s` seconds (a day) messages are signed with the one before it too."""
    require(request, Scope.ADMIN)
    return await rotated(request, secret.ORGANIZATION)


@router.get("/deliveries", responses=errors(DeliveryPage, 400, 401, 403, 404), summary="List deliveries")
async def list_deliveries(
    request: Request,
    webhook_id: str = "",
    state: str = "",
    event: str = "",
    job_id: str = "",
    batch_id: str = "",
    before: str = "",
    limit: str | None = None,
) -> Response:
    """What was sent or is to be sent, the newest first; `before` goes on after the last delivery of a page."""
    key = require(request, Scope.ADMIN)
    if state and state not in set(DeliveryState):
        known = ", ".join(DeliveryState)
        raise PressrunError(
            Code.INVALID, Problem(f"state must be one of {known}, not {state[:50]!r}", {"field": "state"})
        )
    size = size_of(limit, DEFAULT_DELIVERIES, MOST_DELIVERIES)
    wanted = Filter(*(storable(value) for value in (webhook_id, state, event, job_id, batch_id)))

    async def work(tx: Transaction) -> list[Delivery]:
        first = LARGEST if not before else (await delivery.find(tx, key.organization_id, storable(before))).seq
        return await delivery.page(tx, key.organization_id, wanted, before=first, limit=size + 1)

    found = await system_of(request).store.read(work)
    shown = found[:size]
    return wire.answer(
        {
            "data": [webhook_wire.delivery(one) for one in shown],
            "has_more": len(found) > size,
            "last_id": shown[-1].id if shown else None,
        }
    )


@router.get("/deliveries/{delivery_id}", responses=errors(DeliveryDetail, 401, 403, 404), summary="Inspect a delivery")
async def get_delivery(request: Request, delivery_id: str) -> Response:
    """One delivery with its latest attempts."""
    key = require(request, Scope.ADMIN)
    name = storable(delivery_id)
    found = await system_of(request).store.read(lambda tx: delivery.find(tx, key.organization_id, name))
    return wire.answer(webhook_wire.delivery(found, log=True))


@router.post(
    "/deliveries/{delivery_id}/resend",
    status_code=202,
    responses=errors(DeliveryDetail, 401, 403, 404),
    summary="Send a message again",
)
async def resend(request: Request, delivery_id: str) -> Response:
    """Now, under the same `webhook-id`, and with the whole schedule before it; whatever became of it until now."""
    key = require(request, Scope.ADMIN)
    system, who, name = system_of(request), actor(request), storable(delivery_id)

    async def work(tx: Transaction) -> Delivery:
        again = await delivery.resend(tx, key.organization_id, name)
        await audit.record(tx, who, Action.WEBHOOK_RESENT, name, message_id=again.message_id)
        return again

    again = await system.store.write(work)
    system.store.bells.ring("webhooks")
    return wire.answer(webhook_wire.delivery(again, log=True), 202)

"""Webhook endpoints over HTTP."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response

from pressrun.agents.agent import find_agent
from pressrun.api import webhook_wire, wire
from pressrun.api.access import actor, require
from pressrun.api.json_body import Fields, read_object
from pressrun.api.pages import storable
from pressrun.api.request_schemas import RotateRequest, WebhookChange, WebhookRequest, body_of
from pressrun.api.schemas import Deleted, errors
from pressrun.api.state import system_of
from pressrun.api.webhook_fields import events_of, rules_of, webhook_url_of
from pressrun.api.webhook_wire import CreatedWebhook, DeliveryDetail, WebhookPage, WebhookSecret, WebhookShape
from pressrun.organizations import audit
from pressrun.organizations.audit import Action
from pressrun.organizations.keys import Scope
from pressrun.outgoing.lookup import check_host
from pressrun.store.store import Transaction
from pressrun.webhooks import endpoint, outbox, secret
from pressrun.webhooks.delivery import Delivery
from pressrun.webhooks.endpoint import DEFAULT_EVENTS, STOPPED, Endpoint, EndpointState, Wish

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"])

LONGEST_LIFETIME_S = 30 * 86_400


@router.get("", responses=errors(WebhookPage, 401, 403), summary="List webhooks")
async def list_webhooks(request: Request) -> Response:
    """Every endpoint; never its secret."""
    key = require(request, Scope.ADMIN)
    found = await system_of(request).store.read(lambda tx: endpoint.list_endpoints(tx, key.organization_id))
    return wire.answer({"data": [webhook_wire.webhook(one) for one in found]})


@router.post(
    "",
    status_code=201,
    responses=errors(CreatedWebhook, 400, 401, 403, 404, 409),
    openapi_extra=body_of(WebhookRequest),
    summary="Create a webhook",
)
async def create_webhook(request: Request) -> Response:
    """A new endpoint with a secret, shown in this answer and never again; what ends from now on is told."""
    key = require(request, Scope.ADMIN)
    values, _ = await read_object(request)
    fields = Fields(values)
    url = webhook_url_of(request, fields, "url")
    if values.get("url") is None:
        fields.fault("url", "url is required: where to send what happened")
    wish = _wish(fields, Wish(url or ""))
    lifetime_s = fields.whole("expires_in_s", 1, LONGEST_LIFETIME_S)
    reference = _reference(fields)
    fields.done(closed=True)
    system, who = system_of(request), actor(request)
    await check_host(wish.url, rules_of(system.settings))

    async def work(tx: Transaction) -> tuple[Endpoint, str]:
        of_agent = await _of_agent(tx, key.organization_id, wish, reference, given="application_id" in values)
        made = await endpoint.add(tx, key.organization_id, of_agent, lifetime_s=lifetime_s)
        token = await secret.make(tx, system.vault, key.organization_id, made.id)
        await audit.record(tx, who, Action.WEBHOOK_CREATED, made.id, url=made.wish.url)
        return made, token

    made, token = await system.store.write(work)
    return wire.answer({**webhook_wire.webhook(made), "secret": token}, 201)


@router.get("/{webhook_id}", responses=errors(WebhookShape, 401, 403, 404), summary="Retrieve a webhook")
async def get_webhook(request: Request, webhook_id: str) -> Response:
    """One endpoint; never its secret."""
    key = require(request, Scope.ADMIN)
    name = storable(webhook_id)
    found = await system_of(request).store.read(lambda tx: endpoint.find(tx, key.organization_id, name))
    return wire.answer(webhook_wire.webhook(found))


@router.patch(
    "/{webhook_id}",
    responses=errors(WebhookShape, 400, 401, 403, 404),
    openapi_extra=body_of(WebhookChange),
    summary="Change a webhook",
)
async def patch_webhook(request: Request, webhook_id: str) -> Response:
    """Change what is given; `state` disables an endpoint, or enables one that was disabled."""
    key = require(request, Scope.ADMIN)
    values, _ = await read_object(request)
    fields = Fields(values)
    url = webhook_url_of(request, fields, "url")
    state: str | None = fields.take("state", str, "a string")
    if state is not None and state not in set(EndpointState):
        fields.fault("state", f"state must be one of {', '.join(EndpointState)}, not {state[:50]!r}")
    _wish(fields, Wish(""))  # every fault is told before anything is looked up
    reference = _reference(fields)
    fields.done(closed=True)
    system, who, name = system_of(request), actor(request), storable(webhook_id)
    if url is not None:
        await check_host(url, rules_of(system.settings))

    async def work(tx: Transaction) -> Endpoint:
        found = await endpoint.find(tx, key.organization_id, name)
        wish = _wish(Fields(values), found.wish, url)
        wish = await _of_agent(tx, key.organization_id, wish, reference, given="application_id" in values)
        now = EndpointState(state or found.state)
        reason = STOPPED if now != found.state else found.reason
        changed = await endpoint.change(tx, key.organization_id, name, wish, now, reason)
        await audit.record(tx, who, Action.WEBHOOK_CHANGED, name, fields=sorted(values))
        return changed

    return wire.answer(webhook_wire.webhook(await system.store.write(work)))


@router.delete("/{webhook_id}", responses=errors(Deleted, 401, 403, 404), summary="Remove a webhook")
async def delete_webhook(request: Request, webhook_id: str) -> Response:
    """The endpoint is told nothing more; what was not delivered yet has failed, and stays in the log."""
    key = require(request, Scope.ADMIN)
    who, name = actor(request), storable(webhook_id)

    async def work(tx: Transaction) -> None:
        gone = await endpoint.remove(tx, key.organization_id, name)
        await audit.record(tx, who, Action.WEBHOOK_REMOVED, name, url=gone.wish.url)

    await system_of(request).store.write(work)
    return wire.answer({"id": webhook_id, "deleted": True})


@router.post(
    "/{webhook_id}/rotate",
    responses=errors(WebhookSecret, 400, 401, 403, 404),
    openapi_extra=body_of(RotateRequest, required=False),
    summary="Rotate a webhook's secret",
)
async def rotate_webhook(request: Request, webhook_id: str) -> Response:
    """A new secret, shown this once; for `grace_s` seconds (a day) deliveries are signed with the one before it too."""
    require(request, Scope.ADMIN)
    return await rotated(request, storable(webhook_id))


@router.post(
    "/{webhook_id}/test",
    status_code=202,
    responses=errors(DeliveryDetail, 401, 403, 404),
    summary="Test a webhook",
)
async def test_webhook(request: Request, webhook_id: str) -> Response:
    """Send a message of type `webhook.test`, once; GET the delivery to see what came of it."""
    key = require(request, Scope.ADMIN)
    system, who, name = system_of(request), actor(request), storable(webhook_id)

    async def work(tx: Transaction) -> Delivery:
        found = await endpoint.find(tx, key.organization_id, name)
        made = Delivery.from_row(await outbox.send_test(tx, found))
        await audit.record(tx, who, Action.WEBHOOK_TESTED, name, delivery=made.id)
        return made

    made = await system.store.write(work)
    system.store.bells.ring("webhooks")
    return wire.answer(webhook_wire.delivery(made, log=True), 202)


async def rotated(request: Request, webhook_id: str) -> Response:
    """The next secret of an endpoint, or of the organization's own URLs."""
    organization_id, system, who = actor(request).organization_id, system_of(request), actor(request)
    values, _ = await read_object(request, empty_is={})
    fields = Fields(values)
    grace_s = fields.whole("grace_s", 0, secret.LONGEST_GRACE_S, secret.DEFAULT_GRACE_S)
    fields.done(closed=True)
    assert grace_s is not None

    async def work(tx: Transaction) -> tuple[str, int]:
        if webhook_id == secret.ORGANIZATION:
            await secret.of_organization(tx, system.vault, organization_id)
        made = await secret.rotate(tx, system.vault, organization_id, webhook_id, grace_s)
        await audit.record(tx, who, Action.WEBHOOK_ROTATED, webhook_id or "urls", grace_s=grace_s)
        return made

    token, previous_until = await system.store.write(work)
    return wire.answer({"secret": token, "previous_until": wire.timestamp(previous_until)})


def _wish(fields: Fields, now: Wish, url: str | None = None) -> Wish:
    name: str = fields.take("name", str, "a string", now.name)
    rows: bool = fields.take("rows", bool, "true or false", now.rows)
    return Wish(url or now.url, name, now.agent_id, events_of(fields, now.events or DEFAULT_EVENTS), rows=rows)


def _reference(fields: Fields) -> str | None:
    reference: str | None = fields.take("application_id", str, "a string")
    return None if reference is None else storable(reference)


async def _of_agent(tx: Transaction, organization_id: str, wish: Wish, reference: str | None, *, given: bool) -> Wish:
    """The wish with the agent that was named; null takes it away."""
    if not given:
        return wish
    agent_id = None if reference is None else (await find_agent(tx, organization_id, reference)).id
    values: Mapping[str, Any] = {"name": wish.name, "events": wish.events, "rows": wish.rows}
    return Wish(wish.url, agent_id=agent_id, **values)

"""Endpoints and deliveries as the API shows them."""

from typing import Any

from pressrun.api import wire
from pressrun.api.schemas import Shape
from pressrun.webhooks.delivery import Attempt, Delivery, DeliveryState
from pressrun.webhooks.endpoint import Endpoint


class WebhookShape(Shape):
    """An endpoint, without its secret; `reason` tells why it is disabled."""

    id: str
    name: str
    url: str
    events: list[str]
    application_id: str | None
    rows: bool
    state: str
    reason: str | None
    failing_since: str | None
    expires_at: str | None
    created_at: str
    updated_at: str


class CreatedWebhook(WebhookShape):
    """A new endpoint: the only time its secret is shown."""

    secret: str


class WebhookPage(Shape):
    """All endpoints."""

    data: list[WebhookShape]


class WebhookSecret(Shape):
    """What deliveries are signed with from now on; until `previous_until` with the secret before it too."""

    secret: str
    previous_until: str | None


class AttemptShape(Shape):
    """One attempt; `status` null: there was no answer."""

    at: str
    duration_ms: int
    status: int | None
    error: str | None


class DeliveryShape(Shape):
    """One message for one URL; `id` names the delivery, `message_id` is what the receiver sees as webhook-id."""

    id: str
    webhook_id: str | None
    message_id: str
    event: str
    url: str
    job_id: str | None
    batch_id: str | None
    state: str
    attempts: int
    next_attempt_at: str | None
    error: str | None
    created_at: str
    updated_at: str
    delivered_at: str | None


class DeliveryDetail(DeliveryShape):
    """The same with its latest attempts, the oldest first."""

    log: list[AttemptShape]


class DeliveryPage(Shape):
    """Deliveries, the newest first; `last_id` goes on as `before`."""

    data: list[DeliveryShape]
    has_more: bool
    last_id: str | None


def webhook(endpoint: Endpoint) -> dict[str, Any]:
    """An endpoint."""
    wish = endpoint.wish
    return {
        "id": endpoint.id,
        "name": wish.name,
        "url": wish.url,
        "events": sorted(wish.events),
        "application_id": wish.agent_id,
        "rows": wish.rows,
        "state": endpoint.state,
        "reason": endpoint.reason,
        "failing_since": wire.maybe_timestamp(endpoint.failing_since),
        "expires_at": wire.maybe_timestamp(endpoint.expires_at),
        "created_at": wire.timestamp(endpoint.created_at),
        "updated_at": wire.timestamp(endpoint.updated_at),
    }


def delivery(one: Delivery, *, log: bool = False) -> dict[str, Any]:
    """A delivery; with its `log` of attempts when one is asked for."""
    shown = {
        "id": one.id,
        "webhook_id": one.webhook_id or None,
        "message_id": one.message_id,
        "event": one.event,
        "url": one.url,
        "job_id": one.job_id or None,
        "batch_id": one.batch_id or None,
        "state": one.state,
        "attempts": one.attempts,
        "next_attempt_at": wire.timestamp(one.next_at) if one.state == DeliveryState.PENDING else None,
        "error": one.error,
        "created_at": wire.timestamp(one.created_at),
        "updated_at": wire.timestamp(one.updated_at),
        "delivered_at": wire.maybe_timestamp(one.delivered_at),
    }
    return {**shown, "log": [_attempt(attempt) for attempt in one.log]} if log else shown


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "at": wire.timestamp(attempt.at),
        "duration_ms": attempt.duration_ms,
        "status": attempt.status,
        "error": attempt.error,
    }

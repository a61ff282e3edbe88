"""The body of a delivery, in the form Standard Webhooks recommends: type, timestamp, data."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from pressrun.store.store import Transaction
from pressrun.webhooks.delivery import Delivery
from pressrun.webhooks.endpoint import TEST

LARGEST_BODY = 128 * 2**10
"""Bytes; what would be larger goes without texts, which `href` leads to."""

TEXTS = ("data", "inputs")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Describe = Callable[[Transaction, Delivery], Awaitable[Mapping[str, Any] | None]]
"""A job or a batch as the API shows it now; None when it is gone, or is not any more what the message tells of."""


def body(delivery: Delivery, subject: Mapping[str, Any] | None) -> bytes:
    """The bytes to sign and send; of a subject that is gone or has moved on, no more than its id and what happened."""
    data = subject
    if delivery.event == TEST:
        data = {"message": "This is a test: the endpoint was reached, and the signature shows by whom."}
    elif data is None:
        data = _told(delivery)
    whole = _encoded(delivery, data)
    if len(whole) <= LARGEST_BODY:
        return whole
    left = {name: value for name, value in data.items() if name not in TEXTS}
    return _encoded(delivery, {**left, "omitted": [name for name in TEXTS if name in data]})


def _told(delivery: Delivery) -> dict[str, Any]:
    state = delivery.event.rpartition(".")[2]
    known = {"generation": delivery.payload["generation"]} if "generation" in delivery.payload else {}
    return {"id": delivery.job_id or delivery.batch_id, "state": state, **known, "superseded": True}


def _encoded(delivery: Delivery, data: Mapping[str, Any]) -> bytes:
    at = EPOCH + timedelta(microseconds=delivery.occurred_at or delivery.created_at)
    timestamp = at.isoformat(timespec="microseconds").replace("+00:00", "Z")
    return msgspec.json.encode({"type": delivery.event, "timestamp": timestamp, "data": data})

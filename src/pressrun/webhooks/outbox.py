"""From what happened to who is told: each message of the outbox becomes a delivery for every URL that wants it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from pressrun.ids import new_id
from pressrun.jobs.outbox import Listener, list_listeners
from pressrun.store.store import Row, Transaction
from pressrun.webhooks.endpoint import TEST, Endpoint

FAN_OUT_LIMIT = 200
"""Messages taken in one transaction."""

NO_ATTEMPTS = b"[]"


async def fan_out(tx: Transaction) -> int:
    """Turn some messages into deliveries; how many messages were taken, 0 when none is left."""
    messages = sorted(await tx.all("take_outbox", limit=FAN_OUT_LIMIT), key=lambda row: int(row["seq"]))
    listeners: dict[str, list[Listener]] = {}
    for organization_id in sorted({row["organization_id"] for row in messages}):
        listeners[organization_id] = await list_listeners(tx, organization_id)
    deliveries = [one for row in messages for one in await _deliveries(tx, row, listeners[row["organization_id"]])]
    await tx.each("add_webhook_delivery", deliveries)
    return len(messages)


async def remember(
    tx: Transaction, organization_id: str, url: str, *, job_id: str | None = None, batch_id: str | None = None
) -> None:
    """Note where the sender of a job or a batch wants to hear of its end; in the transaction that accepts it.

    The URL was checked with `outgoing.target.check_url`.
    """
    await tx.run(
        "remember_webhook_url",
        organization_id=organization_id,
        job_id=job_id or "",
        batch_id=batch_id or "",
        url=url,
    )


async def send_test(tx: Transaction, endpoint: Endpoint) -> Row:
    """A message that says nothing, for one endpoint; the row of its delivery."""
    message = {"organization_id": endpoint.organization_id, "id": new_id(), "event": TEST, "payload": b"{}"}
    row = await tx.one(
        "add_webhook_delivery",
        **_delivery({**message, "job_id": "", "batch_id": "", "created_at": 0}, endpoint.id, endpoint.wish.url),
    )
    assert row is not None
    return row


async def _deliveries(tx: Transaction, message: Row, listeners: Sequence[Listener]) -> Iterable[Mapping[str, Any]]:
    payload = msgspec.json.decode(message["payload"], type=dict[str, Any])
    organization_id, job_id, batch_id = message["organization_id"], message["job_id"], message["batch_id"]
    agent_id, is_row = payload.get("agent_id"), bool(job_id and payload.get("batch_id"))
    if agent_id is None:
        found = await tx.one("find_batch_agent", organization_id=organization_id, batch_id=batch_id)
        agent_id = "" if found is None else str(found["agent_id"])
    wanting = [one for one in listeners if one.wants(message["event"], agent_id, is_row=is_row)]
    own = await tx.one("find_webhook_url", organization_id=organization_id, job_id=job_id, batch_id=batch_id)
    return [
        *(_delivery(message, one.id, one.url) for one in wanting),
        *([] if own is None else [_delivery(message, "", own["url"])]),
    ]


def _delivery(message: Mapping[str, Any], webhook_id: str, url: str) -> dict[str, Any]:
    return {
        "id": new_id(),
        "organization_id": message["organization_id"],
        "webhook_id": webhook_id,
        "lane": webhook_id or f"{message['organization_id']} {_origin(url)}",
        "url": url,
        "message_id": message["id"],
        "event": message["event"],
        "job_id": message["job_id"],
        "batch_id": message["batch_id"],
        "payload": message["payload"],
        "occurred_at": message["created_at"],
        "log": NO_ATTEMPTS,
    }


def _origin(url: str) -> str:
    """What may be slow as a whole when many jobs bring URLs of one host along."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0].partition('?')[0]}"

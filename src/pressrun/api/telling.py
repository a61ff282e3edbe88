"""Webhooks of a server: jobs as the API shows them, sent by each of its API processes."""

import random
from collections.abc import Mapping
from typing import Any

from pressrun.api import batch_wire, wire
from pressrun.api.webhook_fields import rules_of
from pressrun.batches import read as batches
from pressrun.batches.batch import State
from pressrun.jobs import read
from pressrun.store.store import Transaction
from pressrun.system import System
from pressrun.webhooks.delivery import Delivery
from pressrun.webhooks.endpoint import Event
from pressrun.webhooks.sender import Outgoing, Sender

STATES: Mapping[str, set[State]] = {
    Event.BATCH_COMPLETED: {State.COMPLETED, State.COMPLETED_WITH_ERRORS},
    Event.BATCH_CANCELLED: {State.CANCELLED},
}
"""In which states a batch is what a message tells of it."""


def sender_of(system: System) -> Sender:
    """A sender for every organization of a system."""

    def connect() -> Outgoing:
        # Every start would wait for aiohttp, and most servers send nothing.
        from pressrun.outgoing import client  # noqa: PLC0415 - see above

        return client.Outgoing(rules_of(system.settings))

    return Sender(system.store, system.vault, describe, connect, random=random.SystemRandom().random)


async def describe(tx: Transaction, delivery: Delivery) -> Mapping[str, Any] | None:
    """What a message tells of, as GET shows it; None when it is gone, or has been started anew since."""
    if not delivery.job_id:
        return await _describe_batch(tx, delivery)
    job = await read.find(tx, delivery.organization_id, delivery.job_id)
    if job is None or job.generation != delivery.payload.get("generation"):
        return None
    return {**wire.job(job), "href": f"/v1/applications/jobs/{job.id}"}


async def _describe_batch(tx: Transaction, delivery: Delivery) -> Mapping[str, Any] | None:
    """A batch that still is what the message tells; one that was paused may run again, and is shown as it is."""
    batch = await batches.find(tx, delivery.organization_id, delivery.batch_id)
    if batch is None or batch.state not in STATES.get(delivery.event, set(State)):
        return None
    shown = batch_wire.batch(batch, await batches.errors(tx, batch))
    return {**shown, "href": f"/v1/batches/{batch.id}"}

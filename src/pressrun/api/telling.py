"""Webhooks of a server: jobs as the API shows them, sent by each of its API processes."""

import random
from collections.abc import Mapping
from typing import Any

from pressrun.api import wire
from pressrun.api.webhook_fields import rules_of
from pressrun.jobs import read
from pressrun.store.store import Transaction
from pressrun.system import System
from pressrun.webhooks.delivery import Delivery
from pressrun.webhooks.sender import Outgoing, Sender


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
        return None
    job = await read.find(tx, delivery.organization_id, delivery.job_id)
    if job is None or job.generation != delivery.payload.get("generation"):
        return None
    return {**wire.job(job), "href": f"/v1/applications/jobs/{job.id}"}

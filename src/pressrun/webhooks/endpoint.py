"""Endpoints: URLs of an organization that are told when its jobs and batches have ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pressrun.errors import Code, PressrunError, Problem
from pressrun.ids import new_id
from pressrun.store.clock import SECOND
from pressrun.store.store import Row, Transaction

MOST_ENDPOINTS = 100
"""Of one organization: each is looked at whenever a job ends."""

LONGEST_NAME = 100


class Event(StrEnum):
    """What a webhook may tell; docs/webhooks.md says when."""

    JOB_COMPLETED = "job.completed"
    JOB_FAILED = "job.failed"
    JOB_CANCELLED = "job.cancelled"
    BATCH_COMPLETED = "batch.completed"
    BATCH_CANCELLED = "batch.cancelled"
    BATCH_PAUSED = "batch.paused"


TEST = "webhook.test"
"""The event of a message that somebody asked for to see it arrive."""

DEFAULT_EVENTS = frozenset(Event) - {Event.BATCH_PAUSED}
"""Everything that is an end."""


STOPPED = "an administrator disabled it"
"""The reason of an endpoint that is not told anything because somebody wanted that."""


class EndpointState(StrEnum):
    """Whether an endpoint is told anything."""

    ENABLED = "enabled"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Wish:
    """What an endpoint is to be told and where. `agent_id` None means every agent, `rows` the jobs of batches too."""

    url: str
    name: str = ""
    agent_id: str | None = None
    events: frozenset[Event] = DEFAULT_EVENTS
    rows: bool = False


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint as it stands. Times are microseconds since the epoch; `reason` tells why it is disabled."""

    id: str
    organization_id: str
    wish: Wish
    state: EndpointState
    reason: str | None
    failing_since: int | None
    expires_at: int | None
    created_at: int
    updated_at: int

    @classmethod
    def from_row(cls, row: Row) -> "Endpoint":
        """An endpoint from a row of `webhooks`."""
        events = frozenset(Event(word) for word in row["events"].split())
        return cls(
            row["id"],
            row["organization_id"],
            Wish(row["url"], row["name"], row["agent_id"] or None, events, rows=bool(row["batch_rows"])),
            EndpointState(row["state"]),
            row["reason"],
            row["failing_since"],
            row["expires_at"],
            row["created_at"],
            row["updated_at"],
        )


async def add(tx: Transaction, organization_id: str, wish: Wish, *, lifetime_s: int | None = None) -> Endpoint:
    """A new endpoint, removed by itself after `lifetime_s` seconds; raises PressrunError (invalid, conflict).

    Whatever ends once this is committed is told.
    """
    _check(wish)
    await tx.one("lock_listening")
    counted = await tx.one("count_webhooks", organization_id=organization_id)
    if counted is not None and counted["webhooks"] >= MOST_ENDPOINTS:
        raise PressrunError(Code.CONFLICT, f"there are {MOST_ENDPOINTS} webhooks, which is the most: remove one first")
    row = await tx.one(
        "add_webhook",
        webhook_id=new_id(),
        organization_id=organization_id,
        lifetime_us=None if lifetime_s is None else lifetime_s * SECOND,
        **_values(wish),
    )
    assert row is not None
    return Endpoint.from_row(row)


async def find(tx: Transaction, organization_id: str, webhook_id: str) -> Endpoint:
    """One endpoint; raises PressrunError (not_found)."""
    row = await tx.one("find_webhook", organization_id=organization_id, webhook_id=webhook_id)
    if row is None:
        raise no_webhook(webhook_id)
    return Endpoint.from_row(row)


async def list_endpoints(tx: Transaction, organization_id: str) -> list[Endpoint]:
    """Every endpoint, the newest first."""
    return [Endpoint.from_row(row) for row in await tx.all("list_webhooks", organization_id=organization_id)]


async def change(
    tx: Transaction, organization_id: str, webhook_id: str, wish: Wish, state: EndpointState, reason: str | None
) -> Endpoint:
    """An endpoint as it is to be; raises PressrunError (invalid, not_found)."""
    _check(wish)
    await tx.one("lock_listening")
    row = await tx.one(
        "change_webhook",
        organization_id=organization_id,
        webhook_id=webhook_id,
        state=state,
        reason=None if state == EndpointState.ENABLED else reason,
        **_values(wish),
    )
    if row is None:
        raise no_webhook(webhook_id)
    return Endpoint.from_row(row)


async def remove(tx: Transaction, organization_id: str, webhook_id: str) -> Endpoint:
    """An endpoint is no more, nor its secret; what was not delivered yet has failed. Raises PressrunError."""
    row = await tx.one("remove_webhook", organization_id=organization_id, webhook_id=webhook_id)
    if row is None:
        raise no_webhook(webhook_id)
    await tx.run("remove_webhook_secret", organization_id=organization_id, webhook_id=webhook_id)
    return Endpoint.from_row(row)


def no_webhook(webhook_id: str) -> PressrunError:
    """There is none, or none of this organization."""
    return PressrunError(Code.NOT_FOUND, f"there is no webhook {webhook_id[:100]!r} that this key may see")


def _check(wish: Wish) -> None:
    if len(wish.name) > LONGEST_NAME or (wish.name and not wish.name.isprintable()):
        message = f"name must be printable and have at most {LONGEST_NAME} characters"
        raise PressrunError(Code.INVALID, Problem(message, {"field": "name"}))
    if not wish.events:
        raise PressrunError(Code.INVALID, Problem("events must name at least one event", {"field": "events"}))


def _values(wish: Wish) -> Mapping[str, Any]:
    return {
        "agent_id": wish.agent_id or "",
        "name": wish.name,
        "url": wish.url,
        "events": " ".join(sorted(wish.events)),
        "batch_rows": int(wish.rows),
    }

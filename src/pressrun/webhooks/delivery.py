"""One message for one URL: claimed under a token, tried, and settled by whoever still holds it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec

from pressrun.errors import Code, PressrunError
from pressrun.store.clock import SECOND
from pressrun.store.store import Row, Transaction

LEASE_S = 40
"""How long a claim holds: longer than any attempt takes, or another sender would make it too."""

LOG_LIMIT = 20
"""Attempts of one delivery that are kept, the newest."""

LONGEST_ERROR = 300


class DeliveryState(StrEnum):
    """Where a delivery stands: pending → delivered | failed, and pending again when it is sent anew."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class Attempt(msgspec.Struct, frozen=True):
    """One attempt: when it began (microseconds since the epoch), what it came to, how long it took."""

    at: int
    duration_ms: int
    status: int | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery as it stands. Times are microseconds since the epoch; `webhook_id` is empty for a job's own URL.

    `attempts` counts all, `tries` those since it was last sent anew; `payload` is what the outbox said.
    """

    seq: int
    id: str
    organization_id: str
    webhook_id: str
    lane: str
    url: str
    message_id: str
    event: str
    job_id: str
    batch_id: str
    payload: Mapping[str, Any]
    occurred_at: int
    state: DeliveryState
    attempts: int
    tries: int
    next_at: int
    lease_token: str | None
    error: str | None
    log: tuple[Attempt, ...]
    created_at: int
    updated_at: int
    delivered_at: int | None

    @classmethod
    def from_row(cls, row: Row) -> "Delivery":
        """A delivery from a row of `webhook_deliveries`."""
        values = {name: row[name] for name in cls.__dataclass_fields__}
        values["state"] = DeliveryState(row["state"])
        values["payload"] = msgspec.json.decode(row["payload"], type=dict[str, Any])
        values["log"] = msgspec.json.decode(row["log"], type=tuple[Attempt, ...])
        return cls(**values)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an attempt came to: `wait_s` until the next one, where the state is pending.

    `attempt` None: none was made. `well`: the endpoint took the message; `gone`: it takes none any more.
    """

    state: DeliveryState
    attempt: Attempt | None
    error: str | None = None
    wait_s: float = 0.0
    well: bool = False
    gone: bool = False


async def claim(tx: Transaction, lane: str, lease_token: str, limit: int) -> list[Delivery]:
    """Take what is due in a lane, the longest due first."""
    rows = await tx.all(
        "claim_webhook_deliveries", lane=lane, lease_token=lease_token, limit=limit, lease_us=LEASE_S * SECOND
    )
    return [Delivery.from_row(row) for row in sorted(rows, key=lambda row: int(row["seq"]))]


async def settle(tx: Transaction, held: Delivery, verdict: Verdict) -> bool:
    """Record what an attempt came to; False when the claim was lost and nothing was changed."""
    log = [*held.log, verdict.attempt] if verdict.attempt is not None else list(held.log)
    row = await tx.one(
        "settle_webhook_delivery",
        id=held.id,
        lease_token=held.lease_token,
        state=verdict.state,
        attempted=int(verdict.attempt is not None),
        wait_us=int(verdict.wait_s * SECOND),
        error=None if verdict.error is None else verdict.error[:LONGEST_ERROR],
        log=msgspec.json.encode(log[-LOG_LIMIT:]),
    )
    return row is not None


async def release(tx: Transaction, held: Sequence[Delivery]) -> None:
    """Give back what was claimed and not tried."""
    for one in held:
        await tx.run("release_webhook_delivery", id=one.id, lease_token=one.lease_token)


async def resend(tx: Transaction, organization_id: str, delivery_id: str) -> Delivery:
    """Send a message again, now, with the whole schedule before it; raises PressrunError (not_found)."""
    row = await tx.one("resend_webhook_delivery", id=delivery_id, organization_id=organization_id)
    return _found(row, delivery_id)


async def find(tx: Transaction, organization_id: str, delivery_id: str) -> Delivery:
    """One delivery; raises PressrunError (not_found)."""
    row = await tx.one("find_webhook_delivery", id=delivery_id, organization_id=organization_id)
    return _found(row, delivery_id)


@dataclass(frozen=True, slots=True)
class Filter:
    """Which deliveries are meant; what is empty is no condition."""

    webhook_id: str = ""
    state: str = ""
    event: str = ""
    job_id: str = ""
    batch_id: str = ""


async def page(tx: Transaction, organization_id: str, wanted: Filter, *, before: int, limit: int) -> list[Delivery]:
    """Deliveries with a `seq` below `before`, the newest first."""
    rows = await tx.all(
        "list_webhook_deliveries",
        organization_id=organization_id,
        webhook_id=wanted.webhook_id,
        state=wanted.state,
        event=wanted.event,
        job_id=wanted.job_id,
        batch_id=wanted.batch_id,
        before=before,
        limit=limit,
    )
    return [Delivery.from_row(row) for row in rows]


def _found(row: Row | None, delivery_id: str) -> Delivery:
    if row is None:
        raise PressrunError(Code.NOT_FOUND, f"there is no delivery {delivery_id[:100]!r} that this key may see")
    return Delivery.from_row(row)

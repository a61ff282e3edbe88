"""How telling goes, over all organizations: for metrics and for `pressrun doctor`."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from pressrun.jobs.counts import SLOT
from pressrun.store.clock import SECOND
from pressrun.store.store import Transaction
from pressrun.webhooks.delivery import Delivery, DeliveryState, Verdict
from pressrun.webhooks.endpoint import STOPPED, EndpointState


@dataclass(frozen=True, slots=True)
class WebhookFigures:
    """Deliveries that have ended, by how; endpoints by state, and those that take nothing at the moment.

    `outbox_s` is how long the oldest end waits to become messages, `pending_s` how long ago the oldest message was made
    that has not arrived; 0 for none.
    """

    ended: dict[DeliveryState, int]
    endpoints: dict[EndpointState, int]
    failing: int
    outbox_s: float
    pending_s: float


@dataclass(frozen=True, slots=True)
class Unwell:
    """An endpoint that takes nothing: for how long, or why the server tells it nothing more."""

    id: str
    name: str
    failing_s: float
    disabled_reason: str | None


async def unwell(tx: Transaction, patience_us: int) -> list[Unwell]:
    """Endpoints that failed for longer than `patience_us`, and those that were disabled for that."""
    rows = await tx.all("list_unwell_webhooks", patience_us=patience_us, wanted=STOPPED)
    return [
        Unwell(
            row["id"],
            row["name"],
            (row["failing_us"] or 0) / SECOND,
            row["reason"] if row["state"] == EndpointState.DISABLED else None,
        )
        for row in rows
    ]


async def figures(tx: Transaction) -> WebhookFigures:
    """As they stand."""
    endpoints = await tx.all("count_webhook_states")
    delays = await tx.one("find_webhook_delays")
    assert delays is not None
    return WebhookFigures(
        ended={DeliveryState(row["outcome"]): int(row["deliveries"]) for row in await tx.all("list_webhook_counts")},
        endpoints={EndpointState(row["state"]): int(row["webhooks"]) for row in endpoints},
        failing=sum(int(row["failing"]) for row in endpoints if row["state"] == EndpointState.ENABLED),
        outbox_s=(delays["outbox_us"] or 0) / SECOND,
        pending_s=(delays["pending_us"] or 0) / SECOND,
    )


async def count(tx: Transaction, ended: Iterable[tuple[Delivery, Verdict]]) -> None:
    """Count deliveries that came to an end; those that are tried again are none."""
    numbers = Counter(
        (held.organization_id, verdict.state) for held, verdict in ended if verdict.state != DeliveryState.PENDING
    )
    # In order, so that two transactions never wait for each other's rows.
    await tx.each(
        "add_to_webhook_counts",
        [
            {"organization_id": organization_id, "outcome": outcome, "slot": SLOT, "deliveries": deliveries}
            for (organization_id, outcome), deliveries in sorted(numbers.items())
        ],
    )

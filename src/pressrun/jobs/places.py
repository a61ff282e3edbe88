"""Limits that an organization has over all its agents, for the dealing of free slots.

They are given to the dealer as one more model that every job of the organization asks, and so they hold exactly.
"""

from collections.abc import Sequence
from dataclasses import replace

from pressrun.jobs.lanes import Lane, ModelLimits
from pressrun.store.store import Transaction

ORGANIZATION = "\x00organization"
"""Not the name of any model: those have no control characters."""


async def with_organization_limits(
    tx: Transaction, lanes: Sequence[Lane], limits: ModelLimits
) -> tuple[list[Lane], ModelLimits]:
    """The lanes and limits, with the jobs an organization may run at once: none when its day's tokens are spent."""
    most: dict[str, int] = {}
    for row in await tx.all("list_claim_limits"):
        organization_id, value = row["organization_id"], int(row["value"])
        if row["name"] == "tokens_per_day":
            if row["tokens_today"] < value:
                continue
            value = 0
        most[organization_id] = min(value, most.get(organization_id, value))
    if not most:
        return list(lanes), limits
    limited = [
        replace(lane, models=(*lane.models, ORGANIZATION)) if lane.organization_id in most else lane for lane in lanes
    ]
    return limited, {**limits, **{(organization_id, ORGANIZATION): value for organization_id, value in most.items()}}

"""What an organization may use. The limits are kept in the store, so that they hold over all processes together.

Limits of money come with batches and their prices; they will be one more name here.
"""

from collections.abc import Mapping
from enum import StrEnum

from pressrun.errors import LimitError
from pressrun.organizations.keys import Key
from pressrun.store.store import Transaction

LARGEST = 2**53
MINUTE_S = 60


class Limit(StrEnum):
    """The limits there are; an organization has none of them unless somebody sets it."""

    QUEUED_JOBS = "queued_jobs"
    RUNNING_JOBS = "running_jobs"
    TOKENS_PER_DAY = "tokens_per_day"
    REQUESTS_PER_MINUTE = "requests_per_minute"


LOWEST = {
    Limit.QUEUED_JOBS: 0,
    Limit.RUNNING_JOBS: 0,
    Limit.TOKENS_PER_DAY: 0,
    Limit.REQUESTS_PER_MINUTE: 1,  # with none at all nobody could ever raise it again
}


async def find_limits(tx: Transaction, organization_id: str) -> dict[Limit, int]:
    """The limits an organization has of its own."""
    rows = await tx.all("list_limits", organization_id=organization_id)
    return {Limit(row["name"]): int(row["value"]) for row in rows}


async def change_limits(tx: Transaction, organization_id: str, changes: Mapping[Limit, int | None]) -> dict[Limit, int]:
    """The limits after some were set, and those that are None in `changes` were taken away."""
    for name, value in changes.items():
        if value is None:
            await tx.run("clear_limit", organization_id=organization_id, name=name)
        else:
            await tx.run("set_limit", organization_id=organization_id, name=name, value=value)
    return await find_limits(tx, organization_id)


async def spend_request(tx: Transaction, key: Key) -> int:
    """Count one request of a key that has a limit; how many are left in this minute. Raises LimitError when none is."""
    most = key.requests_per_minute
    assert most is not None
    row = await tx.one("spend_request", organization_id=key.organization_id, key_id=key.id, most=most)
    if row is None:
        raise LimitError(
            f"this key may send {most:,} requests a minute", Limit.REQUESTS_PER_MINUTE, most, MINUTE_S, retry_after_s=10
        )
    return most - int(row["requests"])

"""What an organization uses at the moment, and what it has spent today, told by the counters."""

from dataclasses import dataclass

from pressrun.store.store import Transaction


@dataclass(frozen=True, slots=True)
class Usage:
    """Jobs and tokens of an organization, with its own limits of them; a day is one of UTC."""

    queued_jobs: int
    running_jobs: int
    tokens_today: int
    most_queued_jobs: int | None
    most_tokens: int | None
    day_left_s: int


async def usage(tx: Transaction, organization_id: str) -> Usage:
    """As it stands."""
    row = await tx.one("find_usage", organization_id=organization_id)
    assert row is not None
    return Usage(**{name: row[name] for name in Usage.__dataclass_fields__})

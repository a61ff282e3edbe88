"""Tokens that organizations spend, counted by the day (UTC), so that a day can have an end."""

from collections import Counter
from collections.abc import Iterable

from pressrun.jobs.counts import SLOT
from pressrun.store.store import Transaction

KEEP_DAYS = 62


async def spend(tx: Transaction, spent: Iterable[tuple[str, int]]) -> None:
    """Add tokens, each number with its organization."""
    sums: Counter[str] = Counter()
    for organization_id, tokens in spent:
        sums[organization_id] += tokens
    await tx.each(
        "add_tokens",
        [
            {"organization_id": organization_id, "slot": SLOT, "tokens": tokens}
            for organization_id, tokens in sorted(sums.items())
            if tokens
        ],
    )

"""How the models of an organization stand with their providers, and what of their limits is used."""

from collections.abc import Mapping
from dataclasses import dataclass

from pressrun.accounts.window import MINUTE_S
from pressrun.store.store import Transaction


@dataclass(frozen=True, slots=True)
class Used:
    """What an account was permitted in the last minute, and how many of its calls are under way."""

    requests: int = 0
    tokens: int = 0
    running: int = 0


async def used(tx: Transaction, organization_id: str) -> Mapping[str, Used]:
    """By account, for those that were asked lately; the account of a model without one has the model's name."""
    windows = await tx.all("list_windows", span_s=MINUTE_S)
    permits = {
        row["account"]: int(row["permits"])
        for row in await tx.all("list_permit_counts")
        if row["organization_id"] == organization_id
    }
    sums: dict[str, tuple[int, int]] = {}
    for row in windows:
        if row["organization_id"] == organization_id:
            requests, tokens = sums.get(row["account"], (0, 0))
            sums[row["account"]] = requests + int(row["requests"]), tokens + int(row["tokens"])
    return {account: Used(*sums.get(account, (0, 0)), permits.get(account, 0)) for account in {*sums, *permits}}

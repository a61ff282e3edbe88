"""What model calls cost, in the books: a row for each day, agent, batch, key and model, so that any sum is quick.

Written in the transaction that adds the same to the job, so that the sum over jobs is the sum of the books.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

from pressrun.jobs.counts import SLOT
from pressrun.jobs.outcome import Call
from pressrun.money import Nano
from pressrun.store.store import Row, Transaction, Value

GROUPS = ("day", "agent", "batch", "key", "model")
"""What usage can be grouped by."""

DAY_S = 86_400

KEEP_DAYS = 800
"""Days that the books go back: two years and the month one compares with."""


@dataclass(frozen=True, slots=True)
class Spender:
    """For whom a call was made; empty texts for what there is none of."""

    organization_id: str
    agent_id: str
    batch_id: str = ""
    key_id: str = ""

    @classmethod
    def from_row(cls, row: Row) -> "Spender":
        """From a row of `jobs` that a query returned."""
        return cls(row["organization_id"], row["agent_id"], row["batch_id"] or "", row["key_id"] or "")


@dataclass(frozen=True, slots=True)
class Spent:
    """What some calls took: tokens, and nano-dollars of those whose cost is known; None when that is none of them.

    `cached_prompt_tokens` are among `prompt_tokens`, `reask_cost` in `cost`.
    """

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_prompt_tokens: int = 0
    cost: Nano | None = None
    unpriced_calls: int = 0
    reasks: int = 0
    reask_cost: Nano = 0

    @property
    def values(self) -> dict[str, Value]:
        """As parameters of the queries that add it to a job."""
        return {name: getattr(self, name) for name in SPENT_COLUMNS}


SPENT_COLUMNS = tuple(field.name for field in fields(Spent))


def spent_on(calls: Iterable[Call]) -> Spent:
    """The sum of some calls."""
    calls = list(calls)
    if not calls:
        return NOTHING
    costs = [call.cost for call in calls if call.cost is not None]
    again = [call for call in calls if call.reask]
    return Spent(
        sum(call.prompt_tokens for call in calls),
        sum(call.completion_tokens for call in calls),
        sum(call.cached_prompt_tokens for call in calls),
        sum(costs) if costs else None,
        len(calls) - len(costs),
        len(again),
        sum(call.cost or 0 for call in again),
    )


NOTHING = Spent()


async def record(tx: Transaction, spent: Iterable[tuple[Spender, Call]]) -> None:
    """Put calls into today's books (UTC), each with its spender."""
    sums: dict[tuple[str, str, str, str, str], Counter[str]] = {}
    for who, call in spent:
        key = who.organization_id, who.agent_id, who.batch_id, who.key_id, call.answered_by
        sums.setdefault(key, Counter()).update(
            calls=1,
            unpriced_calls=int(call.cost is None),
            prompt_tokens=call.prompt_tokens,
            completion_tokens=call.completion_tokens,
            cached_prompt_tokens=call.cached_prompt_tokens,
            cost=call.cost or 0,
            reasks=int(call.reask),
            reask_cost=(call.cost or 0) if call.reask else 0,
        )
    # In order, so that two transactions never wait for each other's rows.
    await tx.each("add_daily_usage", [_values(key, counter) for key, counter in sorted(sums.items())])


def _values(key: tuple[str, str, str, str, str], counter: Counter[str]) -> dict[str, Value]:
    organization_id, agent_id, batch_id, key_id, model = key
    return {
        "organization_id": organization_id,
        "agent_id": agent_id,
        "batch_id": batch_id,
        "key_id": key_id,
        "model": model,
        "slot": SLOT,
        **{name: counter[name] for name in COUNTED},
    }


COUNTED = ("calls", *SPENT_COLUMNS)


@dataclass(frozen=True, slots=True)
class UsageLine:
    """What was used by one group: `group` holds the value of each thing that was grouped by; `day` counts from 1970.

    `cost` is the sum of what is known, in nano-dollars; of `unpriced_calls` nothing is known.
    """

    group: dict[str, str | int]
    calls: int
    prompt_tokens: int
    completion_tokens: int
    cached_prompt_tokens: int
    cost: Nano
    unpriced_calls: int
    reasks: int
    reask_cost: Nano


async def report(
    tx: Transaction, organization_id: str, first_day: int, last_day: int, by: Sequence[str]
) -> list[UsageLine]:
    """The books of some days (counted from 1970, both included), grouped by some of GROUPS, in order of them."""
    rows = await tx.all(
        "report_usage",
        organization_id=organization_id,
        first_day=first_day,
        last_day=last_day,
        **{f"by_{group}": int(group in by) for group in GROUPS},
    )
    lines = [
        UsageLine({group: row[group] for group in by}, **{name: int(row[name]) for name in COUNTED}) for row in rows
    ]
    return sorted(lines, key=lambda line: tuple(line.group.values()))

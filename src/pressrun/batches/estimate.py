"""What a file would take if it were run: calls, tokens, money, time. Nothing is stored and no model is asked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from pressrun.agents.bounds import Prices, bound, estimate, unbounded
from pressrun.agents.definition import AgentDefinition
from pressrun.batches.files.met import Met
from pressrun.batches.files.rows import Row
from pressrun.jobs.lanes import DEFAULT_MODEL
from pressrun.money import Nano
from pressrun.store.store import Transaction

MARGIN = (0.75, 1.5)
"""How much less, and more, time than the average it may take."""

_values = msgspec.json.Decoder(dict[str, tuple[str, ...]]).decode


@dataclass(slots=True)
class BatchEstimate:
    """Sums over all rows that would be asked about; money is nano-dollars, None when a price is not known.

    `distinct` rows are asked, the others share their answers; `most` is what no batch of these rows can pass at one
    attempt each, and `unbounded` tells why there is no such sum.
    """

    unbounded: tuple[str, ...] = ()
    rows: int = 0
    distinct: int = 0
    prompt_tokens: int = 0
    low: Nano | None = 0
    high: Nano | None = 0
    most: Nano | None = 0


@dataclass(slots=True)
class Estimating:
    """Adds up the rows of a file while it arrives."""

    definition: AgentDefinition
    prices: Prices
    fan_out: bool = False
    dedupe: bool = True
    found: BatchEstimate = field(init=False)
    _met: Met = field(default_factory=Met)

    def __post_init__(self) -> None:
        self.found = BatchEstimate(tuple(unbounded(self.definition, self.prices)))

    def add(self, rows: Sequence[Row]) -> None:
        """Count rows; those that cannot be run cost nothing."""
        found = self.found
        for row in rows:
            if row.inputs is None:
                continue
            found.rows += 1
            if self.dedupe and not self._met.add(row.inputs):
                continue
            found.distinct += 1
            values = _values(row.inputs)
            one = estimate(self.definition, values, self.prices, fan_out=self.fan_out)
            found.prompt_tokens += one.prompt_tokens
            found.low = _sum(found.low, one.low)
            found.high = _sum(found.high, one.high)
            most = None if found.unbounded else bound(self.definition, values, self.prices, fan_out=self.fan_out)
            found.most = _sum(found.most, most)


def _sum(total: Nano | None, more: Nano | None) -> Nano | None:
    return None if total is None or more is None else total + more


async def duration_s(
    tx: Transaction, organization_id: str, definition: AgentDefinition, rows: int
) -> tuple[float, float] | None:
    """From how long to how long so many rows would take with the workers that live now, in seconds.

    None when no worker lives, or a model of the agent's never answered before. What else waits is not counted in.
    """
    lane = [prompt.model or DEFAULT_MODEL for prompt in definition.prompts]
    averages = await _average_s(tx, organization_id)
    if any(model not in averages for model in lane):
        return None
    return await span_s(tx, definition, rows, sum(averages[model] for model in lane))


async def span_s(tx: Transaction, definition: AgentDefinition, rows: int, row_s: float) -> tuple[float, float] | None:
    """From how long to how long rows of `row_s` seconds each would take; None when no worker lives."""
    slots = sum(int(worker["concurrency"]) for worker in await tx.all("list_workers"))
    slots = min(slots, definition.settings.concurrency or slots)
    if not slots:
        return None
    middle = max(rows * row_s / slots, row_s if rows else 0.0)
    return middle * MARGIN[0], middle * MARGIN[1]


async def _average_s(tx: Transaction, organization_id: str) -> Mapping[str, float]:
    """How long each model took to answer, over all its calls."""
    rows = await tx.all("average_model_calls", organization_id=organization_id)
    return {row["model"]: row["duration_us"] / row["calls"] / 1_000_000 for row in rows if row["calls"]}

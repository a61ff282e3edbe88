"""What a batch will have cost in the end, and when that is, told from the rows that are done."""

import math
from dataclasses import dataclass

from pressrun.agents.definition import AgentDefinition
from pressrun.batches.batch import ENDED, Batch
from pressrun.batches.estimate import span_s
from pressrun.money import Nano
from pressrun.store.clock import SECOND
from pressrun.store.store import Transaction

LOOKED_AT = 1000
"""Rows whose costs are looked at; more would not make the mean much surer."""

ERRORS = 2.0
"""Standard errors of the mean on either side: with them 95 of 100 such ranges hold the truth."""

UNSURE = 0.5
"""How far off the mean of a single row may be."""


@dataclass(frozen=True, slots=True)
class Projection:
    """From `rows` that are done; `left` rows are still to be asked, at most.

    Money is nano-dollars, None when no row is done or the price of one is not known. `seconds` is from how long to how
    long those that are left will take, None when no row is done or no worker lives.
    """

    rows: int
    left: int
    per_row: Nano | None
    low: Nano | None
    high: Nano | None
    seconds: tuple[float, float] | None


async def project(tx: Transaction, batch: Batch, definition: AgentDefinition) -> Projection:
    """The cost of the whole batch and the time that is left, as ranges; rows that take over another's result take none.

    What else waits is not counted in, nor that a provider may hold calls back.
    """
    counts = batch.counts
    left = 0 if batch.state in ENDED else batch.rows - batch.invalid - counts.ended - counts.following
    found = await tx.one(
        "sample_batch_costs", organization_id=batch.organization_id, batch_id=batch.id, limit=LOOKED_AT
    )
    if found is None or not found["rows"]:
        return Projection(0, left, None, None, None, None)
    rows = int(found["rows"])
    seconds = await span_s(tx, definition, left, float(found["took_us"]) / SECOND)
    if found["priced"] < rows:
        return Projection(rows, left, None, None, None, seconds)
    mean = float(found["mean"])
    deviation = math.sqrt(max(0.0, float(found["mean_square"]) - mean * mean))
    margin = ERRORS * deviation / math.sqrt(rows) if rows > 1 else UNSURE * mean
    low, high = (counts.cost + round(left * max(0.0, mean + sign * margin)) for sign in (-1, 1))
    return Projection(rows, left, round(mean), low, high, seconds)

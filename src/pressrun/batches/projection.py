"""What a batch will have cost in the end, told from the rows that are done: better than any estimate before."""

import math
from dataclasses import dataclass

from pressrun.batches.batch import ENDED, Batch
from pressrun.money import Nano
from pressrun.store.store import Transaction

LOOKED_AT = 1000
"""Rows whose costs are looked at; more would not make the mean much surer."""

ERRORS = 2.0
"""Standard errors of the mean on either side: with them 95 of 100 such ranges hold the truth."""

UNSURE = 0.5
"""How far off the mean of a single row may be."""


@dataclass(frozen=True, slots=True)
class Projection:
    """From `rows` that are done; `left` rows are still to be asked, at most. Money is nano-dollars, None: no row is."""

    rows: int
    left: int
    per_row: Nano | None
    low: Nano | None
    high: Nano | None


async def project(tx: Transaction, batch: Batch) -> Projection:
    """The cost of the whole batch as a range; rows that take over another's result cost nothing."""
    counts = batch.counts
    left = 0 if batch.state in ENDED else batch.rows - batch.invalid - counts.ended - counts.following
    found = await tx.one(
        "sample_batch_costs", organization_id=batch.organization_id, batch_id=batch.id, limit=LOOKED_AT
    )
    if found is None or not found["rows"]:
        return Projection(0, left, None, None, None)
    rows, mean = int(found["rows"]), float(found["mean"])
    deviation = math.sqrt(max(0.0, float(found["mean_square"]) - mean * mean))
    margin = ERRORS * deviation / math.sqrt(rows) if rows > 1 else UNSURE * mean
    low, high = (counts.cost + round(left * max(0.0, mean + sign * margin)) for sign in (-1, 1))
    return Projection(rows, left, round(mean), low, high)

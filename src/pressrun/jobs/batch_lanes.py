"""How many rows of each open batch may be started: none while it is paused, few while it is tried, within its cap."""

from dataclasses import dataclass

from pressrun.store.store import Row, Transaction

RUNNABLE = ("loading", "running")

FEWEST_ENDED = 20
"""Rows that must have ended before a rate of failures says anything."""

BASIS_POINTS = 10_000


@dataclass(frozen=True, slots=True)
class OpenBatch:
    """A batch that has not ended, with the counts of its jobs.

    Money is nano-dollars: `max_cost` is the cap, `reserve` the most that one row can cost. `trial_rows` are run before
    the others, until `passed`; `stop_errors` is the rate of failures, in 1/10,000, above which nothing more is started.
    """

    id: str
    organization_id: str
    agent_id: str
    state: str
    priority: int
    max_cost: int | None
    reserve: int
    trial_rows: int
    passed: bool
    stop_errors: int | None
    rows: int
    invalid: int
    loaded: int
    loaded_row: int
    cancel_requested: int
    is_retrying: bool
    queued: int
    running: int
    waiting: int
    following: int
    completed: int
    failed: int
    cancelled: int
    reused: int
    deaths: int
    cost: int

    @classmethod
    def from_row(cls, row: Row) -> "OpenBatch":
        """A batch from what `list_open_batches` returns."""
        values = {name: row[name] for name in cls.__dataclass_fields__}
        flags = {name: bool(values[name]) for name in ("passed", "is_retrying")}
        return cls(**values | flags)

    @property
    def ended(self) -> int:
        """Rows that came to an end, one way or another."""
        return self.completed + self.failed + self.cancelled

    @property
    def open(self) -> int:
        """Rows that have jobs which have not ended."""
        return self.queued + self.running + self.waiting

    @property
    def tried(self) -> int:
        """Rows that were started for their own sake, ended or not; those that wait for another's result are not."""
        return self.running + self.waiting - self.following + self.ended - self.reused

    @property
    def has_too_many_errors(self) -> bool:
        """Whether more rows failed than its sender allows."""
        if self.stop_errors is None:
            return False
        judged = self.completed + self.failed
        enough = judged >= min(FEWEST_ENDED, self.trial_rows or FEWEST_ENDED, self.rows)
        return enough and self.failed * BASIS_POINTS > self.stop_errors * judged

    @property
    def affordable(self) -> int | None:
        """How many more rows the cap pays for, whatever they come to, those that run not counted; None: no cap.

        A row whose worker died may have been paid for, and nobody knows: it counts with the most it can have cost.
        """
        if self.max_cost is None:
            return None
        left = self.max_cost - self.cost - self.deaths * self.reserve
        if self.reserve == 0:
            return self.rows if left >= 0 else 0
        return max(0, left // self.reserve - self.running)


async def find_open(tx: Transaction) -> list[OpenBatch]:
    """Every batch that has not ended, in the order in which they came."""
    return [OpenBatch.from_row(row) for row in await tx.all("list_open_batches")]


def room(batch: OpenBatch) -> int:
    """How many of its queued rows may be started now."""
    if batch.state not in RUNNABLE or batch.cancel_requested or batch.has_too_many_errors:
        return 0
    most = batch.queued
    if batch.trial_rows and not batch.passed:
        most = min(most, max(0, batch.trial_rows - batch.tried))
    affordable = batch.affordable
    return most if affordable is None else min(most, affordable)

"""Who is served next: a lane is one agent's queue; free slots are dealt in rounds, organization by organization."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pressrun.store.store import Row, Transaction

ModelLimits = Mapping[tuple[str, str], int]
"""The most jobs that may run at once for (organization, model)."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One agent's queue. `concurrency` is the agent's own limit, `models` what its deployed version asks."""

    organization_id: str
    agent_id: str
    queued: int
    running: int
    concurrency: int | None = None
    models: tuple[str, ...] = ()

    @classmethod
    def from_row(cls, row: Row) -> "Lane":
        """A lane from what `list_lanes` returns."""
        return cls(
            row["organization_id"],
            row["agent_id"],
            int(row["queued"]),
            int(row["running"]),
            row["concurrency"],
            tuple(json.loads(row["models"])),
        )


async def lanes(tx: Transaction) -> list[Lane]:
    """Every lane with something queued or running."""
    return [Lane.from_row(row) for row in await tx.all("list_lanes")]


async def model_limits(tx: Transaction) -> ModelLimits:
    """The limits that models have of their own."""
    rows = await tx.all("list_model_limits")
    return {(row["organization_id"], row["name"]): int(row["concurrency"]) for row in rows}


def shares(waiting: Sequence[Lane], slots: int, limits: ModelLimits) -> dict[str, int]:
    """How many jobs each agent may start now, given free slots: {agent: jobs}.

    A round gives every organization one job, from its lane that runs least; rounds go on until the slots are spent or
    nothing more may start. So a backlog of one organization, or of one agent, never holds up another's.
    """
    dealer = _Dealer(waiting, limits)
    open_lanes = [lane for lane in waiting if lane.queued > 0]
    while slots > dealer.given.total():
        ready = [lane for lane in open_lanes if dealer.may_start(lane)]
        if not ready:
            break
        if len(ready) == 1:
            dealer.start_many(ready[0], slots - dealer.given.total())
            break
        for organization_id in dict.fromkeys(lane.organization_id for lane in ready):
            own = [lane for lane in ready if lane.organization_id == organization_id and dealer.may_start(lane)]
            if own and slots > dealer.given.total():
                dealer.start(min(own, key=lambda lane: dealer.running[lane.agent_id]))
    return dict(dealer.given)


class _Dealer:
    """What runs while slots are being dealt."""

    def __init__(self, waiting: Sequence[Lane], limits: ModelLimits) -> None:
        self.given: Counter[str] = Counter()
        self.running = Counter({lane.agent_id: lane.running for lane in waiting})
        self._limits = limits
        self._asking: Counter[tuple[str, str]] = Counter()
        for lane in waiting:
            self._asking.update({(lane.organization_id, model): lane.running for model in lane.models})

    def may_start(self, lane: Lane) -> bool:
        if self.given[lane.agent_id] >= lane.queued:
            return False
        if lane.concurrency is not None and self.running[lane.agent_id] >= lane.concurrency:
            return False
        models = [(lane.organization_id, model) for model in lane.models]
        return all(model not in self._limits or self._asking[model] < self._limits[model] for model in models)

    def start(self, lane: Lane) -> None:
        self.given[lane.agent_id] += 1
        self.running[lane.agent_id] += 1
        for model in lane.models:
            self._asking[lane.organization_id, model] += 1

    def start_many(self, lane: Lane, slots: int) -> None:
        for _ in range(slots):
            if not self.may_start(lane):
                return
            self.start(lane)

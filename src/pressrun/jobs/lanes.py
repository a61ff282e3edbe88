"""Who is served next: a lane is an agent's single jobs, or one batch; free slots are dealt in rounds, organization by
organization."""

import json
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pressrun.accounts.rooms import find_rooms
from pressrun.jobs import batch_lanes, outages
from pressrun.jobs.ingest import is_ingest_lane
from pressrun.jobs.job import DEFAULT_PRIORITY
from pressrun.store.store import Row, Transaction

DEFAULT_MODEL = "default"
"""The model of prompts that name none, as lanes and calls spell it."""

LaneName = tuple[str, str]
"""Agent and batch; no batch, "", is the agent's single jobs."""

ModelLimits = Mapping[tuple[str, str], int]
"""The most jobs that may run at once for (organization, model)."""


BATCH_PLACES = ("\x00everywhere", "\x00batches")
"""Stands among the limits for the places that rows of batches may take, of all organizations together."""

INGEST_PLACES = 4
"""Files of one organization that are taken in at the same time, over all workers."""

FEWEST_PLACES = 4
SPARED = 50
"""One place in so many, and one at least, is left for single jobs, so that none waits for a row to end."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One queue. `concurrency` is the limit of the agent, over all its lanes, `models` what its deployed version asks.

    `queued` is how many jobs may be taken of it: none of a paused batch, whatever waits there.
    """

    organization_id: str
    agent_id: str
    queued: int
    running: int
    concurrency: int | None = None
    models: tuple[str, ...] = ()
    batch_id: str = ""
    priority: int = DEFAULT_PRIORITY

    @property
    def name(self) -> LaneName:
        """What claims and floors call it."""
        return self.agent_id, self.batch_id

    @classmethod
    def from_row(cls, row: Row) -> "Lane":
        """A lane from what `list_lanes` returns."""
        return cls(
            row["organization_id"],
            row["agent_id"],
            int(row["queued"]),
            int(row["running"]),
            INGEST_PLACES if is_ingest_lane(row["agent_id"]) else row["concurrency"],
            tuple(json.loads(row["models"])),
        )


async def open_lanes(tx: Transaction) -> tuple[list[Lane], ModelLimits]:
    """Every lane with something queued or running, and how many jobs may ask each model that is not free."""
    rows = await tx.all("list_model_limits")
    defaults = {row["organization_id"]: str(row["name"]) for row in rows if row["is_default"]}
    limits = {
        (row["organization_id"], row["name"]): int(row["concurrency"]) for row in rows if row["concurrency"] is not None
    }
    for (organization_id, model), outage in (await outages.find_all(tx)).items():
        name = organization_id, _named(model, organization_id, defaults)
        if outage.limit is not None:
            limits[name] = min(limits.get(name, outage.limit), outage.limit)
    for name, room in (await find_rooms(tx, rows)).items():
        if room.most is not None:
            limits[name] = min(limits.get(name, room.most), room.most)
    lanes = await _with_batches(tx, [Lane.from_row(row) for row in await tx.all("list_lanes")])
    if any(lane.batch_id for lane in lanes):
        limits |= await _batch_places(tx)
    return [_with_default_named(lane, defaults) for lane in lanes], limits


async def _batch_places(tx: Transaction) -> ModelLimits:
    row = await tx.one("count_places")
    places = 0 if row is None else int(row["places"])
    return {BATCH_PLACES: places - max(1, places // SPARED)} if places >= FEWEST_PLACES else {}


async def _with_batches(tx: Transaction, agents: Sequence[Lane]) -> list[Lane]:
    """Each agent's lane without the jobs of its open batches, which have lanes of their own."""
    batches = await batch_lanes.find_open(tx)
    lanes = []
    for agent in agents:
        own = [batch for batch in batches if batch.agent_id == agent.agent_id]
        queued, running = (sum(getattr(batch, name) for batch in own) for name in ("queued", "running"))
        lanes.append(replace(agent, queued=agent.queued - queued, running=agent.running - running))
        lanes += [
            replace(agent, batch_id=one.id, priority=one.priority, queued=batch_lanes.room(one), running=one.running)
            for one in own
            if one.queued or one.running
        ]
    return lanes


def _with_default_named(lane: Lane, defaults: Mapping[str, str]) -> Lane:
    if DEFAULT_MODEL not in lane.models or lane.organization_id not in defaults:
        return lane
    named = dict.fromkeys(_named(model, lane.organization_id, defaults) for model in lane.models)
    return replace(lane, models=tuple(named))


def _named(model: str, organization_id: str, defaults: Mapping[str, str]) -> str:
    return defaults.get(organization_id, model) if model == DEFAULT_MODEL else model


def shares(waiting: Sequence[Lane], slots: int, limits: ModelLimits, salt: str = "") -> dict[LaneName, int]:
    """How many jobs of each lane may start now, given free slots.

    A round gives every organization one job, from its lane that runs least; rounds go on until the slots are spent or
    nothing more may start. So a backlog of one organization, agent or batch never holds up another's. Who runs least
    comes first; `salt`, new for each claim, draws lots among equals: with one slot at a time nobody is always first.
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
        for organization_id in dealer.in_turn({lane.organization_id for lane in ready}, salt):
            own = [lane for lane in ready if lane.organization_id == organization_id and dealer.may_start(lane)]
            if own and slots > dealer.given.total():
                dealer.start(min(own, key=lambda lane: (dealer.load(lane), _lot(salt, " ".join(lane.name)))))
    return dict(dealer.given)


def may_start(waiting: Sequence[Lane], name: LaneName, limits: ModelLimits) -> bool:
    """Whether one more job of a lane may start now."""
    dealer = _Dealer(waiting, limits)
    return any(dealer.may_start(lane) for lane in waiting if lane.name == name)


def _lot(salt: str, name: str) -> tuple[int, str]:
    return zlib.crc32(f"{salt} {name}".encode()), name


def _asked(lane: Lane) -> list[tuple[str, str]]:
    """All that a job of the lane takes a place of, as limits name it."""
    models = [(lane.organization_id, model) for model in lane.models]
    return [*models, BATCH_PLACES] if lane.batch_id else models


class _Dealer:
    """What runs while slots are being dealt."""

    def __init__(self, waiting: Sequence[Lane], limits: ModelLimits) -> None:
        self.given: Counter[LaneName] = Counter()
        self._running_of_agent: Counter[str] = Counter()
        self._running_of: Counter[str] = Counter()
        for lane in waiting:
            self._running_of[lane.organization_id] += lane.running
            self._running_of_agent[lane.agent_id] += lane.running
        self._limits = limits
        self._asking: Counter[tuple[str, str]] = Counter()
        for lane in waiting:
            self._asking.update(dict.fromkeys(_asked(lane), lane.running))

    def may_start(self, lane: Lane) -> bool:
        if self.given[lane.name] >= lane.queued:
            return False
        if lane.concurrency is not None and self._running_of_agent[lane.agent_id] >= lane.concurrency:
            return False
        return all(one not in self._limits or self._asking[one] < self._limits[one] for one in _asked(lane))

    def load(self, lane: Lane) -> int:
        """What a lane has for its priority: of two lanes, the one of priority 1 runs three times that of priority 5."""
        return (lane.running + self.given[lane.name] + 1) * (lane.priority + 1)

    def in_turn(self, organizations: set[str], salt: str) -> list[str]:
        return sorted(organizations, key=lambda one: (self._running_of[one], _lot(salt, one)))

    def start(self, lane: Lane) -> None:
        self._running_of[lane.organization_id] += 1
        self.given[lane.name] += 1
        self._running_of_agent[lane.agent_id] += 1
        for one in _asked(lane):
            self._asking[one] += 1

    def start_many(self, lane: Lane, slots: int) -> None:
        for _ in range(slots):
            if not self.may_start(lane):
                return
            self.start(lane)

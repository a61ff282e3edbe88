"""Jobs of a whole organization by pages, the newest first, whatever is asked for and however many there are.

A page is looked for along one index, or a few that are merged. What no index holds is told from the rows met on the
way, of which a page looks at no more than MOST_LOOKED: it may then be short, and the next one goes on where it stopped.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pressrun.errors import Code, PressrunError, Problem
from pressrun.jobs.job import OPEN, PHASES, Phase, State
from pressrun.store.store import Row, Transaction, Value

MOST_LOOKED = 3000
LAST = 2**62
SINGLE = "none"
"""What stands for no batch."""


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job as lists show it. Times are microseconds since the epoch, `cost` nano-dollars.

    `inputs` and `result` are how their JSON begins, if it is longer than 4 KiB.
    """

    seq: int
    id: str
    agent_id: str
    agent_name: str | None
    agent_version: int
    state: State
    created_at: int
    updated_at: int
    started_at: int | None
    completed_at: int | None
    attempts: int
    generation: int
    error_code: str | None
    error: str | None
    cancel_requested: bool
    batch_id: str
    batch_row: int | None
    same_as: str | None
    prompt_tokens: int
    completion_tokens: int
    cost: int | None
    inputs: bytes
    result: bytes | None

    @classmethod
    def from_row(cls, row: Row) -> "JobLine":
        """A line from what `find_job_lines` returns."""
        values = {name: row[name] for name in cls.__dataclass_fields__}
        return cls(**values | {"state": State(row["state"]), "cancel_requested": bool(row["cancel_requested"])})


@dataclass(frozen=True, slots=True)
class Filter:
    """Which jobs are wanted; empty texts and no states want all. `batch_id` may be SINGLE.

    They were accepted at `from_us` or later and before `to_us`, in microseconds since the epoch.
    """

    states: frozenset[State] = frozenset()
    agent_id: str = ""
    batch_id: str = ""
    error_code: str = ""
    from_us: int | None = None
    to_us: int | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Jobs, and the id to go on `before` when there may be more."""

    lines: Sequence[JobLine]
    next: str | None


@dataclass(frozen=True, slots=True)
class _Walk:
    """A way along an index; `sifts`: not all that it meets is wanted."""

    query: str
    values: Mapping[str, Value]
    sifts: bool
    by_row: bool = False


@dataclass(slots=True)
class _Walked:
    """What was met of what is wanted, and the place at which the walk gave up looking."""

    found: list[tuple[int, int]] = field(default_factory=list)
    stopped: tuple[int, int] | None = None


async def page(
    tx: Transaction,
    organization_id: str,
    wanted: Filter,
    *,
    before: str = "",
    limit: int,
    most_looked: int = MOST_LOOKED,
) -> Page:
    """A page of jobs, from behind the job `before` on; raises PressrunError (invalid) when that one is gone."""
    walks = _walks(wanted)
    first = await _place_of(tx, wanted.from_us, 0)
    last = await _place_of(tx, wanted.to_us, LAST)
    start = LAST if walks[0].by_row else last
    if before:
        position = await tx.one("find_job_position", job_id=before, organization_id=organization_id)
        if position is None:
            message = "before names no job that is there: begin with the first page again"
            raise PressrunError(Code.INVALID, Problem(message, {"field": "before"}))
        start = min(start, int(position["batch_row" if walks[0].by_row else "seq"] or 0))
    bounds: dict[str, Value] = {"organization_id": organization_id, "first": first, "last": last}
    walked = [await _walk(tx, one, {**bounds, **one.values}, start, limit, most_looked) for one in walks]
    return await _merged(tx, organization_id, walked, limit)


async def _merged(tx: Transaction, organization_id: str, walked: Sequence[_Walked], limit: int) -> Page:
    """Up to the place at which the first walk gave up, nothing is missing."""
    stops = [one.stopped for one in walked if one.stopped is not None]
    stop = max(stops, default=None)
    found = sorted((one for each in walked for one in each.found), reverse=True)
    kept = [one for one in found if stop is None or one[0] >= stop[0]]
    shown: list[dict[str, Value]] = [{"seq": seq, "organization_id": organization_id} for _, seq in kept[:limit]]
    rows = {int(row["seq"]): JobLine.from_row(row) for row in await tx.each("find_job_lines", shown)}
    lines = [rows[seq] for _, seq in kept[:limit] if seq in rows]
    if len(kept) > limit:
        return Page(lines, lines[-1].id if lines else None)
    if stop is None:
        return Page(lines, None)
    at = await tx.one("find_job_at", seq=stop[1], organization_id=organization_id)
    return Page(lines, None if at is None else at["id"])


async def _walk(
    tx: Transaction, walk: _Walk, values: Mapping[str, Value], start: int, limit: int, most_looked: int
) -> _Walked:
    walked = _Walked()
    looked, step = 0, min(most_looked, 4 * limit if walk.sifts else limit + 1)
    while True:
        rows = await tx.all(walk.query, **values, before=start, limit=step)
        walked.found += [(int(row["place"]), int(row["seq"])) for row in rows if row["matches"]]
        if len(rows) < step or len(walked.found) > limit:
            return walked
        looked += len(rows)
        start = int(rows[-1]["place"])
        if looked >= most_looked:
            walked.stopped = start, int(rows[-1]["seq"])
            return walked
        step = most_looked


def _walks(wanted: Filter) -> list[_Walk]:
    states = wanted.states or (PHASES[Phase.FAILED] if wanted.error_code else frozenset())
    single = wanted.batch_id == SINGLE
    values: dict[str, Value] = {
        "states": "".join(f"|{state}" for state in sorted(states)),
        "error_code": wanted.error_code,
        "agent_id": wanted.agent_id,
        "single": int(single),
    }
    if wanted.batch_id and not single:
        return [_Walk("walk_jobs_of_batch", {**values, "batch_id": wanted.batch_id}, sifts=True, by_row=True)]
    if wanted.error_code and not states & OPEN:
        return [_Walk("walk_failed_jobs", values, sifts=True)]
    if wanted.agent_id:
        return _walks_of_agent(wanted, values)
    if single:
        return [_Walk("walk_single_jobs", values, sifts=bool(states))]
    return [
        _Walk("walk_jobs_in_state", {**values, "state": state}, sifts=bool(wanted.error_code))
        for state in states or State
    ]


def _walks_of_agent(wanted: Filter, values: Mapping[str, Value]) -> list[_Walk]:
    if not wanted.states:
        sifts = bool(values["single"] or wanted.error_code)
        return [_Walk("walk_jobs_of_agent", values, sifts=sifts)]
    phases = [phase for phase, states in PHASES.items() if wanted.states & states]
    return [_Walk("walk_jobs_of_agent_in_phase", {**values, "phase": phase}, sifts=True) for phase in phases]


async def _place_of(tx: Transaction, at_us: int | None, unbounded: int) -> int:
    """The first place from which on jobs were accepted at a time or later: places are in the order of acceptance."""
    if at_us is None:
        return unbounded
    last = await tx.one("find_last_place")
    low, high = 0, int(last["seq"]) + 1 if last is not None else 1
    while low < high:
        middle = (low + high) // 2
        row = await tx.one("find_accepted_from", seq=middle)
        if row is None or row["created_at"] >= at_us:
            high = middle
        else:
            low = int(row["seq"]) + 1
    return low

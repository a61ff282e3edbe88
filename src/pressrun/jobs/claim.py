"""A worker takes jobs: as many as it has room for, in one transaction."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pressrun.jobs import counts, history, lanes
from pressrun.jobs.floors import Floors, Reached
from pressrun.jobs.job import FORMAT, Claim, State
from pressrun.jobs.lanes import LaneName
from pressrun.jobs.places import with_organization_limits
from pressrun.store.store import Row, Transaction, Value
from pressrun.telemetry.events import JobEvent

CLAIM_LIMIT = 500
"""Jobs in one claim: bounds the transaction."""

WAKE_LIMIT = 1000
"""Waiting jobs made runnable in one claim."""

SUSPECTS_LOOKED_AT = 100


@dataclass(frozen=True, slots=True)
class Taken:
    """What a claim brought, and how many runnable jobs it left behind for want of places.

    `missed`: there was work for free places, and nothing came; never twice in a row unless something is wrong.
    `reached`: how far it got, for the worker's floors.
    """

    claims: list[Claim]
    left: int
    missed: bool = False
    reached: Reached = field(default_factory=dict)


async def claim(tx: Transaction, worker_id: str, lease_token: str, slots: int, floors: Floors | None = None) -> Taken:
    """Jobs for `slots` free places of a worker, held under `lease_token`; the caller makes a new token each time.

    None for a worker that was declared dead, or that a restored backup does not know: its heartbeat will tell it.
    `floors` spare a worker that claims again and again the places it has been to.
    """
    floors = floors or Floors()
    found = await _open_lanes(tx, worker_id, floors)
    if found is None:
        return Taken([], 0)
    waiting, limits = found
    dealt = lanes.shares(waiting, min(slots, CLAIM_LIMIT), limits, lease_token)
    queued = sum(max(0, lane.queued) for lane in waiting)
    if not dealt:
        return Taken([], queued)
    rows = await _take(tx, worker_id, lease_token, dealt, floors)
    claims = [Claim.from_row(row) for row in rows]
    await _started(tx, worker_id, claims)
    missed = not claims and not await _is_for_others(tx)
    return Taken(claims, queued - len(claims), missed, _reached(rows))


async def _take(
    tx: Transaction, worker_id: str, lease_token: str, dealt: Mapping[LaneName, int], floors: Floors
) -> list[Row]:
    def values(name: LaneName, share: int) -> dict[str, Value]:
        return {
            "agent_id": name[0],
            "batch_id": name[1],
            "share": share,
            "floors": floors.of(name),
            "worker_id": worker_id,
            "lease_token": lease_token,
            "format": FORMAT,
        }

    rows = await tx.each("claim_jobs", [values(name, share) for name, share in dealt.items()])
    taken = Counter(_lane(row) for row in rows)
    short = [name for name, share in dealt.items() if taken[name] < share and floors.has(name)]
    for name in short:  # the counters are exact: what is missing stands below the floor
        floors.forget(name)
    again = [values(name, dealt[name] - taken[name]) for name in short]
    return _in_turn([*rows, *await tx.each("claim_jobs", again)], dealt)


def _in_turn(rows: Sequence[Row], dealt: Iterable[LaneName]) -> list[Row]:
    """The jobs as they are to be begun; no database promises an order of what UPDATE returns, and neither keeps one."""
    place = {name: number for number, name in enumerate(dealt)}
    return sorted(rows, key=lambda row: (place[_lane(row)], int(row["priority"]), int(row["seq"])))


def _reached(rows: Sequence[Row]) -> Reached:
    reached: dict[tuple[LaneName, int], int] = {}
    for row in rows:
        lane = _lane(row), int(row["priority"])
        reached[lane] = max(int(row["seq"]), reached.get(lane, 0))
    return reached


def _lane(row: Row) -> LaneName:
    return str(row["agent_id"]), str(row["batch_id"])


async def claim_suspect(tx: Transaction, worker_id: str, lease_token: str) -> Claim | None:
    """One job that may run only where nothing else does, or None; for workers that take nothing else."""
    found = await _open_lanes(tx, worker_id, Floors())
    if found is None:
        return None
    waiting, limits = found
    for suspect in await tx.all("list_suspects", format=FORMAT, limit=SUSPECTS_LOOKED_AT):
        if not lanes.may_start(waiting, _lane(suspect), limits):
            continue
        row = await tx.one("claim_suspect", seq=suspect["seq"], worker_id=worker_id, lease_token=lease_token)
        if row is not None:
            held = Claim.from_row(row)
            await _started(tx, worker_id, [held])
            return held
    return None


async def has_suspects(tx: Transaction) -> bool:
    """Whether a job waits for a worker that runs nothing else."""
    return bool(await tx.all("list_suspects", format=FORMAT, limit=1))


async def _is_for_others(tx: Transaction) -> bool:
    """Whether what is queued may be left alone for good reason: suspects run alone, newer jobs on newer workers."""
    return await has_suspects(tx) or await tx.one("find_newer_job", format=FORMAT) is not None


async def witness(tx: Transaction, taken: Taken) -> bool:
    """Whether a claim whose commit went unanswered has happened; one that took nothing changed nothing."""
    if not taken.claims:
        return True
    first = taken.claims[0]
    return await tx.one("find_lease", job_id=first.id, lease_token=first.lease_token) is not None


async def held_by(tx: Transaction, worker_id: str) -> list[Claim]:
    """All that the store thinks a worker holds."""
    return [Claim.from_row(row) for row in await tx.all("list_held_jobs", worker_id=worker_id)]


async def _open_lanes(
    tx: Transaction, worker_id: str, floors: Floors
) -> tuple[list[lanes.Lane], lanes.ModelLimits] | None:
    if await tx.one("lock_claims", worker_id=worker_id) is None:
        return None
    woken = await tx.all("wake_waiting_jobs", limit=WAKE_LIMIT)
    await counts.move(tx, [(row["organization_id"], row["agent_id"], State.WAITING, State.QUEUED) for row in woken])
    for row in woken:
        floors.forget(_lane(row))
    return await with_organization_limits(tx, *await lanes.open_lanes(tx))


async def _started(tx: Transaction, worker_id: str, claims: Sequence[Claim]) -> None:
    await counts.move(tx, [(claim.organization_id, claim.agent_id, State.QUEUED, State.RUNNING) for claim in claims])
    await history.record(
        tx,
        [
            history.Note(
                claim.organization_id,
                claim.id,
                claim.events,
                JobEvent.STARTED,
                claim.generation,
                claim.attempts,
                {"worker": worker_id},
            )
            for claim in claims
        ],
    )

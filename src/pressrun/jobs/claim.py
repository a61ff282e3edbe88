"""A worker takes jobs: as many as it has room for, in one transaction."""

from dataclasses import dataclass

from pressrun.jobs import counts, history, lanes
from pressrun.jobs.job import Claim, State
from pressrun.jobs.places import with_organization_limits
from pressrun.store.store import Transaction
from pressrun.telemetry.events import JobEvent

CLAIM_LIMIT = 500
"""Jobs in one claim: bounds the transaction."""

WAKE_LIMIT = 1000
"""Waiting jobs made runnable in one claim."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a claim brought, and how many runnable jobs it left behind for want of places."""

    claims: list[Claim]
    left: int


async def claim(tx: Transaction, worker_id: str, lease_token: str, slots: int) -> Taken:
    """Jobs for `slots` free places of a worker, held under `lease_token`; the caller makes a new token each time.

    None for a worker that was declared dead, or that a restored backup does not know: its heartbeat will tell it.
    """
    if await tx.one("lock_claims", worker_id=worker_id) is None:
        return Taken([], 0)
    woken = await tx.all("wake_waiting_jobs", limit=WAKE_LIMIT)
    await counts.move(tx, [(row["organization_id"], row["agent_id"], State.WAITING, State.QUEUED) for row in woken])
    waiting, limits = await with_organization_limits(tx, await lanes.lanes(tx), await lanes.model_limits(tx))
    dealt = lanes.shares(waiting, min(slots, CLAIM_LIMIT), limits)
    queued = sum(max(0, lane.queued) for lane in waiting)
    if not dealt:
        return Taken([], queued)
    rows = await tx.each(
        "claim_jobs",
        [
            {"agent_id": agent_id, "share": share, "worker_id": worker_id, "lease_token": lease_token}
            for agent_id, share in dealt.items()
        ],
    )
    claims = [Claim.from_row(row) for row in rows]
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
    return Taken(claims, queued - len(claims))

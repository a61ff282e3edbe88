"""Rows of the same inputs: when the one that was asked has ended, the others take over what came of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from pressrun.jobs import counts, history, settle
from pressrun.jobs.job import OPEN, State
from pressrun.store.store import Row, Transaction

LEADERS_LIMIT = 20
FOLLOWERS_LIMIT = 500
"""Of one leader, in one transaction."""


async def end_followers(tx: Transaction) -> int:
    """Let some jobs end as the one did whose result they wait for; how many were touched."""
    touched = 0
    for leader in await tx.all("hold_finished_leaders", limit=LEADERS_LIMIT):
        touched += await _of_one(tx, leader)
    return touched


async def end_followers_of(tx: Transaction, organization_id: str, leaders: Sequence[str]) -> None:
    """Let every job end that waits for one of these, if they have ended: they are about to be asked something else."""
    names = [{"organization_id": organization_id, "job_id": job_id} for job_id in leaders]
    for leader in await tx.each("find_finished_leaders", names):
        while await _of_one(tx, leader) == FOLLOWERS_LIMIT:
            pass


async def _of_one(tx: Transaction, leader: Row) -> int:
    state = None if leader["state"] is None else State(leader["state"])
    names = {"job_id": leader["job_id"], "organization_id": leader["organization_id"]}
    if state in OPEN:  # it was retried: it will be noted again
        await tx.run("forget_finished_leader", **names)
        return 0
    if state not in {State.COMPLETED, State.FAILED}:
        return await _succeed(tx, names)
    rows = await tx.all("end_followers", **names, **_ending(leader), limit=FOLLOWERS_LIMIT)
    if state == State.COMPLETED and rows:
        await tx.each("copy_results", [_copy(row, leader) for row in rows])
    await _record(tx, rows, leader)
    if len(rows) < FOLLOWERS_LIMIT:
        await tx.run("forget_finished_leader", **names)
    return len(rows)


def _ending(leader: Row) -> dict[str, Any]:
    if leader["state"] == State.COMPLETED:
        return {"state": State.COMPLETED, "error_code": None, "error": None}
    where = f"row {leader['batch_row']}" if leader["batch_row"] is not None else f"job {leader['job_id']}"
    error = f"{where}, which has the same inputs, failed: {leader['error']}"
    return {"state": State.FAILED, "error_code": leader["error_code"], "error": error[: settle.LONGEST_ERROR]}


def _copy(row: Row, leader: Row) -> dict[str, Any]:
    return {
        "organization_id": row["organization_id"],
        "job_id": row["id"],
        "generation": row["generation"],
        "leader_id": leader["job_id"],
        "leader_generation": leader["generation"],
    }


async def _record(tx: Transaction, rows: Sequence[Row], leader: Row) -> None:
    def note(row: Row) -> history.Note:
        event = settle.EVENTS[State(row["state"])]
        told = {"same_as": leader["job_id"]}
        return history.Note(
            row["organization_id"], row["id"], row["events"], event, row["generation"], row["attempts"], told
        )

    await history.record(tx, [note(row) for row in rows])
    moves = [(row["organization_id"], row["agent_id"], State.WAITING, State(row["state"])) for row in rows]
    await counts.move(tx, moves)
    await settle.record_outbox(tx, rows)


async def _succeed(tx: Transaction, names: Mapping[str, str]) -> int:
    """The one that was to be asked was cancelled or is gone: the first of the others is asked in its place."""
    first = await tx.one("find_first_follower", **names)
    moved = None if first is None else await tx.one("lead", **{**names, "job_id": first["id"]})
    if first is not None and moved is not None:
        note = [(moved["organization_id"], moved["agent_id"], State.WAITING, State.QUEUED)]
        await counts.move(tx, note)
        await tx.run("follow_instead", **names, leader_id=first["id"])
    await tx.run("forget_finished_leader", **names)
    return int(moved is not None)

"""What its sender asks of a batch: pause, resume, cancel, retry, another cap. It holds from the commit on."""

from collections.abc import Sequence
from typing import Any

import msgspec

from pressrun.batches import quota
from pressrun.batches.batch import ENDED, Batch, PauseCode, Retrying
from pressrun.batches.read import find_or_fail
from pressrun.errors import Code, PressrunError
from pressrun.store.store import Transaction

MOST_CHOSEN = 10_000
"""Rows that one retry may name."""


async def pause(tx: Transaction, organization_id: str, batch_id: str) -> Batch:
    """Nothing more is started; what runs ends. Raises PressrunError: not_found, conflict for one that has ended."""
    batch = await hold(tx, organization_id, batch_id)
    _refuse_ended(batch, "paused")
    reason = "paused on request; what runs ends"
    names = {"organization_id": organization_id, "batch_id": batch.id}
    await tx.one("await_claims")
    await tx.one("pause_batch", **names, code=PauseCode.REQUESTED, reason=reason)
    return await find_or_fail(tx, organization_id, batch.id)


async def resume(tx: Transaction, organization_id: str, batch_id: str) -> Batch:
    """A paused batch goes on; one that runs stays as it is.

    Raises PressrunError: not_found; conflict for one that has ended, or whose cap pays for no more row.
    """
    batch = await hold(tx, organization_id, batch_id)
    _refuse_ended(batch, "resumed")
    left = None if batch.max_cost is None else batch.max_cost - batch.counts.cost - batch.counts.deaths * batch.reserve
    if batch.pause_code == PauseCode.MAX_COST and left is not None and left < batch.reserve:
        raise PressrunError(
            Code.CONFLICT, "the batch has reached its max_cost: raise it first, with PATCH or `--max-cost`"
        )
    if batch.pause_code == PauseCode.QUOTA:
        await quota.believe(tx, batch)
    await tx.one("resume_batch", organization_id=organization_id, batch_id=batch.id)
    return await find_or_fail(tx, organization_id, batch.id)


async def cancel(tx: Transaction, organization_id: str, batch_id: str, *, cut: bool) -> Batch:
    """Nothing more is started, ever, until it is retried; `cut` ends what runs too. One that has ended stays so."""
    batch = await hold(tx, organization_id, batch_id)
    await tx.one("await_claims")
    await tx.one("request_batch_cancel", organization_id=organization_id, batch_id=batch.id, cut=int(cut))
    return await find_or_fail(tx, organization_id, batch.id)


async def retry(
    tx: Transaction,
    organization_id: str,
    batch_id: str,
    *,
    error_code: str | None = None,
    rows: Sequence[int] | None = None,
    version: int | None = None,
) -> Batch:
    """Failed and cancelled rows run again: all, those of one error, or chosen ones; on `version` or each its own.

    Raises PressrunError: not_found; invalid for too many rows; conflict while another retry of it is under way.
    """
    batch = await hold(tx, organization_id, batch_id)
    if rows is not None and len(rows) > MOST_CHOSEN:
        raise PressrunError(Code.INVALID, f"rows must name at most {MOST_CHOSEN:,} rows (got {len(rows):,})")
    if batch.cancel_requested and batch.state not in ENDED:
        raise PressrunError(Code.CONFLICT, "the batch is being cancelled: retry it when that is done")
    now = await tx.one("find_now")
    assert now is not None
    wanted = Retrying(int(now["now"]), error_code or "", None if rows is None else sorted(set(rows)), version)
    names = {"organization_id": organization_id, "batch_id": batch.id}
    if await tx.one("request_batch_retry", **names, retrying=msgspec.json.encode(wanted)) is None:
        raise PressrunError(Code.CONFLICT, "a retry of this batch is under way: try again when it is done")
    return await find_or_fail(tx, organization_id, batch.id)


async def change(tx: Transaction, organization_id: str, batch_id: str, **changes: Any) -> Batch:
    """Another `max_cost` (nano-dollars, None for none) or `name`; raises PressrunError (not_found, conflict)."""
    batch = await hold(tx, organization_id, batch_id)
    if "max_cost" in changes:
        _refuse_cap(batch, changes["max_cost"])
    values = {"max_cost": batch.max_cost, "name": batch.name, **changes}
    await tx.one("change_batch", organization_id=organization_id, batch_id=batch.id, **values)
    return await find_or_fail(tx, organization_id, batch.id)


def _refuse_cap(batch: Batch, max_cost: int | None) -> None:
    if max_cost is not None and batch.max_cost is None:
        # Without a cap at the upload nobody worked out what a row can cost at most.
        raise PressrunError(Code.CONFLICT, "a batch that began without max_cost cannot be given one: pause it instead")


def _refuse_ended(batch: Batch, what: str) -> None:
    if batch.state in ENDED:
        raise PressrunError(Code.CONFLICT, f"the batch has ended ({batch.state}) and cannot be {what}")
    if batch.cancel_requested:
        raise PressrunError(Code.CONFLICT, f"the batch is being cancelled and cannot be {what}")


async def hold(tx: Transaction, organization_id: str, batch_id: str) -> Batch:
    """The batch, kept from changing until the transaction ends."""
    await tx.one("hold_batch", organization_id=organization_id, batch_id=batch_id.replace("\x00", ""))
    return await find_or_fail(tx, organization_id, batch_id)

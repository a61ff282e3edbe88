"""Deleting batches that have ended, with all that was kept of them, some rows in each transaction."""

import asyncio

from pressrun.batches.batch import ENDED, Batch
from pressrun.batches.read import find_or_fail
from pressrun.batches.upload import discard
from pressrun.errors import Code, PressrunError
from pressrun.jobs import counts
from pressrun.jobs.job import State
from pressrun.jobs.retention import DAY_US, EVERY_S
from pressrun.store.store import Store, Transaction
from pressrun.telemetry import log
from pressrun.telemetry.events import ServerEvent

FORGET_LIMIT = 500
OLD_LIMIT = 20


async def keep_forgetting(store: Store, keep_days: int) -> None:
    """Delete batches that ended more than `keep_days` ago (0: none), every ten minutes, until cancelled."""
    while True:
        try:
            await forget_old(store, keep_days)
        except Exception as error:  # noqa: BLE001 - whatever it is, the next round must come
            log.warn(ServerEvent.RETENTION_FAILED, error=str(error), exc_info=not isinstance(error, PressrunError))
        await asyncio.sleep(EVERY_S)


async def forget_old(store: Store, keep_days: int) -> int:
    """Delete batches that ended more than `keep_days` ago (0: none); how many."""
    forgotten = 0
    while keep_days:
        old = await store.read(lambda tx: tx.all("list_old_batches", keep_us=keep_days * DAY_US, limit=OLD_LIMIT))
        for row in old:
            await delete(store, row["organization_id"], row["id"])
        forgotten += len(old)
        if len(old) < OLD_LIMIT:
            break
    return forgotten


async def delete(store: Store, organization_id: str, batch_id: str) -> None:
    """Raises PressrunError: not_found; conflict for one that has not ended. One cut off half way can be repeated."""
    batch = await store.read(lambda tx: find_or_fail(tx, organization_id, batch_id))
    while await store.write(lambda tx: _forget_some(tx, batch)):
        pass
    await discard(store, organization_id, batch.id)


async def _forget_some(tx: Transaction, batch: Batch) -> int:
    names = {"organization_id": batch.organization_id, "batch_id": batch.id}
    row = await tx.one("hold_batch", **names)
    if row is not None and row["state"] not in ENDED:
        raise PressrunError(Code.CONFLICT, "the batch has not ended: cancel it first, then delete it")
    gone = await tx.all("forget_batch_jobs", **names, limit=FORGET_LIMIT)
    named = [{"organization_id": one["organization_id"], "job_id": one["id"]} for one in gone]
    if gone:
        await tx.each("forget_results", named)
        await tx.each("forget_job_events", named)
        await counts.forget(tx, [(one["organization_id"], one["agent_id"], State(one["state"])) for one in gone])
    else:
        await tx.run("forget_batch_counts", **names)
    return len(gone)

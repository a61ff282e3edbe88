"""A batch as it stands, after a move or without one."""

from collections.abc import Awaitable, Callable

from fastapi import Request, Response

from pressrun.api import batch_wire, wire
from pressrun.api.access import require
from pressrun.api.audited import entry
from pressrun.api.jobs import PATIENCE_S
from pressrun.api.state import system_of
from pressrun.batches import read
from pressrun.batches.batch import Batch
from pressrun.batches.keeper import BATCHES
from pressrun.organizations import audit
from pressrun.organizations.audit import Action
from pressrun.organizations.keys import Scope
from pressrun.store.store import Transaction
from pressrun.store.sure import write_surely


async def moved(
    request: Request,
    batch_id: str,
    action: Action,
    move: Callable[[Transaction, str], Awaitable[Batch]],
    status: int = 200,
) -> Response:
    """The batch after a move that may have gone unanswered: the audit log tells whether it happened."""
    key = require(request, Scope.JOBS_WRITE)
    store = system_of(request).store

    async def has_moved(tx: Transaction, line: tuple[int, str]) -> bool:
        at, target = line
        return await audit.is_recorded(tx, key.organization_id, at, action, target)

    async def work(tx: Transaction) -> tuple[int, str]:
        now = await tx.one("find_now")
        assert now is not None
        then = await move(tx, key.organization_id)
        await entry(request, action, then.id)(tx)
        return int(now["now"]), then.id

    await write_surely(store, work, has_moved, patience_s=PATIENCE_S)
    for topic in (BATCHES, "jobs"):
        store.bells.ring(topic)
    return await shown(request, key.organization_id, batch_id, status)


async def shown(
    request: Request, organization_id: str, batch_id: str, status: int = 200, *, replayed: bool = False
) -> Response:
    """The batch with the errors of its rows; `replayed` says that an earlier request did what this one asks."""

    async def work(tx: Transaction) -> tuple[Batch, list[tuple[str, int]]]:
        batch = await read.find_or_fail(tx, organization_id, batch_id)
        return batch, await read.errors(tx, batch)

    batch, failed = await system_of(request).store.read(work)
    headers = {"idempotent-replayed": "true"} if replayed else {}
    return wire.answer(batch_wire.batch(batch, failed), status, headers)

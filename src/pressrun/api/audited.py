"""Actions and their lines in the audit log: in one transaction, so that none is without the other."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from starlette.requests import Request

from pressrun.api.access import actor
from pressrun.api.state import system_of
from pressrun.organizations import audit
from pressrun.organizations.audit import Action
from pressrun.store.store import Transaction

T = TypeVar("T")


async def write_audited(
    request: Request,
    action: Action,
    work: Callable[[Transaction], Awaitable[T]],
    target: Callable[[T], str],
    **data: Any,
) -> T:
    """What `work` returns, after a commit that holds the audit log's line about it too."""
    who = actor(request)

    async def both(tx: Transaction) -> T:
        value = await work(tx)
        await audit.record(tx, who, action, target(value), **data)
        return value

    return await system_of(request).store.write(both)


def entry(request: Request, action: Action, target: str, **data: Any) -> Callable[[Transaction], Awaitable[None]]:
    """The line alone, for what writes in a transaction of its own."""
    who = actor(request)
    return lambda tx: audit.record(tx, who, action, target, **data)

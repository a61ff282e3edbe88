"""Writing when the answer to a commit may be lost: read back what happened, never repeat blindly."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from pressrun.errors import CommitUnknownError, PressrunError
from pressrun.store.store import Store, Transaction

T = TypeVar("T")

LOOK_EVERY_S = 0.25


async def write_surely(
    store: Store,
    work: Callable[[Transaction], Awaitable[T]],
    witness: Callable[[Transaction, T], Awaitable[bool]],
    *,
    patience_s: float,
) -> T:
    """As `store.write`, but an unanswered commit is resolved: `witness` tells whether the value of `work` has happened.

    Raises PressrunError: what the work raised, or unavailable when the database could not be asked for `patience_s`
    seconds; then it stays unknown, which the caller must be able to live with.
    """
    try:
        return await store.write(work)
    except CommitUnknownError as unknown:
        value: T = unknown.value
    loop = asyncio.get_running_loop()
    until = loop.time() + patience_s
    while True:
        try:
            return await _resolve(store, work, witness, value)
        except CommitUnknownError as unknown:
            if loop.time() > until:  # a disk that fails at every commit would keep the caller for ever
                raise
            value = unknown.value
        except PressrunError as error:
            if error.retry_after_s is None:  # a refusal, not a database that is away
                raise
            if loop.time() > until:
                raise
        await asyncio.sleep(LOOK_EVERY_S)


async def _resolve(
    store: Store,
    work: Callable[[Transaction], Awaitable[T]],
    witness: Callable[[Transaction, T], Awaitable[bool]],
    value: T,
) -> T:
    """The value, if it has happened; else the work done once more.

    What refuses that may be the first commit, which has come late after all.
    """
    if await store.read(lambda tx: witness(tx, value)):
        return value
    try:
        return await store.write(work)
    except CommitUnknownError:
        raise
    except PressrunError:
        if await store.read(lambda tx: witness(tx, value)):
            return value
        raise

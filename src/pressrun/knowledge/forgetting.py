"""Passages that no graph holds any more are removed, a file at a time: a graph may have a hundred thousand of them."""

from pressrun.errors import PressrunError
from pressrun.knowledge.members import forget_if_unused
from pressrun.store.store import Store
from pressrun.telemetry import log
from pressrun.telemetry.events import ServerEvent

EVERY_S = 300.0
LIMIT = 100
LEFT = "passages"
"""The bell that says that a graph was deleted."""


async def keep_forgetting(store: Store, every_s: float = EVERY_S) -> None:
    """Remove what is unused, at the bell and every `every_s` seconds, until cancelled."""
    bell = store.bells.listen(LEFT)
    try:
        while True:
            try:
                while await forget_unused(store) == LIMIT:
                    pass
            except Exception as error:  # noqa: BLE001 - whatever it is, the next round must come
                log.warn(ServerEvent.SWEEP_FAILED, error=str(error), exc_info=not isinstance(error, PressrunError))
            await bell.wait(every_s)
    finally:
        store.bells.leave(LEFT, bell)


async def forget_unused(store: Store) -> int:
    """Remove the passages of some files that no graph holds; how many files. Two processes may do it at once."""
    unused = await store.read(lambda tx: tx.all("list_unused_indexes", limit=LIMIT))
    for row in unused:
        names = str(row["organization_id"]), str(row["file_id"])
        await store.write(lambda tx, n=names: forget_if_unused(tx, *n))  # type: ignore[misc]
    return len(unused)

"""Bytes that are nobody's are removed: of deleted files, and of uploads whose server died."""

from pressrun.errors import PressrunError
from pressrun.knowledge.blobs import Blobs
from pressrun.store.store import Store
from pressrun.telemetry import log
from pressrun.telemetry.events import ServerEvent

EVERY_S = 30.0
TIDY_EVERY = 120
"""Unfinished files are looked for once in so many rounds."""

LIMIT = 100
DELETED = "blobs"
"""The bell that says that a file was deleted."""


async def keep_sweeping(store: Store, blobs: Blobs, every_s: float = EVERY_S) -> None:
    """Remove what is due, at the bell and every `every_s` seconds, until cancelled."""
    bell = store.bells.listen(DELETED)
    number = 0
    try:
        while True:
            try:
                if number % TIDY_EVERY == 0:
                    await blobs.tidy()
                full = True
                while full:
                    full = await sweep(store, blobs) == LIMIT
            except Exception as error:  # noqa: BLE001 - whatever it is, the next round must come
                log.warn(ServerEvent.SWEEP_FAILED, error=str(error), exc_info=not isinstance(error, PressrunError))
            number += 1
            await bell.wait(every_s)
    finally:
        store.bells.leave(DELETED, bell)


async def sweep(store: Store, blobs: Blobs) -> int:
    """Remove some of what is due; how many there were. Two processes may do it at once: what is gone is gone."""
    due = await store.read(lambda tx: tx.all("list_blobs_due", limit=LIMIT))
    for row in due:
        blob, organization_id = str(row["blob"]), str(row["organization_id"])
        await blobs.delete(blob)
        await store.write(lambda tx, b=blob, o=organization_id: tx.one("keep_blob", blob=b, organization_id=o))  # type: ignore[misc]
    return len(due)

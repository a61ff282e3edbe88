"""Upkeep of all batches, in every server process: they load, stop, end and go on as long as one of them lives."""

import time

from pressrun.agents.cache import Definitions
from pressrun.batches import quota
from pressrun.batches.attend import Attended, attend
from pressrun.batches.followers import end_followers
from pressrun.batches.steps import Step, next_step
from pressrun.batches.upload import discard
from pressrun.errors import PressrunError
from pressrun.jobs.batch_lanes import OpenBatch, find_open
from pressrun.store.clock import SECOND
from pressrun.store.store import Store, Transaction
from pressrun.telemetry import log
from pressrun.telemetry.events import ServerEvent

BATCHES = "batches"
"""The topic of the bell that tells of batches that want something done."""

EVERY_S = 1.0
SILENT_UPLOAD_US = 600 * SECOND
STALE_EVERY_S = 60.0
STALE_LIMIT = 10


class Keeper:
    """One process's share of the upkeep."""

    def __init__(self, store: Store, definitions: Definitions) -> None:
        self._store = store
        self._definitions = definitions
        self._looked_s = 0.0

    async def keep(self, every_s: float = EVERY_S) -> None:
        """Do what there is to do, at the bell and every `every_s` seconds, until cancelled."""
        bell = self._store.bells.listen(BATCHES)
        try:
            while True:
                try:
                    busy = await self.round()
                except Exception as error:  # noqa: BLE001 - whatever it is, the next round must come
                    expected = isinstance(error, PressrunError)
                    log.warn(ServerEvent.BATCH_UPKEEP_FAILED, error=str(error), exc_info=not expected)
                    busy = False
                if not busy:
                    await bell.wait(every_s)
        finally:
            self._store.bells.leave(BATCHES, bell)

    async def round(self) -> bool:
        """One step for each batch that needs one; whether there may be more to do at once."""
        busy = False
        for batch in await self._store.read(find_open):
            step = next_step(batch)
            if step is Step.LOAD and not self._store.has_room:
                continue  # on a full disk what is left is for the jobs that run to end
            if step is not None:
                busy |= await self._attend_alone(batch)
        if await self._store.read(quota.turns):
            runnable = await self._store.write(quota.take)
            if runnable:
                self._store.bells.ring("jobs")
        if await self._store.read(lambda tx: tx.one("has_finished_leaders")):
            busy |= await self._store.write(end_followers) > 0
            self._store.bells.ring("finished")
            self._store.bells.ring("jobs")
        if time.monotonic() - self._looked_s > STALE_EVERY_S:
            self._looked_s = time.monotonic()
            await self._discard_stale()
        return busy

    async def _attend_alone(self, batch: OpenBatch) -> bool:
        """A batch that nothing can be done for holds up no other."""
        try:
            return await self._attend(batch)
        except PressrunError as error:
            if error.retry_after_s is not None:  # the database is away: it is for all of them
                raise
            log.warn(ServerEvent.BATCH_UPKEEP_FAILED, batch=batch.id, error=str(error))
        except Exception as error:  # noqa: BLE001 - whatever it is, the others must go on
            log.warn(ServerEvent.BATCH_UPKEEP_FAILED, batch=batch.id, error=str(error), exc_info=error)
        return False

    async def _attend(self, batch: OpenBatch) -> bool:
        async def work(tx: Transaction) -> Attended:
            return await attend(tx, batch.organization_id, batch.id, self._definitions)

        done = await self._store.write(work)
        if done.runnable:
            self._store.bells.ring("jobs")
        if done.ended:
            self._store.bells.ring("finished")
        if done.cancelling:
            self._store.bells.ring("cancels")
        return done.again

    async def _discard_stale(self) -> None:
        async def work(tx: Transaction) -> list[tuple[str, str]]:
            rows = await tx.all("list_stale_uploads", silent_us=SILENT_UPLOAD_US, limit=STALE_LIMIT)
            return [(row["organization_id"], row["id"]) for row in rows]

        for organization_id, batch_id in await self._store.read(work):
            await discard(self._store, organization_id, batch_id)

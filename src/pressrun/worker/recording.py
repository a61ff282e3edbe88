"""Recording how attempts ended, however long the database is away: what was paid for is not thrown away."""

import asyncio

from pressrun.errors import PressrunError
from pressrun.jobs.floors import RETURNED
from pressrun.jobs.job import Claim, State
from pressrun.jobs.outcome import Ending
from pressrun.jobs.settle import SETTLE_LIMIT, settle, witness
from pressrun.store.grouping import Grouped
from pressrun.store.store import Store
from pressrun.telemetry import log
from pressrun.telemetry.events import ServerEvent

PAUSE_S = 1.0
"""How long to leave a database alone that cannot serve."""

PATIENCE_S = 3600.0
"""How long an unanswered commit is asked after; the result waits in memory and keeps its place meanwhile."""


class Recorder:
    """Writes endings in groups; the worker bounds how many of them wait."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._grouped: Grouped[tuple[Claim, Ending], State | None] = Grouped(
            store, settle, limit=SETTLE_LIMIT, witness=witness, patience_s=PATIENCE_S
        )

    async def record(self, claim: Claim, ending: Ending) -> None:
        """Returns when the ending is recorded, or refused because somebody else holds the job now."""
        while True:
            try:
                state = await self._grouped.submit((claim, ending))
            except PressrunError as error:
                log.warn(ServerEvent.WORKER_TROUBLED, job=claim.id, error=str(error))
                await asyncio.sleep(PAUSE_S)
                continue
            if state in {State.QUEUED, State.WAITING}:
                self._store.bells.ring("jobs")
                self._store.bells.ring(RETURNED)
            else:
                self._store.bells.ring("finished")
            return

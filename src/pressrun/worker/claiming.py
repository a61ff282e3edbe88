"""A worker's claims: one after the other for the places that are free, at the bell and once a second."""

import asyncio
import time
from collections.abc import Callable, Sequence
from enum import Enum, auto

from pressrun.errors import PressrunError
from pressrun.ids import new_lease_token
from pressrun.jobs.claim import Taken, claim, claim_suspect, witness
from pressrun.jobs.floors import RETURNED, Floors
from pressrun.jobs.job import Claim
from pressrun.store.store import Store, Transaction
from pressrun.store.sure import write_surely
from pressrun.telemetry import log
from pressrun.telemetry.events import ServerEvent
from pressrun.worker.heart import Pulse
from pressrun.worker.options import WorkerOptions
from pressrun.worker.running import Running

POLL_S = 1.0
"""How often to look for work although no bell rang: a bell may be lost, and waiting jobs become due in silence."""

GATHER_S = 0.01
"""How long a busy worker lets freed places gather before it claims for them all at once."""

CLAIMED_AT_ONCE = 125
"""The most jobs in one claim of a worker: their calls begin while the next are claimed. Five hundred that begin at the
same moment end at the same moment, and then wait for each other, again and again."""

AHEAD_PART = 4
"""A claim takes at most one in so many of the places more than are free, for places that come free meanwhile."""

STORE_PAUSE_S = 1.0
"""How long to leave a database alone that cannot serve."""

CLAIM_PATIENCE_S = 30.0

MISSES_ALLOWED = 30
"""Claims in a row that found work for free places and brought none; a claim comes at least once a second."""

ALONE_IDLE_S = 5.0
"""A worker for suspects ends when none has come for so long."""


class Left(Enum):
    """What a claim left behind."""

    NOTHING = auto()
    FOR_FREE_PLACES = auto()
    FOR_LATER = auto()


class StuckError(Exception):
    """This worker finds work and cannot take it: another process may do better."""


class Claimer:
    """Takes jobs for the free places of `running` and gives them to `start`, while `allowed` is set."""

    def __init__(
        self, store: Store, options: WorkerOptions, running: Running, start: Callable[[Sequence[Claim]], None]
    ) -> None:
        self._store = store
        self._options = options
        self._running = running
        self._start = start
        self.allowed = asyncio.Event()
        self.allowed.set()
        self._ended_meanwhile = 0
        self._misses = 0
        self._floors = Floors()
        self._returned = store.bells.listen(RETURNED)

    async def claim_until(self, stop: asyncio.Event, pulse: Pulse) -> None:
        """Claim until `stop` is set, and show `pulse` that the loop goes round; raises StuckError."""
        bell = self._store.bells.listen("jobs")
        stopped = asyncio.create_task(stop.wait())
        woken: list[asyncio.Task[bool]] = []
        idle_since = asyncio.get_running_loop().time()
        try:
            while not stop.is_set():
                pulse.came_round()
                self._running.freed.clear()
                left = await self._claim_once() if self.allowed.is_set() else Left.NOTHING
                if left is Left.FOR_FREE_PLACES:
                    continue
                more = left is Left.FOR_LATER
                woken = [asyncio.create_task(self._running.freed.wait())] if more else []
                if not more or self._running.free(self._options.concurrency) > 0:
                    woken.append(asyncio.create_task(bell.wait(POLL_S)))
                await asyncio.wait([stopped, *woken], return_when=asyncio.FIRST_COMPLETED, timeout=POLL_S)
                for task in woken:
                    task.cancel()
                if more and len(self._running) > self._options.concurrency // 2:
                    await asyncio.sleep(GATHER_S)
                now = asyncio.get_running_loop().time()
                idle_since = now if len(self._running) else idle_since
                if self._options.alone and now - idle_since > ALONE_IDLE_S:
                    return
        finally:
            pulse.rest()
            for task in (stopped, *woken):  # also where this ends in the middle of waiting for them
                task.cancel()
            self._store.bells.leave("jobs", bell)

    async def _claim_once(self) -> Left:
        """Fill free places, of many a part; what is left after that."""
        wanted = min(self._wanted, CLAIMED_AT_ONCE)
        if wanted <= 0:
            return Left.FOR_LATER
        if not self._store.has_room:
            return Left.NOTHING  # what is left is for the jobs that run to end
        try:
            taken = await self._take(wanted)
        except PressrunError as error:
            log.warn(ServerEvent.WORKER_TROUBLED, error=str(error))
            await asyncio.sleep(STORE_PAUSE_S)
            return Left.NOTHING
        self._misses = self._misses + 1 if taken.missed else 0
        if self._misses > MISSES_ALLOWED:
            raise StuckError
        self._start(taken.claims)
        if len(taken.claims) == CLAIMED_AT_ONCE:
            return Left.FOR_FREE_PLACES
        return Left.FOR_LATER if taken.left > 0 else Left.NOTHING

    @property
    def _wanted(self) -> int:
        """How many jobs to claim: for the places that are free, and for as many as came free during the last claim.

        These will come free during this one too; a job that comes before its place is free waits for it here, as long
        as a claim takes. Where jobs end seldom nothing is taken ahead, so that none waits here while another worker
        has room.
        """
        places = self._options.concurrency
        return self._running.free(places) + min(self._ended_meanwhile, places // AHEAD_PART)

    async def _take(self, wanted: int) -> Taken:
        token, worker_id = new_lease_token(), self._options.worker_id

        async def alone(tx: Transaction) -> Taken:
            held = await claim_suspect(tx, worker_id, token)
            return Taken([], 0) if held is None else Taken([held], left=1)

        async def many(tx: Transaction) -> Taken:
            return await claim(tx, worker_id, token, wanted, self._floors)

        work = alone if self._options.alone else many
        if await self._returned.wait(0):
            self._floors.look_everywhere()
        everywhere, began_s, ended = self._floors.begin(), time.monotonic(), self._running.ended
        taken = await write_surely(self._store, work, witness, patience_s=CLAIM_PATIENCE_S)
        self._ended_meanwhile = self._running.ended - ended
        self._floors.learn(taken.reached, everywhere=everywhere, took_s=time.monotonic() - began_s)
        return taken

"""The worker: claims jobs, has them performed, records how they ended, and proves meanwhile that it lives."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from pressrun.errors import PressrunError
from pressrun.ids import new_lease_token
from pressrun.jobs import claim as claiming
from pressrun.jobs import workers
from pressrun.jobs.floors import RETURNED, Floors
from pressrun.jobs.job import Claim
from pressrun.jobs.outcome import Call, Ending, Outcome
from pressrun.store.store import Store, Transaction
from pressrun.store.sure import write_surely
from pressrun.telemetry import log
from pressrun.telemetry.events import ServerEvent
from pressrun.worker.heart import Heart, LoopHeart, Pulse
from pressrun.worker.machine import this_machine
from pressrun.worker.recording import Recorder
from pressrun.worker.running import Run, Running, Stop

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
LOST_AND_FOUND_S = 10.0
"""How often a worker asks whether the store thinks it holds jobs that it knows nothing of."""

MISSES_ALLOWED = 30
"""Claims in a row that found work for free places and brought none; a claim comes at least once a second."""

ALONE_IDLE_S = 5.0
"""A worker for suspects ends when none has come for so long."""

Perform = Callable[[Claim, list[Call]], Awaitable[Outcome]]
"""Carries a claim out; appends every model call to the list, whatever becomes of it. Raises nothing but its own
cancellation."""


class Left(Enum):
    """What a claim left behind."""

    NOTHING = auto()
    FOR_FREE_PLACES = auto()
    FOR_LATER = auto()


class FencedError(Exception):
    """This worker was declared dead, or may have been: it must write nothing more and start anew."""


class StuckError(Exception):
    """This worker finds work and cannot take it: another process may do better."""


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """How a worker behaves; durations in seconds. `alone`: it takes suspects only, one at a time."""

    worker_id: str
    concurrency: int
    lease_s: float
    grace_s: float
    alone: bool = False


class Worker:
    """One worker process's loop; it hears from its heart (`heart.Listener`) and lets go when that fails."""

    def __init__(self, store: Store, perform: Perform, options: WorkerOptions, heart: Heart | None = None) -> None:
        self._store = store
        self._perform = perform
        self._options = options
        self._running = Running()
        self._places = asyncio.Semaphore(options.concurrency)
        self._ended_meanwhile = 0
        self._recorder = Recorder(store)
        self._heart = heart or LoopHeart(Pulse(options.worker_id, options.lease_s), store)
        self._may_claim = asyncio.Event()
        self._may_claim.set()
        self._dead = asyncio.Event()
        self._misses = 0
        self._floors = Floors()
        self._returned = store.bells.listen(RETURNED)
        self._unknown: set[str] = set()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, then finish what runs or give it back.

        Raises FencedError when declared dead, StuckError when it cannot take what there is.
        """
        options = self._options
        await self._store.write(
            lambda tx: workers.add(
                tx, options.worker_id, host=this_machine(), pid=os.getpid(), concurrency=options.concurrency
            )
        )
        log.emit(ServerEvent.WORKER_STARTED, worker=options.worker_id, concurrency=options.concurrency)
        self._heart.start(self)
        try:
            async with asyncio.TaskGroup() as group:
                watchers = [group.create_task(work) for work in (self._watch_cancellations(), self._watch_lost())]
                watchers.append(group.create_task(self._watch_death()))
                await self._claim_until(stop)
                await self._leave()
                for watcher in watchers:
                    watcher.cancel()
        except BaseExceptionGroup as errors:
            self._running.interrupt_all(Stop.FENCE)
            raise errors.exceptions[0] from None
        finally:
            await self._heart.stop()
        await self._store.write(lambda tx: workers.stop(tx, options.worker_id))
        log.emit(ServerEvent.WORKER_STOPPED, worker=options.worker_id)

    def let_go(self) -> None:
        """See heart.Listener: stop asking models; what is finished is kept and recorded as soon as that is possible."""
        log.warn(ServerEvent.WORKER_LET_GO, worker=self._options.worker_id, running=len(self._running))
        self._may_claim.clear()
        self._running.interrupt_all(Stop.RELEASE)

    def recovered(self) -> None:
        """See heart.Listener."""
        log.emit(ServerEvent.WORKER_RECOVERED, worker=self._options.worker_id)
        self._may_claim.set()

    def declared_dead(self) -> None:
        """See heart.Listener."""
        self._dead.set()

    async def _claim_until(self, stop: asyncio.Event) -> None:
        bell = self._store.bells.listen("jobs")
        stopped = asyncio.create_task(stop.wait())
        woken: list[asyncio.Task[bool]] = []
        idle_since = asyncio.get_running_loop().time()
        try:
            while not stop.is_set():
                self._heart.pulse.came_round()
                self._running.freed.clear()
                left = await self._claim_once() if self._may_claim.is_set() else Left.NOTHING
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
            self._heart.pulse.rest()
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

    async def _take(self, free: int) -> claiming.Taken:
        token, worker_id = new_lease_token(), self._options.worker_id

        async def alone(tx: Transaction) -> claiming.Taken:
            held = await claiming.claim_suspect(tx, worker_id, token)
            return claiming.Taken([], 0) if held is None else claiming.Taken([held], left=1)

        async def many(tx: Transaction) -> claiming.Taken:
            return await claiming.claim(tx, worker_id, token, free, self._floors)

        work = alone if self._options.alone else many
        if await self._returned.wait(0):
            self._floors.look_everywhere()
        everywhere, began_s, ended = self._floors.begin(), time.monotonic(), self._running.ended
        taken = await write_surely(self._store, work, claiming.witness, patience_s=CLAIM_PATIENCE_S)
        self._ended_meanwhile = self._running.ended - ended
        self._floors.learn(taken.reached, everywhere=everywhere, took_s=time.monotonic() - began_s)
        return taken

    def _start(self, claims: Sequence[Claim]) -> None:
        for claim in claims:
            run = Run(claim)
            self._running.runs[claim.id] = run
            run.task = asyncio.create_task(self._carry_out(run))
        if not self._may_claim.is_set():  # the heart failed while the claim was under way
            self._running.interrupt_all(Stop.RELEASE)

    async def _carry_out(self, run: Run) -> None:
        calls: list[Call] = []
        run.begun = True
        try:
            outcome = await self._outcome(run, calls)
            if outcome is not None:
                self._running.record(run)
                several = len(calls) > 1 or run.claim.attempts > 1  # else there is nothing a checkpoint could hold
                await self._recorder.record(run.claim, Ending(outcome, calls, checkpointed=several))
        finally:
            self._running.remove(run)

    async def _outcome(self, run: Run, calls: list[Call]) -> Outcome | None:
        """How the attempt ended; None when nothing of it may be written."""
        if run.stop is not None:
            return run.interrupted
        try:
            async with self._places:
                return await self._perform(run.claim, calls)
        except asyncio.CancelledError:
            return run.interrupted

    async def _watch_cancellations(self) -> None:
        bell = self._store.bells.listen("cancels")
        while True:
            await bell.wait(POLL_S)
            if not self._running.runs:
                continue
            try:
                job_ids = await self._store.read(lambda tx: workers.cancelled_runs(tx, self._options.worker_id))
            except PressrunError:
                continue  # asked again in a second
            for job_id in job_ids:
                if run := self._running.runs.get(job_id):
                    self._running.interrupt(run, Stop.CANCEL)

    async def _watch_lost(self) -> None:
        """Carry out what the store says this worker holds and it does not know of.

        A claim whose commit was never answered may come to that. Seen twice, so that a claim under way is not meant.
        """
        while True:
            await asyncio.sleep(LOST_AND_FOUND_S)
            try:
                held = await self._store.read(lambda tx: claiming.held_by(tx, self._options.worker_id))
            except PressrunError:
                continue
            unknown = {claim.lease_token: claim for claim in held if not self._knows(claim)}
            self._start([claim for token, claim in unknown.items() if token in self._unknown])
            self._unknown = set(unknown)

    def _knows(self, claim: Claim) -> bool:
        run = self._running.runs.get(claim.id)
        return run is not None and run.claim.lease_token == claim.lease_token

    async def _watch_death(self) -> None:
        await self._dead.wait()
        log.warn(ServerEvent.WORKER_FENCED, worker=self._options.worker_id, running=len(self._running))
        raise FencedError

    async def _leave(self) -> None:
        log.emit(ServerEvent.WORKER_STOPPING, worker=self._options.worker_id, running=len(self._running))
        if not await self._running.drain(self._options.grace_s):
            self._running.interrupt_all(Stop.RELEASE)
            await self._running.drain(self._options.grace_s)

"""The worker: has the jobs it claims performed, records how they ended, and proves meanwhile that it lives."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence

from pressrun.errors import PressrunError
from pressrun.jobs import workers
from pressrun.jobs.claim import held_by
from pressrun.jobs.job import Claim
from pressrun.jobs.outcome import Call, Ending, Outcome
from pressrun.store.store import Store
from pressrun.telemetry import log
from pressrun.telemetry.events import ServerEvent
from pressrun.worker.claiming import Claimer
from pressrun.worker.heart import Heart, LoopHeart, Pulse
from pressrun.worker.machine import this_machine
from pressrun.worker.options import WorkerOptions
from pressrun.worker.recording import Recorder
from pressrun.worker.running import Run, Running, Stop

CANCELS_EVERY_S = 1.0
"""How often to look for cancellations although no bell rang: a bell may be lost."""

LOST_AND_FOUND_S = 10.0
"""How often a worker asks whether the store thinks it holds jobs that it knows nothing of."""

Perform = Callable[[Claim, list[Call]], Awaitable[Outcome]]
"""Carries a claim out; appends every model call to the list, whatever becomes of it. Raises nothing but its own
cancellation."""


class FencedError(Exception):
    """This worker was declared dead, or may have been: it must write nothing more and start anew."""


class Worker:
    """One worker process's loop; it hears from its heart (`heart.Listener`) and lets go when that fails."""

    def __init__(self, store: Store, perform: Perform, options: WorkerOptions, heart: Heart | None = None) -> None:
        self._store = store
        self._perform = perform
        self._options = options
        self._running = Running()
        self._places = asyncio.Semaphore(options.concurrency)
        self._claimer = Claimer(store, options, self._running, self._start)
        self._recorder = Recorder(store)
        self._heart = heart or LoopHeart(Pulse(options.worker_id, options.lease_s), store)
        self._dead = asyncio.Event()
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
                await self._claimer.claim_until(stop, self._heart.pulse)
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
        self._claimer.allowed.clear()
        self._running.interrupt_all(Stop.RELEASE)

    def recovered(self) -> None:
        """See heart.Listener."""
        log.emit(ServerEvent.WORKER_RECOVERED, worker=self._options.worker_id)
        self._claimer.allowed.set()

    def declared_dead(self) -> None:
        """See heart.Listener."""
        self._dead.set()

    def _start(self, claims: Sequence[Claim]) -> None:
        for claim in claims:
            run = Run(claim)
            self._running.runs[claim.id] = run
            run.task = asyncio.create_task(self._carry_out(run))
        if not self._claimer.allowed.is_set():  # the heart failed while the claim was under way
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
            await bell.wait(CANCELS_EVERY_S)
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
                held = await self._store.read(lambda tx: held_by(tx, self._options.worker_id))
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

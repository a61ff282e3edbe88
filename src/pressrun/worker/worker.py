"""The worker: claims jobs, has them performed, records how they ended, and proves meanwhile that it lives."""

import asyncio
import os
import socket
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from pressrun.errors import PressrunError
from pressrun.ids import new_lease_token
from pressrun.jobs import claim as claiming
from pressrun.jobs import workers
from pressrun.jobs.job import Claim, State
from pressrun.jobs.outcome import Cancelled, Ending, Released
from pressrun.jobs.settle import SETTLE_LIMIT, settle
from pressrun.store.grouping import Grouped
from pressrun.store.store import Store
from pressrun.telemetry import log
from pressrun.telemetry.events import ServerEvent
from pressrun.worker.running import Run, Running, Stop

POLL_S = 1.0
"""How often to look for work although no bell rang: a bell may be lost, and waiting jobs become due in silence."""

GATHER_S = 0.01
"""How long a busy worker lets freed places gather before it claims for them all at once."""

STORE_PAUSE_S = 1.0
"""How long to leave a database alone that cannot serve."""

BEATS_PER_LEASE = 3
FENCE_AFTER = 2 / 3
"""Part of a lease without a confirmed heartbeat after which a worker lets go, before anyone may take over."""

Perform = Callable[[Claim], Awaitable[Ending]]


class FencedError(Exception):
    """This worker was declared dead, or may have been: it must write nothing more and start anew."""


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """How a worker behaves; durations in seconds."""

    worker_id: str
    concurrency: int
    lease_s: float
    grace_s: float


class Worker:
    """One worker process's loop; `perform` turns a claim into an ending and raises nothing but its cancellation."""

    def __init__(self, store: Store, perform: Perform, options: WorkerOptions) -> None:
        self._store = store
        self._perform = perform
        self._options = options
        self._running = Running()
        self._recorder: Grouped[tuple[Claim, Ending], State | None] = Grouped(store, settle, limit=SETTLE_LIMIT)
        self._confirmed = time.monotonic()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set, then finish what runs or give it back; raises FencedError when declared dead."""
        options = self._options
        await self._store.write(
            lambda tx: workers.add(
                tx, options.worker_id, host=socket.gethostname(), pid=os.getpid(), concurrency=options.concurrency
            )
        )
        self._confirmed = time.monotonic()
        log.emit(ServerEvent.WORKER_STARTED, worker=options.worker_id, concurrency=options.concurrency)
        try:
            async with asyncio.TaskGroup() as group:
                watchers = [group.create_task(self._beat()), group.create_task(self._watch_cancellations())]
                await self._claim_until(stop)
                await self._leave()
                for watcher in watchers:
                    watcher.cancel()
        except BaseExceptionGroup as errors:
            self._running.interrupt_all(Stop.FENCE)
            raise errors.exceptions[0] from None
        await self._store.write(lambda tx: workers.stop(tx, options.worker_id))
        log.emit(ServerEvent.WORKER_STOPPED, worker=options.worker_id)

    async def _claim_until(self, stop: asyncio.Event) -> None:
        bell = self._store.bells.listen("jobs")
        stopped = asyncio.create_task(stop.wait())
        try:
            while not stop.is_set():
                self._running.freed.clear()
                more = await self._claim_once()
                woken = [asyncio.create_task(self._running.freed.wait())] if more else []
                if not more or len(self._running) < self._options.concurrency:
                    woken.append(asyncio.create_task(bell.wait(POLL_S)))  # type: ignore[arg-type]
                await asyncio.wait([stopped, *woken], return_when=asyncio.FIRST_COMPLETED, timeout=POLL_S)
                for task in woken:
                    task.cancel()
                if more and len(self._running) > self._options.concurrency // 2:
                    await asyncio.sleep(GATHER_S)
        finally:
            stopped.cancel()
            self._store.bells.leave("jobs", bell)

    async def _claim_once(self) -> bool:
        """Fill the free places; True when work was left that has to wait for a place."""
        free = self._options.concurrency - len(self._running)
        if free <= 0:
            return True
        if not self._store.has_room:
            return False  # what is left is for the jobs that run to end
        token = new_lease_token()
        try:
            taken = await self._store.write(lambda tx: claiming.claim(tx, self._options.worker_id, token, free))
        except PressrunError as error:
            log.warn(ServerEvent.WORKER_TROUBLED, error=str(error))
            await asyncio.sleep(STORE_PAUSE_S)
            return False
        for claim in taken.claims:
            run = Run(claim)
            self._running.runs[claim.id] = run
            run.task = asyncio.create_task(self._carry_out(run))
        return taken.left > 0

    async def _carry_out(self, run: Run) -> None:
        try:
            ending = await self._end(run)
            if ending is not None:
                run.recording = True
                await self._record(run, ending)
        finally:
            self._running.remove(run)

    async def _end(self, run: Run) -> Ending | None:
        """How the attempt ended; None when nothing of it may be written."""
        try:
            return await self._perform(run.claim)
        except asyncio.CancelledError:
            match run.stop:
                case Stop.CANCEL:
                    return Ending(Cancelled())
                case Stop.RELEASE:
                    return Ending(Released())
                case _:
                    return None

    async def _record(self, run: Run, ending: Ending) -> None:
        """Write the ending, however long the database is away: what was paid for is not thrown away."""
        while True:
            try:
                state = await self._recorder.submit((run.claim, ending))
            except PressrunError as error:
                log.warn(ServerEvent.WORKER_TROUBLED, job=run.claim.id, error=str(error))
                await asyncio.sleep(STORE_PAUSE_S)
                continue
            self._store.bells.ring("finished" if state not in {State.QUEUED, State.WAITING} else "jobs")
            return

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._options.lease_s / BEATS_PER_LEASE)
            try:
                async with asyncio.timeout(self._options.lease_s / BEATS_PER_LEASE):
                    alive = await self._store.write(lambda tx: workers.beat(tx, self._options.worker_id))
            except (PressrunError, TimeoutError) as error:
                log.warn(ServerEvent.WORKER_TROUBLED, error=str(error) or "the heartbeat timed out")
                alive = time.monotonic() - self._confirmed < self._options.lease_s * FENCE_AFTER
            else:
                self._confirmed = time.monotonic()
            if not alive:
                log.warn(ServerEvent.WORKER_FENCED, worker=self._options.worker_id, running=len(self._running))
                raise FencedError

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

    async def _leave(self) -> None:
        log.emit(ServerEvent.WORKER_STOPPING, worker=self._options.worker_id, running=len(self._running))
        if not await self._running.drain(self._options.grace_s):
            self._running.interrupt_all(Stop.RELEASE)
            await self._running.drain(self._options.grace_s)

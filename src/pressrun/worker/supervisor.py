"""The supervisor: starts the API and the workers, restarts what dies, and frees a dead worker's jobs at once."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Callable
from uuid import uuid4

from pressrun.batches import forget
from pressrun.errors import PressrunError
from pressrun.jobs import workers
from pressrun.jobs.floors import RETURNED
from pressrun.jobs.keeping_up import keep_up
from pressrun.jobs.rescue import rescue
from pressrun.jobs.retention import Keep, keep_forgetting
from pressrun.jobs.upkeep import Upkeep
from pressrun.knowledge.extraction import network
from pressrun.settings import Settings
from pressrun.store.store import Store, Transaction
from pressrun.telemetry import log
from pressrun.telemetry.events import ServerEvent
from pressrun.worker.child import KILL_AFTER_S, Child
from pressrun.worker.exits import EXIT_FENCED, EXIT_STUCK
from pressrun.worker.head_start import HeadStart
from pressrun.worker.machine import this_machine
from pressrun.worker.store_watch import StoreWatch

UPKEEP_S = 1.0
"""How often lost leases and passed deadlines are looked for."""


class Supervisor:
    """Keeps a server's processes running on this machine; `listener` is the API's socket, None for workers alone.

    `head_start` is an API process that waits for its orders.
    """

    def __init__(
        self, store: Store, settings: Settings, listener: socket.socket | None, head_start: HeadStart | None = None
    ) -> None:
        self._store = store
        self._settings = settings
        self._watch = StoreWatch(store)
        self._environment = {**os.environ, **settings.environment()}
        self._workers = [self._worker_child(f"worker {number + 1}") for number in range(settings.workers)]
        self._api = None if listener is None else self._api_child(listener, head_start)
        self._hurried = asyncio.Event()
        self._lone: Child | None = None
        self._lone_run: asyncio.Task[None] | None = None

    async def run(self, started: Callable[[], None] = lambda: None) -> None:
        """Run until SIGTERM or SIGINT, then stop everything in order; a second signal stops it at once."""
        await self._watch.begin()
        await self._bury_the_unsupervised()
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop, stop)
        api = [] if self._api is None else [asyncio.create_task(self._api.run())]
        working = [asyncio.create_task(child.run()) for child in self._workers]
        keeping = asyncio.create_task(
            keep_up(
                self._store,
                self._settings.lease_s,
                every_s=UPKEEP_S,
                tidies=True,
                first=self._look_at_store,
                then=self._look_after,
            )
        )
        keep = Keep(self._settings.keep_jobs_days, self._settings.keep_events_days)
        beside = [
            asyncio.create_task(keep_forgetting(self._store, keep)),
            asyncio.create_task(forget.keep_forgetting(self._store, keep.jobs_days)),
            asyncio.create_task(network.tell()),
        ]
        started()
        await stop.wait()
        log.emit(ServerEvent.SERVER_STOPPING)
        drained = loop.create_task(self._drain())
        # Workers first: while they finish, clients can still ask how their jobs stand.
        for task in (keeping, *beside):
            task.cancel()  # before the workers go: upkeep would start new ones for suspects
        await asyncio.gather(keeping, *beside, return_exceptions=True)
        lone = [] if self._lone_run is None else [self._lone_run]
        await self._finish(self._all_workers, [*working, *lone], self._settings.grace_s + KILL_AFTER_S)
        await drained
        await self._finish([] if self._api is None else [self._api], api, KILL_AFTER_S)

    async def _drain(self) -> None:
        """Have load balancers go elsewhere, and give them time to notice, before nobody listens any more."""
        if self._api is None or not self._settings.drain_s:
            return
        self._api.warn()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._settings.drain_s):
                await self._hurried.wait()

    @property
    def _all_workers(self) -> list[Child]:
        return [*self._workers, *([] if self._lone is None else [self._lone])]

    def _stop(self, stop: asyncio.Event) -> None:
        if stop.is_set():
            self._hurried.set()
            for child in (*self._all_workers, *([self._api] if self._api else [])):
                child.kill()
        stop.set()

    async def _look_at_store(self) -> None:
        """Renew all children after a restore: no lease of theirs holds, what they remember of agents may be wrong."""
        if await self._watch.look():
            for child in (*self._all_workers, *([self._api] if self._api else [])):
                child.renew()

    async def _finish(self, children: list[Child], tasks: "list[asyncio.Task[None]]", timeout_s: float) -> None:
        if not tasks:
            return
        for child in children:
            child.interrupt()
        _, pending = await asyncio.wait(tasks, timeout=timeout_s)
        for child in children if pending else []:
            child.kill()
        await asyncio.gather(*tasks)

    def _worker_child(self, name: str, *arguments: str) -> Child:
        current = ""

        def command() -> list[str]:
            nonlocal current
            current = f"{socket.gethostname()}-{uuid4().hex[:12]}"
            return ["-m", "pressrun.worker.process", current, *arguments]

        async def ended(exit_code: int) -> None:
            # One that ended by its own decision has let go of its jobs; they did not kill it.
            await self._bury([current], blamed=exit_code not in {0, EXIT_FENCED, EXIT_STUCK})

        return Child(name, command, self._environment, ended, identity=lambda: current)

    async def _look_after(self, done: Upkeep) -> None:
        """Have suspects run where nothing else does, and end workers of ours that live on although they were buried."""
        if done.suspects and self._workers and (self._lone_run is None or self._lone_run.done()):
            self._lone = self._worker_child("worker alone", "alone")
            self._lone_run = asyncio.create_task(self._lone.run(once=True))
        for child in self._all_workers:
            if child.identity in done.buried:
                child.renew()

    def _api_child(self, listener: socket.socket, head_start: HeadStart | None) -> Child:
        descriptor = listener.fileno()

        async def ended(_exit_code: int) -> None:
            return

        def first() -> HeadStart | None:
            if head_start is not None:
                head_start.order(self._settings.environment(), descriptor)
            return head_start

        command = ["-m", "pressrun.api.process", str(descriptor)]
        return Child("api", lambda: command, self._environment, ended, pass_fds=[descriptor], first=first)

    async def _bury_the_unsupervised(self) -> None:
        """Free what workers of this machine held that died with their supervisor: no job can have done that."""
        records = await self._store.read(lambda tx: workers.of_host(tx, this_machine()))
        await self._bury([record.id for record in records if not _is_alive(record.pid)], blamed=False)

    async def _bury(self, worker_ids: list[str], *, blamed: bool) -> None:
        """Free the jobs of workers whose processes are known to have ended, now rather than after a lease."""

        async def work(tx: Transaction) -> list[str]:
            buried = [one for one in worker_ids if await workers.bury(tx, one, blamed=blamed)]
            await rescue(tx)
            return buried

        with contextlib.suppress(PressrunError):  # the lease runs out all the same
            for worker_id in await self._store.write(work):
                log.warn(ServerEvent.WORKER_BURIED, worker=worker_id, blamed=blamed)
            self._store.bells.ring("jobs")
            self._store.bells.ring(RETURNED)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True

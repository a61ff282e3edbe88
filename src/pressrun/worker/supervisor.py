"""The supervisor: starts the API and the workers, restarts what dies, and frees a dead worker's jobs at once."""

import asyncio
import contextlib
import os
import signal
import socket
import time
from collections.abc import Callable
from uuid import uuid4

from pressrun.errors import PressrunError
from pressrun.jobs import workers
from pressrun.jobs.upkeep import tidy, upkeep
from pressrun.settings import Settings
from pressrun.store.store import Store
from pressrun.telemetry import log
from pressrun.telemetry.events import ServerEvent
from pressrun.worker.child import KILL_AFTER_S, Child
from pressrun.worker.store_watch import StoreWatch

UPKEEP_S = 1.0
"""How often lost leases and passed deadlines are looked for."""

TIDY_S = 600.0


class Supervisor:
    """Keeps a server's processes running on this machine; `listener` is the API's socket, None for workers alone."""

    def __init__(self, store: Store, settings: Settings, listener: socket.socket | None) -> None:
        self._store = store
        self._settings = settings
        self._watch = StoreWatch(store)
        self._environment = {**os.environ, **settings.environment()}
        self._workers = [self._worker_child(number) for number in range(settings.workers)]
        self._api = None if listener is None else self._api_child(listener)

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
        keeping = asyncio.create_task(self._keep_up())
        started()
        await stop.wait()
        log.emit(ServerEvent.SERVER_STOPPING)
        # Workers first: while they finish, clients can still ask how their jobs stand.
        await self._finish(self._workers, working, self._settings.grace_s + KILL_AFTER_S)
        await self._finish([] if self._api is None else [self._api], api, KILL_AFTER_S)
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)

    def _stop(self, stop: asyncio.Event) -> None:
        if stop.is_set():
            for child in (*self._workers, *([self._api] if self._api else [])):
                child.kill()
        stop.set()

    def _renew_children(self) -> None:
        """After a restore no lease of theirs holds any more, and what they remember of agents may be wrong."""
        for child in (*self._workers, *([self._api] if self._api else [])):
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

    def _worker_child(self, number: int) -> Child:
        current = ""

        def command() -> list[str]:
            nonlocal current
            current = f"{socket.gethostname()}-{uuid4().hex[:12]}"
            return ["-m", "pressrun.worker.process", current]

        async def ended() -> None:
            await self._bury([current])

        return Child(f"worker {number + 1}", command, self._environment, ended)

    def _api_child(self, listener: socket.socket) -> Child:
        descriptor = listener.fileno()

        async def ended() -> None:
            return

        command = ["-m", "pressrun.api.process", str(descriptor)]
        return Child("api", lambda: command, self._environment, ended, pass_fds=[descriptor])

    async def _bury_the_unsupervised(self) -> None:
        """Free what workers of this machine held that died with their supervisor."""
        records = await self._store.read(lambda tx: workers.of_host(tx, socket.gethostname()))
        await self._bury([record.id for record in records if not _is_alive(record.pid)])

    async def _bury(self, worker_ids: list[str]) -> None:
        """Free the jobs of workers whose processes are known to have ended, now rather than after a lease."""
        for worker_id in worker_ids:
            with contextlib.suppress(PressrunError):  # the lease runs out all the same
                if await self._store.write(lambda tx, worker_id=worker_id: workers.bury(tx, worker_id)):  # type: ignore[misc]
                    log.warn(ServerEvent.WORKER_BURIED, worker=worker_id)
        with contextlib.suppress(PressrunError):
            await upkeep(self._store, self._settings.lease_s, may_bury=False)

    async def _keep_up(self) -> None:
        tidied = 0.0
        watching_since = time.monotonic()
        while True:
            try:
                if await self._watch.look():
                    self._renew_children()
                # After the database was away, or on waking up, every heartbeat is old: watch for a lease first.
                may_bury = time.monotonic() - watching_since > self._settings.lease_s
                done = await upkeep(self._store, self._settings.lease_s, may_bury=may_bury)
                if done.rescued or done.expired:
                    log.emit(ServerEvent.UPKEEP_DONE, buried=done.buried, rescued=done.rescued, expired=done.expired)
                if time.monotonic() - tidied > TIDY_S:
                    await tidy(self._store)
                    tidied = time.monotonic()
            except Exception as error:  # noqa: BLE001 - whatever it is, the next round must come
                log.warn(ServerEvent.UPKEEP_FAILED, error=str(error), exc_info=not isinstance(error, PressrunError))
                watching_since = time.monotonic()
            await asyncio.sleep(UPKEEP_S)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True

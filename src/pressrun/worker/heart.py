"""A worker's heartbeat, in a thread of its own: nothing that a job does on the event loop can make it miss one.

It is also the watchdog: a loop that has stopped to come round while the heart beats is stuck, and its process must go.
"""

import asyncio
import contextlib
import os
import threading
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

from pressrun.errors import PressrunError
from pressrun.jobs import workers
from pressrun.store.store import Store
from pressrun.telemetry import log
from pressrun.telemetry.events import ServerEvent
from pressrun.worker.exits import EXIT_STUCK

BEATS_PER_LEASE = 3
LET_GO_AFTER = 2 / 3
"""Part of a lease without a confirmed heartbeat after which a worker lets go, before anyone may take over."""

SHORTEST_BEAT_S = 0.05
"""What a beat is given that begins when it is all but time to let go."""

STUCK_AFTER_S = 30.0
"""How long the claim loop may take to come round once; it normally takes a second at most."""

OPEN_AGAIN_S = 1.0


class Listener(Protocol):
    """What hears how the heart is; called on the worker's own event loop."""

    def let_go(self) -> None:
        """No heartbeat has been confirmed for a while: somebody else may soon take over."""

    def recovered(self) -> None:
        """Heartbeats are confirmed again, and nobody has taken over."""

    def declared_dead(self) -> None:
        """This worker holds nothing any more."""


class Pulse:
    """The state of one worker's heartbeat; times are the process's monotonic clock, in seconds."""

    def __init__(self, worker_id: str, lease_s: float, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._worker_id = worker_id
        self._lease_s = lease_s
        self._clock_s = clock_s
        self._confirmed_s = clock_s()
        self._came_round_s: float | None = None
        self._has_let_go = False

    @property
    def interval_s(self) -> float:
        """Seconds between two beats."""
        return self._lease_s / BEATS_PER_LEASE

    def came_round(self) -> None:
        """The claim loop is alive."""
        self._came_round_s = self._clock_s()

    def rest(self) -> None:
        """The claim loop has ended in good order."""
        self._came_round_s = None

    def is_stuck(self) -> bool:
        """Whether the claim loop has not come round for too long, although the database answers."""
        came_round_s = self._came_round_s
        if came_round_s is None:
            return False
        now_s = self._clock_s()
        return now_s - self._confirmed_s < self._lease_s and now_s - came_round_s > max(STUCK_AFTER_S, self._lease_s)

    async def beat(self, store: Store, listener: Listener) -> bool:
        """One heartbeat, and what follows from it; False when there need be no more."""
        began_s = self._clock_s()
        writing = asyncio.ensure_future(store.write(lambda tx: workers.beat(tx, self._worker_id)))
        # Waited for from outside: over a dead link the driver takes its time to end what is interrupted.
        try:
            await asyncio.wait({writing}, timeout=self._patience_s())
        finally:
            writing.cancel()
            writing.add_done_callback(_forget)
        if not writing.done():
            self.missed(listener, "the heartbeat timed out")
            return True
        try:
            alive = writing.result()
        except PressrunError as error:
            self.missed(listener, str(error))
            return True
        if not alive:
            listener.declared_dead()
            return False
        self._confirmed_s = began_s  # the row says no later time than that
        if self._has_let_go:
            self._has_let_go = False
            listener.recovered()
        return True

    def _patience_s(self) -> float:
        """How long a beat may take: no longer than until it is time to let go."""
        left_s = self._let_go_at_s - self._clock_s()
        return self.interval_s if self._has_let_go else min(self.interval_s, max(left_s, SHORTEST_BEAT_S))

    @property
    def _let_go_at_s(self) -> float:
        return self._confirmed_s + self._lease_s * LET_GO_AFTER

    def missed(self, listener: Listener, why: str) -> None:
        """A heartbeat could not be written."""
        log.warn(ServerEvent.WORKER_TROUBLED, error=why)
        if not self._has_let_go and self._clock_s() >= self._let_go_at_s:
            self._has_let_go = True
            listener.let_go()


def _forget(writing: "asyncio.Future[bool]") -> None:
    """Take note of how an interrupted beat ended, which nobody waits for."""
    if not writing.cancelled():
        writing.exception()


class Heart(Protocol):
    """Beats for a worker from `start` to `stop`."""

    pulse: Pulse

    def start(self, listener: Listener) -> None:
        """Begin, on the running event loop's behalf."""

    async def stop(self) -> None:
        """Beat no more."""


class LoopHeart:
    """Beats on the worker's own event loop: for workers whose jobs cannot hold it up, and for tests."""

    def __init__(self, pulse: Pulse, store: Store) -> None:
        self.pulse = pulse
        self._store = store
        self._task: asyncio.Task[None] | None = None

    def start(self, listener: Listener) -> None:
        """See Heart.start."""
        self._task = asyncio.create_task(self._beat(listener))

    async def _beat(self, listener: Listener) -> None:
        beating = True
        while beating:
            await asyncio.sleep(self.pulse.interval_s)
            beating = await self.pulse.beat(self._store, listener)

    async def stop(self) -> None:
        """See Heart.stop."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)


class ThreadHeart:
    """Beats in a thread with an event loop and a store of its own; ends the process when the worker is stuck."""

    def __init__(self, pulse: Pulse, open_own_store: Callable[[], Awaitable[Store]]) -> None:
        self.pulse = pulse
        self._open_own_store = open_own_store
        self._stopped = threading.Event()
        self._wake: Callable[[], object] = self._stopped.set
        self._thread: threading.Thread | None = None

    def start(self, listener: Listener) -> None:
        """See Heart.start."""
        there = _Elsewhere(asyncio.get_running_loop(), listener)
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._run(there)), name="pressrun-heart", daemon=True
        )
        self._thread.start()

    async def _run(self, listener: Listener) -> None:
        store: Store | None = None
        halt, loop = asyncio.Event(), asyncio.get_running_loop()
        self._wake = lambda: loop.call_soon_threadsafe(halt.set)
        while not self._stopped.is_set():
            if self.pulse.is_stuck():
                log.warn(ServerEvent.WORKER_STUCK)
                os._exit(EXIT_STUCK)  # nothing in this process can be trusted to end it in order
            try:
                store = store or await self._open_own_store()
            except PressrunError as error:
                self.pulse.missed(listener, str(error))
            if store is not None and not await self.pulse.beat(store, listener):
                break
            # Not in the thread's sleep: what an interrupted beat left behind needs the loop to come to its end.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(OPEN_AGAIN_S if store is None else self.pulse.interval_s):
                    await halt.wait()
        if store is not None:
            await store.close()

    async def stop(self) -> None:
        """See Heart.stop."""
        self._stopped.set()
        with contextlib.suppress(RuntimeError):  # the thread has ended before
            self._wake()
        if self._thread is not None:
            await asyncio.to_thread(self._thread.join)


class _Elsewhere:
    """A listener that lives on another thread's event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, listener: Listener) -> None:
        self._loop = loop
        self._listener = listener

    def let_go(self) -> None:
        self._loop.call_soon_threadsafe(self._listener.let_go)

    def recovered(self) -> None:
        self._loop.call_soon_threadsafe(self._listener.recovered)

    def declared_dead(self) -> None:
        self._loop.call_soon_threadsafe(self._listener.declared_dead)

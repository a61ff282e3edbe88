"""Time that passes only when nothing else can happen: waiting costs nothing, and a run goes the same way again."""

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import Context
from random import Random
from typing import Any
from unittest import mock

from pressrun import ids
from pressrun.store.clock import SECOND
from tests.fake_clock import START


class StillbornError(Exception):
    """Everything waits for something that nobody will ever do."""


class VirtualLoop(asyncio.BaseEventLoop):
    """An event loop without files, sockets or threads; `time()` is seconds since the simulation began."""

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0
        self._selector = self  # asked by BaseEventLoop how long to sleep
        self._clock_resolution = 1e-6
        self.faults: list[dict[str, Any]] = []
        self.set_exception_handler(lambda _loop, context: self.faults.append(context))

    def time(self) -> float:
        return self._now

    def select(self, timeout: float | None) -> list[Any]:
        """Nobody is ready: the time of the next timer comes at once."""
        if timeout is None:
            raise StillbornError("everything waits, and no timer runs")
        self._now += max(0.0, timeout)
        return []

    def call_soon_threadsafe(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """There is one thread."""
        return self.call_soon(callback, *args, context=context)

    def wall_clock(self) -> int:
        """Microseconds since the epoch."""
        return START + int(self._now * SECOND)

    def wall_clock_ns(self) -> int:
        """Nanoseconds since the epoch."""
        return self.wall_clock() * 1000

    def _process_events(self, event_list: list[Any]) -> None:
        """There are none."""

    def _write_to_self(self) -> None:
        """Nobody sleeps."""


@contextmanager
def machine_of(loop: VirtualLoop, random: Random) -> Iterator[None]:
    """The machine's clocks and entropy, none of which is ours, are those of the simulation meanwhile."""
    with (
        mock.patch.object(time, "monotonic", loop.time),
        mock.patch.object(time, "time_ns", loop.wall_clock_ns),
        mock.patch.object(os, "urandom", random.randbytes),
        mock.patch.object(ids, "_randomness", ids._Randomness()),  # what it has fetched before is of another seed
    ):
        yield

"""One child process of the supervisor, started again whenever it ends."""

import asyncio
import contextlib
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

from pressrun.lifeline import SOON
from pressrun.telemetry import log
from pressrun.telemetry.events import ServerEvent
from pressrun.worker.head_start import HeadStart

STEADY_S = 10.0
"""A child that lived this long starts again at once; one that did not waits longer each time."""

LONGEST_PAUSE_S = 10.0
KILL_AFTER_S = 5.0
"""What a child gets beyond the grace period before it is killed."""


class Child:
    """A process and its successors. `command` makes the next one's arguments, `ended` hears one's exit code.

    `first` gives the first one, if it has been started already.
    """

    def __init__(
        self,
        name: str,
        command: Callable[[], Sequence[str]],
        environment: Mapping[str, str],
        ended: Callable[[int], Awaitable[None]],
        *,
        pass_fds: Sequence[int] = (),
        identity: Callable[[], str] = str,
        first: Callable[[], HeadStart | None] = lambda: None,
    ) -> None:
        self._name = name
        self._command = command
        self._environment = environment
        self._ended = ended
        self._pass_fds = pass_fds
        self._identity = identity
        self._first = first
        self._process: asyncio.subprocess.Process | HeadStart | None = None
        self._stopping = asyncio.Event()

    @property
    def pid(self) -> int | None:
        """The process that lives now."""
        return self._process.pid if self._process is not None else None

    @property
    def identity(self) -> str:
        """What the process that lives now calls itself."""
        return self._identity()

    async def run(self, *, once: bool = False) -> None:
        """Keep a process alive until it is interrupted; `once`: without successors."""
        pause_s = 0.0
        first = self._first()
        while not self._stopping.is_set():
            started = time.monotonic()
            process = self._process = first or await self._start()
            first = None
            log.emit(ServerEvent.PROCESS_STARTED, name=self._name, pid=process.pid)
            if self._stopping.is_set():
                self._send(signal.SIGTERM)  # asked to stop while the process was being made
            code = await process.wait()
            self._process = None
            log.emit(ServerEvent.PROCESS_ENDED, name=self._name, pid=process.pid, exit_code=code)
            await self._ended(code)
            if once:
                return
            steady = time.monotonic() - started > STEADY_S
            pause_s = 0.0 if steady else min(LONGEST_PAUSE_S, pause_s * 2 or 0.1)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause_s):
                    await self._stopping.wait()

    async def _start(self) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            *self._command(),
            env=dict(self._environment),
            stdin=asyncio.subprocess.PIPE,  # closes when this process dies, whatever kills it
            pass_fds=self._pass_fds,
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which stops its children in order
        )

    def interrupt(self) -> None:
        """Ask the process to end, for good."""
        self._stopping.set()
        self._send(signal.SIGTERM)

    def warn(self) -> None:
        """Tell the process that it will be interrupted soon."""
        if isinstance(self._process, HeadStart):
            self._process.warn(SOON)
        elif self._process is not None and self._process.stdin is not None:
            self._process.stdin.write(SOON)

    def renew(self) -> None:
        """End the process now; a new one takes its place."""
        self._send(signal.SIGKILL)

    def kill(self) -> None:
        """End the process now."""
        self._stopping.set()
        self._send(signal.SIGKILL)

    def _send(self, number: int) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)

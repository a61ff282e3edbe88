"""A head start: a child process that loads its modules while its supervisor still finds out what to tell it.

Loading them is half of a start. What a process of this kind needs is known from the command's name alone; its settings,
the socket and the database are there a second later. This module loads nothing itself, for the same reason.
"""

import contextlib
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping

from pressrun.orders import give_orders

OWNER_ONLY = 0o077


class HeadStart:
    """A process `python -m MODULE` that waits for its orders; one whose starter ends before that ends as well."""

    def __init__(self, module: str) -> None:
        self._lifeline, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - this very program
                [sys.executable, "-m", module], stdin=theirs.fileno(), start_new_session=True, umask=OWNER_ONLY
            )

    @property
    def pid(self) -> int:
        """See asyncio.subprocess.Process."""
        return self._process.pid

    def order(self, environment: Mapping[str, str], descriptor: int) -> None:
        """Have it begin, with these variables in its environment, on a socket; one that has died hears nothing."""
        with contextlib.suppress(OSError):
            give_orders(self._lifeline, environment, descriptor)

    async def wait(self) -> int:
        """See asyncio.subprocess.Process."""
        import asyncio  # noqa: PLC0415 - see above

        loop, ended = asyncio.get_running_loop(), asyncio.Event()

        def wait() -> None:
            self._process.wait()
            loop.call_soon_threadsafe(ended.set)

        # A thread of its own: event loops wait only for processes that they have started themselves.
        threading.Thread(target=wait, name="pressrun-head-start", daemon=True).start()
        await ended.wait()
        self._lifeline.close()
        return self._process.wait()

    def warn(self, line: bytes) -> None:
        """Write a line to its standard input."""
        with contextlib.suppress(OSError):
            self._lifeline.send(line)

    def send_signal(self, number: int) -> None:
        """See asyncio.subprocess.Process."""
        self._process.send_signal(number)

    def give_up(self) -> None:
        """End it if it is still there."""
        self._lifeline.close()
        self._process.kill()
        self._process.wait()

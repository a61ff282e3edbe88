"""A child's tie to its supervisor: a pipe on standard input that closes when the supervisor dies, however it dies."""

import asyncio
import os
import stat
import sys
from collections.abc import Callable


def watch_parent(gone: Callable[[], None]) -> None:
    """Call `gone` once the pipe on standard input closes; without a pipe there is no supervisor to watch."""
    descriptor = sys.stdin.fileno()
    mode = os.fstat(descriptor).st_mode
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):  # uvloop's pipes are sockets
        return
    loop = asyncio.get_running_loop()

    def read() -> None:
        if not os.read(descriptor, 1024):
            loop.remove_reader(descriptor)
            gone()

    loop.add_reader(descriptor, read)

"""A child's tie to its supervisor: a pipe on standard input that closes when the supervisor dies, however it dies.

A line through it tells the child that it will be asked to stop soon: unlike a signal, it cannot come too early.
"""

import asyncio
import os
import stat
import sys
from collections.abc import Callable

SOON = b"soon\n"


def watch_parent(gone: Callable[[], None], soon: Callable[[], None] = lambda: None) -> None:
    """Call `gone` once the pipe on standard input closes, `soon` when a line comes through it.

    Without a pipe there is no supervisor to watch.
    """
    descriptor = sys.stdin.fileno()
    mode = os.fstat(descriptor).st_mode
    if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):  # uvloop's pipes are sockets
        return
    loop = asyncio.get_running_loop()

    def read() -> None:
        if os.read(descriptor, 1024):
            soon()
        else:
            loop.remove_reader(descriptor)
            gone()

    loop.add_reader(descriptor, read)

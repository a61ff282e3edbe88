"""Clients that keep a connection and give nothing for it: how long they may, and how many connections there are.

A head must be whole within 10 seconds. A body has 10 seconds of grace, then must come at 1 kB/s on the whole, and be
whole within 60, unless it is a file. What waits to be sent must move within 30. One look a second at every
connection costs less than a timer for each request.
"""

import asyncio
import re
import resource
from typing import Protocol

HEAD_S = 10.0
BODY_S = 60.0
BODY_GRACE_S = 10.0
BODY_RATE = 1000
"""Bytes a second, over the time after the grace."""

STALLED_S = 30.0
LINGER_S = 2.0
"""How long a body is still taken in, unread, after its request was answered: cut off at once, the answer is lost."""

LOOK_EVERY_S = 1.0
OTHER_FILES = 256
"""Descriptors that everything but clients' connections needs: database, models, logs."""


FILES = "/v1/files"
UPLOADS = re.compile(rf"/v1/applications/[^/]+/batches(?:/estimate|/bad-rows)?|{FILES}")
"""Where files go, of rows or of any kind: they may take as long as they need, as long as they keep coming."""


def is_upload(path: str) -> bool:
    """Whether a file of any length may be sent there."""
    return UPLOADS.fullmatch(path) is not None


class Watched(Protocol):
    """A connection, as it is watched."""

    def look(self, now: float) -> None:
        """End it when it does not keep its deadlines."""
        ...

    def close_idle(self) -> None:
        """End it, as it is the one that waits longest."""
        ...


class SlowClients:
    """All connections of a process, at most `most`; those without a request in the order in which they fell silent."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: set[Watched] = set()
        self._idle: dict[Watched, None] = {}

    def admit(self, connection: Watched) -> bool:
        """Take a new connection in; at the limit the one that is silent longest makes room. False: all are busy."""
        if len(self._open) >= self._most:
            oldest = next(iter(self._idle), None)
            if oldest is None:
                return False
            self.forget(oldest)
            oldest.close_idle()
        self._open.add(connection)
        self._idle[connection] = None
        return True

    def busy(self, connection: Watched) -> None:
        """A request has arrived on it."""
        self._idle.pop(connection, None)

    def idle(self, connection: Watched) -> None:
        """Its last request is answered."""
        if connection in self._open:
            self._idle[connection] = None

    def forget(self, connection: Watched) -> None:
        """It has ended."""
        self._open.discard(connection)
        self._idle.pop(connection, None)

    async def watch(self) -> None:
        """Look at every connection, once a second, for ever."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            for connection in list(self._open):
                connection.look(loop.time())


def connections_possible(wanted: int) -> int:
    """How many connections this process can hold open, of those wanted; raises its own limit of open files for them."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = wanted + OTHER_FILES
    if hard != resource.RLIM_INFINITY:
        needed = min(needed, hard)
    if soft != resource.RLIM_INFINITY and soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
    return max(1, min(wanted, max(needed - OTHER_FILES, needed // 4)))

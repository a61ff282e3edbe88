"""The connections to one origin: the one used last is used first, those that idle are closed."""

import asyncio
import re

from pressrun.http1.connection import Connection
from pressrun.http1.dialling import Dialler
from pressrun.http1.errors import ConnectError

IDLE_S = 15.0
"""Seconds for which an unused connection is kept, if the other side names no shorter time."""

MARGIN_S = 1.0
"""Seconds before the other side's own time is over: a request must not meet its end on the way."""

SWEEP_S = 1.0
TIMEOUT = re.compile(r"\btimeout=(\d{1,6})\b")


class Pool:
    """At most `most` connections at a time (0: no bound), `connect_s` seconds to make one."""

    def __init__(self, dialler: Dialler, connect_s: float, most: int = 0) -> None:
        self._dialler = dialler
        self._connect_s = connect_s
        self._places = asyncio.Semaphore(most) if most else None
        self._idle: dict[Connection, float] = {}
        self._used: set[Connection] = set()
        self._sweeper: asyncio.TimerHandle | None = None
        self._is_closed = False

    def at_hand(self) -> Connection | None:
        """As `take`, if that need not wait."""
        connection = self._fresh() if self._places is None else None
        if connection is not None:
            self._used.add(connection)
        return connection

    async def take(self) -> Connection:
        """A connection for one request, to be given back; raises ConnectError."""
        if self._places is not None:
            await self._places.acquire()
        try:
            connection = self._fresh() or await self._dialled()
        except BaseException:
            if self._places is not None:
                self._places.release()
            raise
        self._used.add(connection)
        return connection

    def give_back(self, connection: Connection, keep_alive: str | None) -> None:
        """The request is done with; `keep_alive` is what the header of that name said."""
        self._used.discard(connection)
        if self._places is not None:
            self._places.release()
        if connection.rest():
            loop = asyncio.get_running_loop()
            self._idle[connection] = loop.time() + kept_s(keep_alive)
            if self._sweeper is None:
                self._sweeper = loop.call_later(SWEEP_S, self._sweep)

    def close(self) -> None:
        """Close all connections; calls under way fail, and there are no others."""
        self._is_closed = True
        if self._sweeper is not None:
            self._sweeper.cancel()
        for connection in [*self._idle, *self._used]:
            connection.abort()

    async def _dialled(self) -> Connection:
        if not self._is_closed:
            connection = await self._dialler.dial(self._forget, self._connect_s)
            if not self._is_closed:
                return connection
            connection.abort()
        raise ConnectError("the client is closed")

    def _fresh(self) -> Connection | None:
        now = asyncio.get_running_loop().time()
        while self._idle:
            connection, until = self._idle.popitem()
            if until > now and connection.is_fresh:
                return connection
            connection.abort()
        return None

    def _forget(self, connection: Connection) -> None:
        self._idle.pop(connection, None)

    def _sweep(self) -> None:
        loop = asyncio.get_running_loop()
        now = loop.time()
        for connection in [each for each, until in self._idle.items() if until <= now]:
            del self._idle[connection]
            connection.abort()
        self._sweeper = loop.call_later(SWEEP_S, self._sweep) if self._idle else None


def kept_s(keep_alive: str | None) -> float:
    """Seconds for which an idle connection may be used again."""
    if keep_alive is None:
        return IDLE_S
    named = TIMEOUT.search(keep_alive)
    return min(IDLE_S, int(named[1]) - MARGIN_S) if named else IDLE_S

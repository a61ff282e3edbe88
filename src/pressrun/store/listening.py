"""Bells between the processes of a PostgreSQL database: LISTEN on a connection of its own, NOTIFY after the commit.

NOTIFY stands outside every transaction that matters: a commit that holds one takes a lock of the whole server.
"""

import asyncio
import contextlib
from collections.abc import Callable

import asyncpg

CHANNEL = "pressrun"
RECONNECT_S = 1.0


class Listening:
    """One connection that listens, re-made for ever; while it is down, the callers' slow polls do its work."""

    def __init__(self, url: str, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._url = url
        self._pool = pool
        self._task: asyncio.Task[None] | None = None

    async def open(self, heard: Callable[[str], None]) -> None:
        """Listen before the first caller looks; raises what asyncpg raises when the first connection fails."""
        ready = asyncio.Event()
        self._task = asyncio.create_task(self._listen(heard, ready))
        await ready.wait()

    async def send(self, topics: set[str]) -> None:
        """Ring everywhere; a hint that cannot be sent is dropped, which it may be."""
        with contextlib.suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            for topic in topics:
                await self._pool.execute("SELECT pg_notify($1, $2)", CHANNEL, topic)

    async def close(self) -> None:
        """Stop listening."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _listen(self, heard: Callable[[str], None], ready: asyncio.Event) -> None:
        while True:
            with contextlib.suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await self._listen_once(heard, ready)
            ready.set()
            await asyncio.sleep(RECONNECT_S)

    async def _listen_once(self, heard: Callable[[str], None], ready: asyncio.Event) -> None:
        connection = await asyncpg.connect(self._url, timeout=10)
        lost = asyncio.Event()
        try:
            connection.add_termination_listener(lambda _connection: lost.set())
            await connection.add_listener(CHANNEL, lambda _connection, _pid, _channel, topic: heard(str(topic)))
            ready.set()
            await lost.wait()
        finally:
            await connection.close(timeout=2)

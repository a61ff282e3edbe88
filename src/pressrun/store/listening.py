"""Bells between the processes of a PostgreSQL database: LISTEN on a connection of its own, NOTIFY after the commit.

NOTIFY stands outside every transaction that matters: a commit that holds one takes a lock of the whole server.
"""

import asyncio
import contextlib
from collections.abc import Callable

import asyncpg

from pressrun.errors import Code, PressrunError
from pressrun.store.postgres_links import watch_link

CHANNEL = "pressrun"
USERS = 0x7573657273
"""The advisory lock "users": shared by every process that has the database open; whoever moves it takes it alone."""

RECONNECT_S = 1.0


class Listening:
    """One connection that listens, re-made for ever; while it is down, the callers' slow polls do its work."""

    def __init__(self, url: str, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._url = url
        self._pool = pool
        self._task: asyncio.Task[None] | None = None
        self._shut_out = False

    async def open(self, heard: Callable[[str], None]) -> None:
        """Listen before the first caller looks; raises PressrunError while the database is being moved."""
        ready = asyncio.Event()
        self._task = asyncio.create_task(self._listen(heard, ready))
        await ready.wait()
        if self._shut_out:
            raise PressrunError(
                Code.CONFLICT,
                "this database is being moved by another command: wait until it has ended",
                retry_after_s=5,
            )

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
            await watch_link(connection)
            connection.add_termination_listener(lambda _connection: lost.set())
            self._shut_out = not await connection.fetchval("SELECT pg_try_advisory_lock_shared($1)", USERS)
            await connection.add_listener(CHANNEL, lambda _connection, _pid, _channel, topic: heard(str(topic)))
            ready.set()
            await lost.wait()
        finally:
            await connection.close(timeout=2)

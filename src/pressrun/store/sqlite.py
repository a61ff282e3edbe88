"""SQLite: one writer thread a process with group commit, two reader threads, every commit on disk before it returns."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import apsw

from pressrun.errors import Code, PressrunError
from pressrun.store.bells import Bells
from pressrun.store.clock import Clock, system_clock
from pressrun.store.datagrams import Datagrams
from pressrun.store.sqlite_connection import SqliteTransaction, connect, drive, refusal
from pressrun.store.sqlite_migrate import migrate_sqlite
from pressrun.store.sqlite_writer import SqliteWriter
from pressrun.store.store import Dialect, Transaction

T = TypeVar("T")

READERS = 2


class SqliteStore:
    """A SQLite file that is open; several processes of one machine may have it open at once."""

    dialect: Dialect = "sqlite"

    def __init__(self, path: Path, clock: Clock, vfs: str | None = None) -> None:
        self._path = path
        self._vfs = vfs
        self._clock = clock
        self._writer = SqliteWriter(clock)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="pressrun-sqlite-reader")
        self._local = threading.local()
        self._reading: list[apsw.Connection] = []
        self._datagrams = Datagrams(path.with_name(path.name + "-bells"))
        self.bells = Bells(self._datagrams.send)

    @classmethod
    async def open(
        cls, path: Path, *, clock: Clock | None = None, migrate: bool = True, vfs: str | None = None
    ) -> "SqliteStore":
        """Open or create the file; raises PressrunError when it cannot be, or is of a newer Pressrun.

        `vfs` names a registered SQLite VFS: the power-loss tests put a disk of their own under the file.
        """
        try:
            await asyncio.to_thread(migrate_sqlite, path, apply=migrate, vfs=vfs)
            connection = await asyncio.to_thread(connect, path, vfs)  # in the writer's thread nobody would hear it fail
        except apsw.Error as error:
            raise PressrunError(Code.UNAVAILABLE, f"cannot open {path}: {error}") from error
        store = cls(path, clock or system_clock, vfs)
        store._writer.start(connection)
        await store._datagrams.open(store.bells.heard)
        return store

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """See Store.write."""
        return await self._writer.submit(work)

    async def read(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """See Store.read."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, work)

    def _read(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        connection: apsw.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = connect(self._path, self._vfs)
            self._reading.append(connection)
        try:
            connection.execute("BEGIN")
            try:
                return drive(work, SqliteTransaction(connection, self._clock))
            finally:
                connection.execute("COMMIT")
        except apsw.Error as error:
            raise refusal(error) from error

    async def close(self) -> None:
        """See Store.close."""
        await self.bells.close()
        self._datagrams.close()
        await self._writer.stop()
        await asyncio.to_thread(self._readers.shutdown)
        for connection in self._reading:
            connection.close()

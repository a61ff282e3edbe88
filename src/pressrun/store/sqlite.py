"""SQLite: one writer thread a process with group commit, two reader threads, every commit on disk before it returns."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

import apsw

from pressrun.errors import Code, PressrunError
from pressrun.store.anchored_clock import Machine, anchored
from pressrun.store.ballast import Ballast
from pressrun.store.bells import Bells
from pressrun.store.clock import Clock
from pressrun.store.datagrams import Datagrams
from pressrun.store.facts import refuse_moved
from pressrun.store.presence import Presence
from pressrun.store.sqlite_connection import SqliteTransaction, connect, drive, mint_nothing, refusal
from pressrun.store.sqlite_migrate import migrate_sqlite
from pressrun.store.sqlite_writer import SqliteWriter
from pressrun.store.store import Dialect, Transaction

T = TypeVar("T")

READERS = 2
MACHINE = Machine()


class SqliteStore:
    """A SQLite file that is open; several processes of one machine may have it open at once."""

    dialect: Dialect = "sqlite"

    def __init__(self, path: Path, clock: Clock, ballast: Ballast, presence: Presence, vfs: str | None = None) -> None:
        self._path = path
        self._vfs = vfs
        self._clock = clock
        self._ballast = ballast
        self._presence = presence
        self._writer = SqliteWriter(clock, ballast)
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="pressrun-sqlite-reader")
        self._local = threading.local()
        self._reading: list[apsw.Connection] = []
        self._datagrams = Datagrams(path.with_name(path.name + "-bells"))
        self.bells = Bells(self._datagrams.send)

    @classmethod
    async def open(
        cls,
        path: Path,
        *,
        clock: Clock | None = None,
        migrate: bool = True,
        ballast_bytes: int = 0,
        machine: Machine = MACHINE,
        hints: bool = True,
        vfs: str | None = None,
        mints: bool = True,
    ) -> "SqliteStore":
        """Open or create the file; raises PressrunError when it cannot be, is of a newer Pressrun, or was moved.

        `ballast_bytes` is the reserve to keep on its disk, `machine` the clocks that tell the time unless `clock` does.
        `vfs` names a registered SQLite VFS: the power-loss tests put a disk of their own under the file. Without
        `mints` nothing is written that lets anybody in.
        """
        ballast = Ballast(path, ballast_bytes)

        def begin() -> tuple[Presence, apsw.Connection, Clock]:
            begun = _begin(path, clock, machine, migrate=migrate, vfs=vfs)
            if not mints:
                mint_nothing(begun[1])
            return begun

        try:
            try:
                presence, connection, agreed = await asyncio.to_thread(begin)
            except (apsw.Error, OSError):
                # Without any room a file that nobody has open cannot even be read.
                if not ballast.release_if_full():
                    raise
                presence, connection, agreed = await asyncio.to_thread(begin)
        except (apsw.Error, OSError) as error:
            raise PressrunError(Code.UNAVAILABLE, f"cannot open {path}: {error}") from error
        store = cls(path, agreed, ballast, presence, vfs)
        await store.keep_room()
        store._writer.start(connection)
        if hints:
            await store._datagrams.open(store.bells.heard)
        return store

    @property
    def has_room(self) -> bool:
        """See Store.has_room."""
        return self._ballast.is_kept

    async def keep_room(self) -> None:
        """See Store.keep_room."""
        if not self._ballast.is_kept:
            await asyncio.to_thread(self._ballast.take)

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
        self._presence.leave()


def _begin(
    path: Path, clock: Clock | None, machine: Machine, *, migrate: bool, vfs: str | None
) -> tuple[Presence, apsw.Connection, Clock]:
    """Enter, migrate, connect (in the writer's thread nobody would hear it fail) and agree on the time."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with ExitStack() as undo:
        presence = Presence(path)
        undo.callback(presence.leave)
        migrate_sqlite(path, apply=migrate, vfs=vfs)
        connection = connect(path, vfs)
        undo.callback(connection.close)
        agreed = _agree_on_time(connection, clock, machine)
        undo.pop_all()
    return presence, connection, agreed


def _agree_on_time(connection: apsw.Connection, clock: Clock | None, machine: Machine) -> Clock:
    """The clock all processes of the file share; raises PressrunError for a file whose data was moved away."""

    async def work(tx: Transaction) -> Clock:
        await refuse_moved(tx)
        return await anchored(tx, machine) if clock is None else clock

    connection.execute("BEGIN IMMEDIATE")
    try:
        agreed = drive(work, SqliteTransaction(connection, machine.wall))
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
    return agreed

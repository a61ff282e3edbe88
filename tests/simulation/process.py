"""Simulated processes: each has the real file open through the simulated disk, and ends without a word when killed."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import Context, ContextVar, copy_context
from pathlib import Path
from random import Random
from typing import Any, Protocol, TypeVar

import apsw

from pressrun.errors import Code, CommitUnknownError, PressrunError
from pressrun.jobs.create import GROUP_LIMIT, create, witness
from pressrun.store.ballast import Ballast
from pressrun.store.bells import Bells
from pressrun.store.grouping import Grouped
from pressrun.store.sqlite_connection import SqliteTransaction, drive, refusal
from pressrun.store.sqlite_writer import SqliteWriter, _Waiting
from pressrun.store.store import Dialect, Transaction
from tests.simulation.virtual_time import VirtualLoop

T = TypeVar("T")

PATIENCE_S = 5.0
USUAL_S = 0.002
"""What a commit or a look takes."""


class Surroundings(Protocol):
    """What a process knows of its world."""

    loop: VirtualLoop
    stormy: bool

    async def carry(self, sender: "Process", topics: set[str]) -> None:
        """Ring bells elsewhere."""

    def left(self, connection: apsw.Connection) -> None:
        """A process is dead and has no more use for its connection."""

    def note(self, who: str, what: str) -> None:
        """Write a line of the trace."""


class InlineWriter(SqliteWriter):
    """The product's group commit, on the event loop instead of a thread: one commit a turn."""

    def serve(self, connection: apsw.Connection) -> None:
        """Begin to serve."""
        self._connection = connection
        self._group: list[_Waiting] = []

    async def submit(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """See SqliteWriter.submit."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        if not self._group:
            loop.call_soon(self.turn)
        self._group.append(_Waiting(work, future, loop))
        return await future

    def turn(self) -> None:
        """Commit what waits."""
        group, self._group = self._group, []
        if group:
            self._commit(self._connection, group)


class _UndoneError(Exception):
    pass


class ProcessStore:
    """See Store; in a storm it is slow, busy, or does not say whether a commit happened."""

    dialect: Dialect = "sqlite"
    has_room = True

    def __init__(self, process: "Process", path: Path, connection: apsw.Connection, random: Random) -> None:
        self._process = process
        self._random = random
        self._clock = process.world.loop.wall_clock
        self._connection = connection
        self._writer = InlineWriter(self._clock, Ballast(path, 0))
        self._writer.serve(self._connection)
        self.bells = Bells(lambda topics: process.world.carry(process, topics))

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """See Store.write."""
        await self._wait()
        luck = self._random.random() if self._process.world.stormy else 1.0
        if luck < 0.02:
            raise PressrunError(Code.UNAVAILABLE, "the database is busy", retry_after_s=2)
        if luck < 0.03:
            self._process.say("a commit is lost and nobody is told")
            raise CommitUnknownError(await self._undone(work))
        value = await self._writer.submit(work)
        if luck < 0.05:
            self._process.say("a commit happens and nobody is told")
            raise CommitUnknownError(value)
        await self._wait()
        return value

    async def _undone(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        values: list[T] = []

        async def undone(tx: Transaction) -> None:
            values.append(await work(tx))
            raise _UndoneError

        try:
            await self._writer.submit(undone)
        except _UndoneError:
            return values[0]
        raise AssertionError("unreachable")

    async def read(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """See Store.read."""
        await self._wait()
        if self._process.world.stormy and self._random.random() < 0.02:
            raise PressrunError(Code.UNAVAILABLE, "the database is busy", retry_after_s=2)
        try:
            self._connection.execute("BEGIN")
            try:
                return drive(work, SqliteTransaction(self._connection, self._clock))
            finally:
                self._connection.execute("COMMIT")
        except apsw.Error as error:
            raise refusal(error) from error

    async def _wait(self) -> None:
        """The time it takes, now and then far too long; a dead process gets no further."""
        slow = self._process.world.stormy and self._random.random() < 0.01
        await asyncio.sleep(self._random.uniform(0.5, 6) if slow else self._random.uniform(0, USUAL_S))
        while self._process.cut_off_until > self._process.world.loop.time():
            await asyncio.sleep(0.1)
        if self._process.dead:
            raise asyncio.CancelledError

    async def keep_room(self) -> None:
        """See Store.keep_room."""

    def states(self) -> dict[str, str]:
        """Where every job stands, past every query of ours."""
        return {str(row[0]): str(row[1]) for row in self._connection.execute("SELECT id, state FROM jobs")}

    async def close(self) -> None:
        """See Store.close."""

    def drop(self) -> None:
        """The process is dead: what it had handed in was written a moment before, or not at all."""
        if self._random.random() < 0.5:
            self._writer.turn()


class Process:
    """A name, a store, and tasks that end together."""

    def __init__(self, world: Surroundings, name: str, path: Path, connection: apsw.Connection, random: Random) -> None:
        self.world = world
        self.name = name
        self.dead = False
        self.cut_off_until = 0.0
        self.worker_id: str | None = None
        self.connection = connection
        self.random = random
        self.store = ProcessStore(self, path, connection, random)
        self.intake = Grouped(self.store, create, limit=GROUP_LIMIT, witness=witness, patience_s=PATIENCE_S)
        self.tasks: dict[asyncio.Task[Any], None] = {}

    def say(self, what: str) -> None:
        """A line of the trace."""
        self.world.note(self.name, what)

    def run(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        """Do something in this process; whatever that begins belongs to it too."""
        context = copy_context()
        context.run(_OWNER.set, self)
        return self.world.loop.create_task(work, context=context)

    def kill(self) -> None:
        """End it here and now."""
        if not self.dead:
            self.dead = True
            self.store.drop()
            self.world.left(self.connection)
            for task in list(self.tasks):
                task.cancel()


_OWNER: "ContextVar[Process | None]" = ContextVar("owner", default=None)


def owned_task(
    loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, T], context: Context | None = None
) -> "asyncio.Task[T]":
    """A task factory: a process owns the tasks that its tasks make, so that they die with it."""
    task = asyncio.Task(work, loop=loop, context=context)
    owner = (copy_context() if context is None else context).get(_OWNER)
    if owner is not None:
        owner.tasks[task] = None
        task.add_done_callback(lambda done: owner.tasks.pop(done, None))
    return task

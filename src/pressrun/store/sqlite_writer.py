"""The one thread of a process that writes: works that wait together share one transaction and one sync of the disk."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple, TypeVar

import apsw

from pressrun.errors import Code, CommitUnknownError, PressrunError
from pressrun.store.ballast import Ballast
from pressrun.store.clock import Clock
from pressrun.store.sqlite_connection import SqliteTransaction, drive, refusal
from pressrun.store.store import Transaction

T = TypeVar("T")

GROUP_LIMIT = 500
"""Works in one commit: bounds how long the first of them waits for the last."""


class _Waiting(NamedTuple):
    work: Callable[[Transaction], Awaitable[Any]]
    future: "asyncio.Future[Any]"
    loop: asyncio.AbstractEventLoop


_Outcome = tuple[_Waiting, Any, BaseException | None]


class SqliteWriter:
    """Group commit: each work in a savepoint of its own, so that one that fails takes none of the others with it."""

    def __init__(self, clock: Clock, ballast: Ballast) -> None:
        self._clock = clock
        self._ballast = ballast
        self._connection: apsw.Connection
        self._queue: SimpleQueue[_Waiting | None] = SimpleQueue()
        self._ended = False
        self._thread = threading.Thread(target=self._run, name="pressrun-sqlite-writer", daemon=True)

    def start(self, connection: apsw.Connection) -> None:
        """Begin to serve on a connection, which is the writer's from now on."""
        self._connection = connection
        self._thread.start()

    async def submit(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """The work's value, after the commit that holds it; raises what it raised or why there was no commit."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[T] = loop.create_future()
        self._queue.put(_Waiting(work, future, loop))
        if self._ended:
            self._refuse_the_rest()
        return await future

    async def stop(self) -> None:
        """Finish what was submitted, then end the thread."""
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        connection = self._connection
        serving = True
        while serving:
            group, serving = self._next_group()
            if group:
                self._commit(connection, group)
        self._ended = True
        self._refuse_the_rest()
        connection.close()

    def _refuse_the_rest(self) -> None:
        """Tell whoever came after the end, and would wait for ever."""
        closed = PressrunError(Code.UNAVAILABLE, "the store is closed", retry_after_s=1)
        with suppress(Empty):
            while True:
                if (late := self._queue.get_nowait()) is not None and not late.loop.is_closed():
                    late.loop.call_soon_threadsafe(_settle, [(late, None, closed)])

    def _next_group(self) -> tuple[list[_Waiting], bool]:
        first = self._queue.get()
        group: list[_Waiting] = []
        while first is not None:
            group.append(first)
            if len(group) == GROUP_LIMIT:
                return group, True
            try:
                first = self._queue.get_nowait()
            except Empty:
                return group, True
        return group, False

    def _commit(self, connection: apsw.Connection, group: list[_Waiting]) -> None:
        try:
            try:
                outcomes = self._transaction(connection, group)
            except apsw.FullError:
                if not self._ballast.release():
                    raise
                outcomes = self._transaction(connection, group)  # new jobs see that the reserve is gone; the rest ends
        except Exception as error:  # noqa: BLE001 - whatever it is, this thread must live on: nobody else writes
            told = refusal(error) if isinstance(error, apsw.Error) else error
            outcomes = [(waiting, None, told) for waiting in group]
        for loop in {waiting.loop for waiting in group}:
            mine = [outcome for outcome in outcomes if outcome[0].loop is loop]
            if not loop.is_closed():
                loop.call_soon_threadsafe(_settle, mine)

    def _transaction(self, connection: apsw.Connection, group: list[_Waiting]) -> list[_Outcome]:
        outcomes: list[_Outcome] | None = None
        try:
            connection.execute("BEGIN IMMEDIATE")
            outcomes = [self._one(connection, waiting) for waiting in group]
            connection.execute("COMMIT")
        except BaseException as error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            if outcomes is None or not isinstance(error, apsw.IOError):
                raise
            # A sync that failed may have written all the same; nobody can say before it is read back.
            return [(waiting, None, failed or CommitUnknownError(value)) for waiting, value, failed in outcomes]
        return outcomes

    def _one(self, connection: apsw.Connection, waiting: _Waiting) -> _Outcome:
        connection.execute("SAVEPOINT work")
        try:
            value = drive(waiting.work, SqliteTransaction(connection, self._clock))
        except (apsw.FullError, apsw.IOError):
            raise  # the whole group's transaction is gone with it
        except Exception as error:  # noqa: BLE001 - handed to whoever waits for it
            connection.execute("ROLLBACK TO work")
            connection.execute("RELEASE work")
            return waiting, None, refusal(error) if isinstance(error, apsw.Error) else error
        connection.execute("RELEASE work")
        return waiting, value, None


def _settle(outcomes: Sequence[_Outcome]) -> None:
    for waiting, value, error in outcomes:
        if waiting.future.done():
            continue
        if error is None:
            waiting.future.set_result(value)
        else:
            waiting.future.set_exception(error)

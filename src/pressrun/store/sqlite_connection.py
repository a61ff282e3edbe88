"""One SQLite connection: its settings, its transaction, and how an async work is driven on it without an event loop."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, TypeVar, cast

import apsw

from pressrun.errors import Code, PressrunError
from pressrun.store.ballast import no_room
from pressrun.store.clock import Clock
from pressrun.store.queries import queries
from pressrun.store.store import Row, Transaction, Value

T = TypeVar("T")

OLDEST_SQLITE = (3, 51, 3)
"""Older ones can corrupt the file when a checkpoint meets a WAL reset."""

STATEMENTS_KEPT = 512
"""The most that apsw allows. Its cache is a ring in which every execution takes the next place: with the usual 100, one
statement for many rows pushes all others out, and these are parsed again, with the triggers they set off."""

LONGEST_WAL_BYTES = 67_108_864
"""What the write-ahead log is cut back to once a long reader that made it grow is gone."""

MINTED = ("keys", "people", "sessions", "sign_in_links")
"""Tables whose rows let somebody in."""

BUSY_WAIT_S = 0.001
BUSY_LIMIT_S = 20.0


def connect(path: Path, vfs: str | None = None) -> apsw.Connection:
    """Open the file with the settings every promise rests on; raises apsw.Error, PressrunError for an old library.

    `vfs` names a registered SQLite VFS, the system's own by default.
    """
    if is_too_old():
        raise PressrunError(Code.UNAVAILABLE, f"SQLite {apsw.sqlite_lib_version()} is too old: install apsw >= 3.51.3")
    connection = apsw.Connection(str(path), vfs=vfs, statementcachesize=STATEMENTS_KEPT)
    # SQLite's own busy handler sleeps up to 100 ms at a time, which every waiter's latency would show.
    connection.set_busy_handler(_wait_for_writer)
    connection.execute("PRAGMA synchronous = FULL")  # NORMAL loses acknowledged rows in a power cut
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA cache_size = -32768")
    connection.execute("PRAGMA temp_store = MEMORY")
    connection.execute(f"PRAGMA journal_size_limit = {LONGEST_WAL_BYTES}")
    _load_distances(connection)
    return connection


def is_too_old() -> bool:
    """Whether the SQLite in use can corrupt files; what apsw was built with says nothing where it is the system's."""
    return tuple(int(part) for part in apsw.sqlite_lib_version().split(".")) < OLDEST_SQLITE


def mint_nothing(connection: apsw.Connection) -> None:
    """Refuse, on this connection, every statement that would let anybody in or change what somebody may do."""
    for table in MINTED:
        for act in ("INSERT", "UPDATE"):
            connection.execute(
                f"CREATE TEMP TRIGGER no_{act}_of_{table} BEFORE {act} ON main.{table} "
                f"BEGIN SELECT raise(ABORT, 'workers let nobody in'); END"
            )


def _load_distances(connection: apsw.Connection) -> None:
    """sqlite-vec's functions, where it is installed and this SQLite loads extensions; search does without them too."""
    path = _distances()
    if path is None or not hasattr(connection, "enable_load_extension"):
        return
    try:
        connection.enable_load_extension(True)
        connection.load_extension(path, "sqlite3_vec_init")
        connection.enable_load_extension(False)
    except apsw.Error:
        return


@cache
def _distances() -> str | None:
    spec = find_spec("sqlite_vec")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        return str(Path(folder) / "vec0")
    return None


def _wait_for_writer(tries: int) -> bool:
    time.sleep(BUSY_WAIT_S)
    return tries * BUSY_WAIT_S < BUSY_LIMIT_S


@cache
def _statement(query: str) -> tuple[str, bool]:
    found = queries("sqlite")[query]
    return found.sql, "now" in found.parameters


class SqliteTransaction:
    """`Transaction` whose awaits never suspend."""

    def __init__(self, connection: apsw.Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._now: int | None = None

    async def all(self, query: str, /, **values: Value) -> list[Row]:
        """See Transaction.all."""
        return self._execute(query, values)

    async def one(self, query: str, /, **values: Value) -> Row | None:
        """See Transaction.one."""
        rows = self._execute(query, values)
        return rows[0] if rows else None

    async def run(self, query: str, /, **values: Value) -> int:
        """See Transaction.run."""
        self._execute(query, values)
        return self._connection.changes()

    async def each(self, query: str, rows: Sequence[Mapping[str, Value]], /) -> list[Row]:
        """See Transaction.each."""
        if not rows:
            return []
        sql, needs_now = _statement(query)
        bound = [{**values, "now": self._time()} for values in rows] if needs_now else rows
        return _rows(self._connection.executemany(sql, cast("list[dict[str, Any]]", bound)))

    def _execute(self, query: str, values: dict[str, Value]) -> list[Row]:
        sql, needs_now = _statement(query)
        if needs_now and "now" not in values:
            values["now"] = self._time()
        return _rows(self._connection.execute(sql, cast("dict[str, Any]", values)))

    def _time(self) -> int:
        if self._now is None:
            self._now = self._clock()  # one transaction, one time, as PostgreSQL's now()
        return self._now


def _rows(cursor: apsw.Cursor) -> list[Row]:
    names: list[str] | None = None
    rows: list[Row] = []
    for row in cursor:
        if names is None:
            names = [column[0] for column in cursor.get_description()]
        rows.append(dict(zip(names, row)))  # noqa: B905 - as many values as columns, by SQLite's word
    return rows


def drive(work: Callable[[Transaction], Awaitable[T]], tx: Transaction) -> T:
    """Run a work to its end on this thread; raises RuntimeError when it awaits anything but its transaction."""
    steps = work(tx).__await__()
    try:
        next(steps)
    except StopIteration as done:
        return cast("T", done.value)
    raise RuntimeError("a store's work may await only its transaction")


def refusal(error: apsw.Error) -> Exception:
    """What a caller is told about a database that cannot serve; programming errors stay what they are."""
    if isinstance(error, apsw.FullError):
        return no_room()
    if isinstance(error, apsw.BusyError | apsw.LockedError):
        return PressrunError(Code.UNAVAILABLE, "the database is busy", retry_after_s=2)
    if isinstance(error, apsw.IOError | apsw.CantOpenError | apsw.ReadOnlyError):
        return PressrunError(Code.UNAVAILABLE, "the database cannot be written", retry_after_s=5)
    return error

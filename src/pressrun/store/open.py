"""Open a store by its address."""

from pathlib import Path

from pressrun.errors import Code, PressrunError
from pressrun.store.clock import Clock
from pressrun.store.store import POOL_SIZE, Store

POSTGRES = ("postgres://", "postgresql://")
SQLITE = "sqlite:///"


async def open_store(
    database_url: str,
    *,
    clock: Clock | None = None,
    migrate: bool = True,
    ballast_bytes: int = 0,
    hints: bool = True,
    pool_size: int = POOL_SIZE,
    mints: bool = True,
) -> Store:
    """Open `sqlite:///PATH` or `postgresql://…`, bringing its schema up to date first when `migrate` is set.

    `ballast_bytes` is the reserve beside a SQLite file (0: none); PostgreSQL's disk is its operator's. Without `hints`
    it hears and rings no bells; `pool_size` bounds the connections to PostgreSQL; `clock` replaces the store's clock in
    tests. Without `mints` SQLite refuses to write keys, people, sessions and links; in PostgreSQL that is a matter of
    the role (deploy/worker-role.sql). Raises PressrunError for an address that is neither, and for a database that
    cannot be opened, is newer than this program, was moved or is being moved.
    """
    # Each with its driver only where it is used: a process has one database, and every start waits for its imports.
    if database_url.startswith(POSTGRES):
        from pressrun.store.postgres import PostgresStore  # noqa: PLC0415

        return await PostgresStore.open(database_url, clock=clock, migrate=migrate, hints=hints, pool_size=pool_size)
    if database_url.startswith(SQLITE):
        from pressrun.store.sqlite import SqliteStore  # noqa: PLC0415

        path = sqlite_path(database_url)
        return await SqliteStore.open(
            path, clock=clock, migrate=migrate, ballast_bytes=ballast_bytes, hints=hints, mints=mints
        )
    raise PressrunError(
        Code.INVALID,
        f"database_url must start with sqlite:/// or postgresql://, got {database_url.partition(':')[0]!r}",
    )


def sqlite_path(database_url: str) -> Path:
    """The file of `sqlite:///PATH`, links followed, so that the files beside it are the same for everybody."""
    return Path(database_url.removeprefix(SQLITE)).resolve()

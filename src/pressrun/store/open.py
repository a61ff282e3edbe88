"""Open a store by its address."""

from pathlib import Path

from pressrun.errors import Code, PressrunError
from pressrun.store.clock import Clock
from pressrun.store.postgres import PostgresStore
from pressrun.store.sqlite import SqliteStore
from pressrun.store.store import Store

POSTGRES = ("postgres://", "postgresql://")
SQLITE = "sqlite:///"


async def open_store(database_url: str, *, clock: Clock | None = None, migrate: bool = True) -> Store:
    """Open `sqlite:///PATH` or `postgresql://…`, bringing its schema up to date first when `migrate` is set.

    `clock` replaces the store's own clock in tests. Raises PressrunError for an address that is neither, a database
    that cannot be opened, or one that is newer than this program.
    """
    if database_url.startswith(POSTGRES):
        return await PostgresStore.open(database_url, clock=clock, migrate=migrate)
    if database_url.startswith(SQLITE):
        return await SqliteStore.open(Path(database_url.removeprefix(SQLITE)), clock=clock, migrate=migrate)
    raise PressrunError(
        Code.INVALID,
        f"database_url must start with sqlite:/// or postgresql://, got {database_url.partition(':')[0]!r}",
    )

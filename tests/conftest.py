"""Every test that asks for `store` runs twice: on SQLite in a temporary file and on a PostgreSQL of its own."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from pressrun.store.open import open_store
from pressrun.store.postgres_migrate import migrate_postgres
from pressrun.store.store import Store
from tests.fake_clock import FakeClock
from tests.postgres_server import postgres_server

DIALECTS = ("sqlite", "postgres")
TEMPLATE = "pressrun_template"


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server of this test run."""
    with postgres_server() as url:
        yield url


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    """Which database this run of the test is on."""
    return str(request.param)


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> str:
    """The name of a database that has the schema: copying it is ten times as fast as building another."""

    async def build() -> None:
        admin = await asyncpg.connect(postgres_url)
        await admin.execute(f"CREATE DATABASE {TEMPLATE}")
        await admin.close()
        await migrate_postgres(on_server(postgres_url, TEMPLATE), apply=True)

    with ThreadPoolExecutor(1) as thread:  # the test that asks first may have an event loop here
        thread.submit(lambda: asyncio.run(build())).result()
    return TEMPLATE


@pytest.fixture
async def database_url(dialect: str, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """The address of a database without a row; on PostgreSQL it has the schema already."""
    if dialect == "sqlite":
        yield f"sqlite:///{tmp_path / 'pressrun.db'}"
        return
    server, template = (str(request.getfixturevalue(name)) for name in ("postgres_url", "postgres_template"))
    async with new_database(server, template) as url:
        yield url


@pytest.fixture
async def empty_database_url(dialect: str, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """The address of a database without anything, not even the schema."""
    if dialect == "sqlite":
        yield f"sqlite:///{tmp_path / 'pressrun.db'}"
        return
    async with new_database(str(request.getfixturevalue("postgres_url")), "template1") as url:
        yield url


@asynccontextmanager
async def new_database(server: str, template: str) -> AsyncIterator[str]:
    """A copy of a database for the time of a test."""
    name = f"test_{uuid.uuid4().hex}"
    admin = await asyncpg.connect(server)
    try:
        # FILE_COPY: a checkpoint costs nothing on a server that syncs nothing, writing the copy to the log does.
        await admin.execute(f'CREATE DATABASE "{name}" TEMPLATE {template} STRATEGY FILE_COPY')
        yield on_server(server, name)
        await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await admin.close()


def on_server(server: str, database: str) -> str:
    """The address of another database of the same server."""
    return server.rpartition("/")[0] + "/" + database


@pytest.fixture
def clock() -> FakeClock:
    """The store's clock: it stands still until a test moves it."""
    return FakeClock()


@pytest.fixture
async def store(database_url: str, clock: FakeClock) -> AsyncIterator[Store]:
    """An open, empty, migrated store."""
    store = await open_store(database_url, clock=clock)
    yield store
    await store.close()

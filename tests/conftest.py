"""Every test that asks for `store` runs twice: on SQLite in a temporary file and on a PostgreSQL of its own."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from pressrun.knowledge.embedding.embedder import Embedder, EmbedderOptions
from pressrun.store.open import open_store
from pressrun.store.sqlite_migrate import migrate_sqlite
from pressrun.store.store import Store
from tests.databases import Databases
from tests.fake_clock import FakeClock
from tests.postgres_server import postgres_server
from tests.store.another_database import another_database

DIALECTS = ("sqlite", "postgres")

settings.register_profile(
    "unhurried",
    settings.get_profile(settings.get_current_profile_name()),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("unhurried")  # how busy the machine is decides no test

LONGEST = (
    "torture/test_faults.py", "hosts/test_faults.py", "studio", "simulation/test_simulation.py",
    "simulation/test_mutants.py",
    "simulation/test_state_machine.py", "security/test_f54_schemathesis.py", "hosts/test_upgrade.py",
    "worker/test_processes.py", "webhooks/test_f63_killed.py", "mutants/test_mutants.py", "torture/test_mutants.py",
    "cli/test_demo.py", "security/test_f51_slow_crowd.py", "cli/test_backup.py",
    "worker/test_clock_jumps.py", "worker/test_provider_limits.py", "sdk/test_writer_python.py",
    "worker/test_batch_kill.py",
)  # fmt: skip
"""Files and folders that take long, the longest first: `bin/test` begins with them, lest one is left at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files in their order; what is not named comes afterwards."""
    place = {name: number for number, name in enumerate(LONGEST)}

    def turn(item: pytest.Item) -> int:
        folder, file = item.path.parts[-2:]
        return place.get(f"{folder}/{file}", place.get(folder, len(place)))

    items.sort(key=turn)


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
def databases(postgres_url: str) -> Databases:
    """PostgreSQL databases that have the schema."""
    return Databases.on(postgres_url)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file that has the schema: copying it spares each test its steps, each of which waits for the disk."""
    path = tmp_path_factory.mktemp("template") / "pressrun.db"
    with ThreadPoolExecutor(1) as thread:  # the test that asks first may have an event loop here
        thread.submit(migrate_sqlite, path, apply=True).result()
    return path


@pytest.fixture
async def database_url(dialect: str, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """The address of a database that has the schema and not a row."""
    if dialect == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "pressrun.db")
        yield f"sqlite:///{tmp_path / 'pressrun.db'}"
        return
    databases: Databases = request.getfixturevalue("databases")
    async with databases.one() as url:
        yield url


@pytest.fixture
async def empty_database_url(dialect: str, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """The address of a database without anything, not even the schema."""
    async with another_database(dialect, tmp_path, request.getfixturevalue("postgres_url")) as url:
        yield url


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


@pytest.fixture(scope="session")
def embedder() -> Iterator[Embedder]:
    """The real one; its process stays for as long as the tests run, for whoever starts a system meanwhile too."""
    embedder = Embedder(EmbedderOptions("minilm"))
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: asyncio.run(embedder.embed(["ready"]))).result()
        yield embedder
        thread.submit(lambda: asyncio.run(embedder.close())).result()

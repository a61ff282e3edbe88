"""A system on each database, its API on a socket, and callers."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pressrun.organizations.keys import Scope
from pressrun.organizations.organization import first_key
from pressrun.settings import Settings
from pressrun.system import System, open_system
from tests.api.client import Client
from tests.api.server import THEIRS, Server, serving, working


@pytest.fixture
def settings(tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Those of the test, whatever stands in the environment or the folder the tests are run in."""
    for name in os.environ:
        if name.startswith(("PRESSRUN_", "OPENAI_")):
            monkeypatch.delenv(name)
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    return Settings(
        data_dir=tmp_path,
        database_url=database_url,
        generate_timeout_s=5,
        max_body_bytes=200_000,
        max_file_bytes=300_000,
        fetch_private_networks=("127.0.0.0/8",),
    )


@pytest.fixture
async def system(settings: Settings) -> AsyncIterator[System]:
    """A new system with two organizations."""
    async with open_system(settings, migrate=True) as opened:
        await opened.store.write(first_key)
        await opened.store.write(lambda tx: tx.run("add_organization", organization_id=THEIRS, name="theirs"))
        yield opened


@pytest.fixture
async def server(system: System) -> AsyncIterator[Server]:
    """Its API."""
    async with serving(system) as one:
        yield one


@pytest.fixture
async def client(server: Server) -> Client:
    """A caller who may do everything."""
    return await server.caller(Scope.ADMIN)


@pytest.fixture
async def worker(system: System) -> AsyncIterator[None]:
    """A worker that carries jobs out."""
    async with working(system):
        yield

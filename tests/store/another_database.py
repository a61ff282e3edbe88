"""A second, empty database for tests that carry data from one to another."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg


@asynccontextmanager
async def another_database(dialect: str, folder: Path, postgres_url: str) -> AsyncIterator[str]:
    """The address of an empty database of a dialect."""
    name = f"other_{uuid.uuid4().hex}"
    if dialect == "sqlite":
        yield f"sqlite:///{folder / name}.db"
        return
    admin = await asyncpg.connect(postgres_url)
    try:
        await admin.execute(f'CREATE DATABASE "{name}"')
        yield postgres_url.rpartition("/")[0] + "/" + name
        await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await admin.close()

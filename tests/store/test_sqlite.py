"""What only the embedded database does."""

import asyncio
from pathlib import Path

import pytest

from pressrun.store.sqlite import SqliteStore
from pressrun.store.store import Transaction


async def test_a_work_may_not_wait_for_anything_else(tmp_path: Path) -> None:
    async def work(tx: Transaction) -> None:
        await asyncio.sleep(0)

    store = await SqliteStore.open(tmp_path / "pressrun.db")
    try:
        with pytest.raises(RuntimeError, match="only its transaction"):
            await store.write(work)
    finally:
        await store.close()

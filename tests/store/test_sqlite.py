"""What only the embedded database does."""

import asyncio
from pathlib import Path

import apsw
import pytest

from pressrun.errors import PressrunError
from pressrun.store.sqlite import SqliteStore
from pressrun.store.sqlite_connection import connect, is_too_old
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


async def test_a_work_that_comes_after_the_end_is_told(tmp_path: Path) -> None:
    """Nobody waits for a store that is closed."""

    async def work(tx: Transaction) -> None:
        await tx.all("list_organizations")

    store = await SqliteStore.open(tmp_path / "pressrun.db")
    closing = asyncio.create_task(store.close())
    outcomes = await asyncio.gather(*(store.write(work) for _ in range(50)), closing, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} <= {type(None), PressrunError}
    with pytest.raises(PressrunError, match="closed"):
        await store.write(work)


def test_an_sqlite_that_can_corrupt_files_opens_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even a new one; the version asked for is that of the library in use."""
    assert not is_too_old()
    major, minor, patch = (int(part) for part in apsw.sqlite_lib_version().split("."))
    monkeypatch.setattr("pressrun.store.sqlite_connection.OLDEST_SQLITE", (major, minor, patch + 1))
    assert is_too_old()
    with pytest.raises(PressrunError, match="is too old"):
        connect(tmp_path / "pressrun.db")
    assert list(tmp_path.iterdir()) == []


def test_a_statement_for_many_rows_has_no_other_parsed_again(tmp_path: Path) -> None:
    """Parsing one with its triggers costs as much as several rows."""
    connection = connect(tmp_path / "pressrun.db")
    connection.execute("CREATE TABLE notes (text TEXT NOT NULL)")
    connection.execute("SELECT text FROM notes")
    connection.executemany("INSERT INTO notes VALUES (?)", [(str(number),) for number in range(300)])
    parsed = connection.cache_stats()["misses"]
    connection.execute("SELECT text FROM notes")
    assert connection.cache_stats()["misses"] == parsed
    connection.close()

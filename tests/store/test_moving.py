"""`move`: everything from one database to another, and the proof of it."""

from pathlib import Path

import pytest

from pressrun.errors import Code, PressrunError
from pressrun.jobs.job import State
from pressrun.organizations import audit
from pressrun.organizations.audit import Action
from pressrun.store.moving import alone, mark, move, without_password
from pressrun.store.open import open_store
from pressrun.store.postgres_side import connect_postgres
from pressrun.store.store import Transaction
from pressrun.store.tables import OWN, present_tables
from tests.conftest import DIALECTS
from tests.raw_sql import execute, fetch
from tests.store.another_database import another_database
from tests.store.full_store import contents, happen, reopened


def silent(_name: str, _more: int) -> None:
    """Nobody watches."""


@pytest.mark.parametrize("onto", DIALECTS)
async def test_everything_arrives(database_url: str, tmp_path: Path, postgres_url: str, onto: str) -> None:
    """Row by row, and life goes on: numbers continue, a job that ran is rescued, the old database is closed."""
    store = await open_store(database_url)
    happened = await happen(store)
    await store.close()
    before = await contents(database_url)
    async with another_database(onto, tmp_path, postgres_url) as target_url:
        moved = await move(database_url, target_url, silent)
        assert moved == before == await contents(target_url) == await contents(database_url)
        assert moved["jobs"].rows == 5
        with pytest.raises(PressrunError, match=r"was moved to .*start with --database-url"):
            await open_store(database_url)
        with pytest.raises(PressrunError, match="before"):
            await move(database_url, target_url, silent)
        scene = await reopened(target_url, happened.scene)
        new = await scene.add()
        assert (await fetch(target_url, "SELECT id FROM jobs ORDER BY seq DESC LIMIT 1")) == [(new,)]
        assert (await scene.job(happened.ended)).state == State.COMPLETED
        await scene.store.close()
    await mark(database_url, None)
    await (await open_store(database_url)).close()


async def test_a_database_in_use_is_not_moved(
    dialect: str, database_url: str, tmp_path: Path, postgres_url: str
) -> None:
    """Neither from nor onto; and while one is moved nobody gets in."""
    async with another_database(dialect, tmp_path, postgres_url) as target_url:
        for url in (database_url, target_url):
            store = await open_store(url)
            with pytest.raises(PressrunError, match="stop `pressrun serve`"):
                await move(database_url, target_url, silent)
            await store.close()

        store = await open_store(database_url)
        await happen(store)
        await store.close()
        async with alone(database_url, migrate=False), alone(target_url, migrate=True):
            for url in (database_url, target_url):
                with pytest.raises(PressrunError, match="being moved"):
                    await open_store(url)
        asked: list[str] = []
        await move(database_url, target_url, lambda name, _more: asked.append(name))
        assert "jobs" in asked
        with pytest.raises(PressrunError, match="not empty"):
            await move(target_url, database_url, silent)


async def test_what_arrives_changed_is_undone(database_url: str, tmp_path: Path) -> None:
    """A target that alters a row on its way in is found out, keeps nothing, and the source stays in use."""
    store = await open_store(database_url)
    await happen(store)
    await store.close()
    target_url = f"sqlite:///{tmp_path / 'target.db'}"
    await (await open_store(target_url)).close()
    await execute(
        target_url,
        "CREATE TRIGGER alter_rows AFTER INSERT ON results BEGIN DELETE FROM results WHERE rowid = new.rowid; END",
    )
    with pytest.raises(PressrunError, match="the rows of results") as refused:
        await move(database_url, target_url, silent)
    assert refused.value.code == Code.CONFLICT
    assert {name for name, tally in (await contents(target_url)).items() if tally.rows} == set()
    await (await open_store(database_url)).close()


async def test_what_is_written_last_arrives_with_everything_or_nothing_does(
    dialect: str, database_url: str, tmp_path: Path, postgres_url: str
) -> None:
    """A line about the move that cannot be written undoes it: none goes without."""
    store = await open_store(database_url)
    await happen(store)
    await store.close()

    async def fail(_tx: Transaction) -> None:
        raise PressrunError(Code.UNAVAILABLE, "no line")

    async def line(tx: Transaction) -> None:
        await audit.record_everywhere(tx, Action.DATABASE_MOVED)

    async with another_database(dialect, tmp_path, postgres_url) as target_url:
        with pytest.raises(PressrunError, match="no line"):
            await move(database_url, target_url, silent, fail)
        await (await open_store(database_url)).close()
        assert {name for name, tally in (await contents(target_url)).items() if tally.rows} == set()
        await move(database_url, target_url, silent, line)
        told = await fetch(target_url, "SELECT action FROM audit_log WHERE target = 'database'")
        assert told == [("database.moved",)]


async def test_both_dialects_have_the_same_tables(postgres_url: str, tmp_path: Path) -> None:
    """With the same columns, so that rows fit; the numbered ones have a sequence of their own."""
    async with another_database("postgres", tmp_path, postgres_url) as url:
        await (await open_store(url)).close()
        connection = await connect_postgres(url)
        rows = await connection.fetch(
            "SELECT table_name, string_agg(column_name, ' ' ORDER BY column_name) AS columns FROM "
            "information_schema.columns WHERE table_schema = 'public' AND is_generated = 'NEVER' GROUP BY table_name"
        )
        await connection.close()
    found = {row["table_name"]: row["columns"] for row in rows}
    expected = {table.name: " ".join(sorted(table.columns)) for table in present_tables()}
    assert found.keys() - expected.keys() == OWN
    assert {name: found[name] for name in expected} == expected
    assert {table.name for table in present_tables() if table.numbered} >= {"jobs", "outbox"}


def test_an_address_is_shown_without_its_password() -> None:
    assert without_password("postgresql://me:secret@db:5/x?a=b") == "postgresql://me@db:5/x?a=b"
    assert without_password("sqlite:////tmp/x.db") == "sqlite:////tmp/x.db"

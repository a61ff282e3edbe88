"""`backup` and `restore`: one file, either database, nothing half."""

import asyncio
from pathlib import Path

import pytest

from pressrun.cli.restore import _restore
from pressrun.errors import Code, PressrunError
from pressrun.jobs.job import State
from pressrun.store import facts
from pressrun.store.backup import Manifest, back_up
from pressrun.store.copying import Work
from pressrun.store.open import open_store
from pressrun.store.restore import check_backup, look_at_target
from pressrun.store.store import Transaction
from tests.conftest import DIALECTS
from tests.raw_sql import execute, fetch
from tests.store.another_database import another_database
from tests.store.full_store import NASTY, contents, happen, reopened


def silent(_name: str, _more: int) -> None:
    """Nobody watches."""


def beside(file: Path) -> list[Path]:
    """What was left beside a file."""
    return [path for path in file.parent.iterdir() if path.name.startswith(file.name + ".")]


async def restored(file: Path, database_url: str, *, replace: bool = False) -> int:
    """Restore a backup; the jobs it set free."""
    work = file.with_name("work") / "work.db"
    work.parent.mkdir(exist_ok=True)
    manifest = await check_backup(file, work, silent)
    try:
        return await _restore(work, database_url, manifest, silent, replace=replace)
    finally:
        work.unlink()


@pytest.mark.parametrize("onto", DIALECTS)
async def test_a_backup_brings_everything_back(database_url: str, tmp_path: Path, postgres_url: str, onto: str) -> None:
    """Made while the server is at work; into an empty database of either kind; what ran then is free again."""
    store = await open_store(database_url)
    happened = await happen(store)
    manifest = await back_up(database_url, tmp_path / "b", silent)
    assert manifest.tables == await contents(database_url)
    assert (tmp_path / "b").stat().st_mode & 0o777 == 0o600
    assert not beside(tmp_path / "b")
    await happened.scene.complete(happened.running)
    async with another_database(onto, tmp_path, postgres_url) as target_url:
        assert (await look_at_target(target_url, manifest)).is_empty
        assert await restored(tmp_path / "b", target_url) == 1
        scene = await reopened(target_url, happened.scene)
        assert (await scene.job(happened.ended)).result == NASTY
        assert (await scene.job(happened.queued)).inputs == NASTY
        assert (await scene.job(happened.running.id)).state == State.QUEUED
        assert await scene.claim() == [], "the worker of then is unknown or dead"
        assert await scene.complete(happened.running, b'"late"') is None
        assert await scene.store.read(facts.epoch) != await store.read(facts.epoch)
        await scene.add_worker("after")
        assert len(await scene.claim(worker_id="after")) == 2
        await scene.add()
        await scene.store.close()
    await store.close()


async def test_a_backup_that_is_there_was_noted(database_url: str, tmp_path: Path) -> None:
    """In that order: whatever happens between the two, no copy goes without its line."""
    store = await open_store(database_url)
    await happen(store)
    there: list[bool] = []

    def look(manifest: Manifest) -> Work:
        async def work(tx: Transaction) -> None:
            there.append((tmp_path / "b").exists())
            await tx.all("list_organizations")

        assert manifest.tables["jobs"].rows
        return work

    def fail(_manifest: Manifest) -> Work:
        async def work(_tx: Transaction) -> None:
            raise PressrunError(Code.UNAVAILABLE, "no line")

        return work

    with pytest.raises(PressrunError, match="no line"):
        await back_up(database_url, tmp_path / "b", silent, fail)
    assert not (tmp_path / "b").exists()
    assert not beside(tmp_path / "b")
    await back_up(database_url, tmp_path / "b", silent, look)
    assert (there, (tmp_path / "b").exists()) == ([False], True)
    await store.close()


async def test_a_restore_replaces_all_at_once_and_counts_what_is_lost(database_url: str, tmp_path: Path) -> None:
    """Only when it is meant; a store that is open sees the state of the backup and a new epoch."""
    store = await open_store(database_url)
    happened = await happen(store)
    manifest = await back_up(database_url, tmp_path / "b", silent)
    scene = happened.scene
    later = [await scene.add() for _ in range(3)]
    await scene.add_worker("later")
    assert [claim.id for claim in await scene.claim(2, worker_id="later")] == [happened.queued, later[0]]
    epoch = await store.read(facts.epoch)
    target = await look_at_target(database_url, manifest)
    assert (target.is_empty, target.later_jobs) == (False, 3)
    with pytest.raises(PressrunError, match="--replace"):
        await restored(tmp_path / "b", database_url)
    assert await store.read(facts.epoch) == epoch
    assert await restored(tmp_path / "b", database_url, replace=True) == 1
    assert await store.read(facts.epoch) != epoch
    assert await fetch(database_url, "SELECT count(*) FROM jobs") == [(5,)]
    assert await scene.claim(worker_id="later") == []
    assert await scene.complete(happened.running, b'"late"') is None
    if store.dialect == "sqlite":
        assert await fetch(database_url, "PRAGMA journal_mode") == [("wal",)]
    await scene.add_worker("fresh")
    assert len(await scene.claim(worker_id="fresh")) == 2
    assert [int(row[0]) for row in await fetch(database_url, "SELECT jobs FROM job_counts WHERE jobs < 0")] == []
    await store.close()


async def test_a_backup_is_of_one_state_while_others_write(database_url: str, tmp_path: Path) -> None:
    """Jobs, events and counters agree, although jobs are accepted all the while."""
    store = await open_store(database_url)
    happened = await happen(store)
    done = asyncio.Event()

    async def keep_adding() -> None:
        while not done.is_set():
            await happened.scene.create(*(happened.scene.new_job(inputs=b"x" * 5000) for _ in range(20)))

    await happened.scene.create(*(happened.scene.new_job(inputs=b"x" * 5000) for _ in range(2000)))
    adding = asyncio.create_task(keep_adding())
    try:
        await asyncio.to_thread(lambda: asyncio.run(back_up(database_url, tmp_path / "b", silent)))
    finally:
        done.set()
        await adding
    (jobs,) = await fetch(f"sqlite:///{tmp_path / 'b'}", "SELECT count(*), max(seq) FROM jobs")
    (counted,) = await fetch(f"sqlite:///{tmp_path / 'b'}", "SELECT sum(jobs) FROM job_counts")
    (events,) = await fetch(
        f"sqlite:///{tmp_path / 'b'}", "SELECT count(*) FROM job_events WHERE event = 'job.created'"
    )
    assert jobs[0] == counted[0] == events[0] >= 2005
    await store.close()


@pytest.mark.parametrize(
    "harm",
    ["DELETE FROM results", "UPDATE jobs SET inputs = x'00'", "INSERT INTO organizations VALUES ('x', 'x', 1)"],
)
async def test_a_backup_that_was_changed_is_refused(tmp_path: Path, harm: str) -> None:
    """Before anything else is touched."""
    url = f"sqlite:///{tmp_path / 'a.db'}"
    store = await open_store(url)
    await happen(store)
    await store.close()
    await back_up(url, tmp_path / "b", silent)
    await execute(f"sqlite:///{tmp_path / 'b'}", harm)
    with pytest.raises(PressrunError, match="are not those that were written"):
        await check_backup(tmp_path / "b", tmp_path / "work", silent)


async def test_a_file_that_is_no_backup_is_refused(tmp_path: Path) -> None:
    """Text, a database of ours, a page overwritten, a file that is not there."""
    url = f"sqlite:///{tmp_path / 'a.db'}"
    store = await open_store(url)
    await happen(store)
    await store.close()
    await back_up(url, tmp_path / "torn", silent)
    with (tmp_path / "torn").open("r+b") as torn:
        torn.seek(4096 * 6)
        torn.write(b"\xff" * 4096 * 3)
    (tmp_path / "text").write_text("hello" * 1000)
    for name, refusal in (("text", "no backup"), ("a.db", "no backup"), ("torn", "damaged"), ("gone", "not there")):
        with pytest.raises(PressrunError, match=refusal):
            await check_backup(tmp_path / name, tmp_path / "work", silent)

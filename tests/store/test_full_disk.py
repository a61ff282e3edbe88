"""A full disk: new jobs are refused, reading goes on, what runs ends, and all recovers by itself."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

import asyncpg

from pressrun.errors import Code, PressrunError
from pressrun.jobs.job import Claim, State
from pressrun.store.ballast import Ballast
from pressrun.store.open import open_store
from pressrun.store.store import Store, Transaction
from tests.jobs.scene import Scene
from tests.postgres_server import served_by
from tests.store.small_disk import clear, fill, small_disk

BALLAST = 2 << 20
PAYLOAD = b"0" * 100_000


@asynccontextmanager
async def store_on(folder: Path, dialect: str, server: str) -> AsyncIterator[Store]:
    """A store whose data lies on a small disk; PostgreSQL's log lies elsewhere, so that it survives."""
    if dialect == "sqlite":
        store = await open_store(f"sqlite:///{folder / 'pressrun.db'}", ballast_bytes=BALLAST)
        yield store
        await store.close()
        return
    name = f"small_{uuid4().hex}"
    (folder / "space").mkdir()
    served_by(folder / "space")
    admin = await asyncpg.connect(server)
    await admin.execute(f"CREATE TABLESPACE {name} LOCATION '{folder / 'space'}'")
    await admin.execute(f"CREATE DATABASE {name} TABLESPACE {name}")
    try:
        store = await open_store(f"{server.rpartition('/')[0]}/{name}")
        yield store
        await store.close()
    finally:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.execute(f"DROP TABLESPACE {name}")
        await admin.close()


async def add_until_refused(scene: Scene) -> PressrunError:
    """Accept jobs until one is refused."""
    for _ in range(1000):
        try:
            await scene.add(inputs=PAYLOAD)
        except PressrunError as refused:
            return refused
    raise AssertionError("the disk never filled up")


async def totals(scene: Scene) -> int:
    async def work(tx: Transaction) -> int:
        return sum(row["jobs"] for row in await tx.all("count_all_jobs"))

    return await scene.store.read(work)


async def test_a_full_disk_refuses_and_recovers(dialect: str, postgres_url: str) -> None:
    """On both databases: no_room with a wait, every accepted job still there, and no restart afterwards."""
    with small_disk(48) as folder:
        async with store_on(folder, dialect, postgres_url) as store:
            scene = await Scene.set(store)
            await scene.add_worker()
            accepted = [await scene.add(inputs=PAYLOAD) for _ in range(5)]
            fill(folder)
            refused = await add_until_refused(scene)
            assert (refused.code, refused.retry_after_s) == (Code.NO_ROOM, 30)
            assert not store.has_room
            for job_id in accepted:
                assert (await scene.job(job_id)).inputs == PAYLOAD
            clear(folder)
            await store.keep_room()
            accepted.append(await scene.add(inputs=PAYLOAD))
            assert (await scene.job(accepted[-1])).state == State.QUEUED
            assert await totals(scene) >= len(accepted)


async def test_what_runs_ends_in_the_reserve(tmp_path: Path) -> None:
    """The disk is full to the last byte; every job that runs is still recorded, and then the reserve is taken again."""
    with small_disk(24) as folder:
        async with store_on(folder, "sqlite", "") as store:
            scene = await Scene.set(store)
            await scene.add_worker()
            for _ in range(8):
                await scene.add()
            held: list[Claim] = await scene.claim()
            fill(folder)
            assert store.has_room
            for claim in held:
                assert await scene.complete(claim, PAYLOAD) == State.COMPLETED
            assert not store.has_room
            await store.keep_room()
            assert not store.has_room, "there is no room for it yet"
            clear(folder)
            await store.keep_room()
            assert store.has_room
            assert (folder / "pressrun.db-ballast").stat().st_blocks * 512 >= BALLAST


async def test_a_store_opens_on_a_full_disk() -> None:
    """What was accepted can be read after a restart, although the files SQLite needs beside its own have no room."""
    with small_disk(24) as folder:
        async with store_on(folder, "sqlite", "") as store:
            scene = await Scene.set(store)
            job_id = await scene.add(inputs=PAYLOAD)
        assert not (folder / "pressrun.db-shm").exists()
        fill(folder)
        async with store_on(folder, "sqlite", "") as store:
            scene.store = store
            assert (await scene.job(job_id)).inputs == PAYLOAD
            assert not store.has_room


async def test_the_reserve_never_takes_the_last_room(tmp_path: Path) -> None:
    """It is taken only while as much is left besides it, and given back once."""
    with small_disk(4) as folder:
        ballast = Ballast(folder / "pressrun.db", 3 << 20)
        ballast.take()
        assert not ballast.is_kept
        assert list(folder.iterdir()) == []
    ballast = Ballast(tmp_path / "pressrun.db", 1 << 20)
    ballast.take()
    assert ballast.is_kept
    assert ballast.release()
    assert not ballast.release()
    assert Ballast(tmp_path / "pressrun.db", 0).is_kept

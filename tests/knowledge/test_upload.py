"""Uploads: durable when they are answered, within their limits, and without a trace where they fail."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import pytest

from pressrun.errors import Code, PressrunError
from pressrun.jobs.job import Kind, State
from pressrun.knowledge import files
from pressrun.knowledge.disk_blobs import DiskBlobs
from pressrun.knowledge.files import WRITING_US, FileState, Filter
from pressrun.knowledge.sweep import sweep
from pressrun.knowledge.upload import FileLimits, NewFile, keep_file
from pressrun.store.store import Store, Transaction
from tests.fake_clock import FakeClock
from tests.jobs.scene import Scene
from tests.knowledge.keeping import LIMITS, chunked, found, keep, on_disk
from tests.lossy_store import Loss, LossyStore

T = TypeVar("T")


async def test_a_file_and_its_job(store: Store, blobs: DiskBlobs, scene: Scene) -> None:
    file = await keep(store, blobs, data=b"One two three.")
    assert (file.name, file.extension, file.size, file.state) == ("notes.txt", "txt", 14, FileState.IN_PROGRESS)
    assert await found(store, file) == file
    assert file.job_id is not None
    job = await scene.job(file.job_id)
    assert (job.kind, job.state, job.agent_id) == (Kind.INGEST, State.QUEUED, "ingest.o")
    assert b"".join([piece async for piece in blobs.read(file.blob)]) == b"One two three."
    assert await store.read(lambda tx: tx.all("list_blobs_due", limit=10)) == []


@pytest.mark.parametrize(
    ("changes", "code", "message"),
    [
        ({"name": "x.exe"}, Code.INVALID, "not taken"),
        ({"name": ""}, Code.INVALID, "no name"),
        ({"name": "x.pdf"}, Code.INVALID, "does not begin like one"),
        ({"data": b""}, Code.INVALID, "empty"),
        ({"data": b"x" * 1_000_001}, Code.TOO_LARGE, "1,000,000 bytes"),
        ({"size": 1_000_001}, Code.TOO_LARGE, "1,000,000 bytes"),
        ({"graph_id": "unknown"}, Code.NOT_FOUND, "no graph"),
        ({"limits": FileLimits(1_000_000, 5)}, Code.NO_ROOM, "delete some"),
        ({"limits": FileLimits(1_000_000, 5), "size": 12}, Code.NO_ROOM, "delete some"),
    ],
)
async def test_a_refusal_leaves_nothing(
    store: Store, blobs: DiskBlobs, scene: Scene, tmp_path: Path, clock: FakeClock, changes: dict[str, object],
    code: Code, message: str,
) -> None:  # fmt: skip
    with pytest.raises(PressrunError, match=message) as refusal:
        await keep(store, blobs, **changes)  # type: ignore[arg-type]
    assert refusal.value.code == code
    assert on_disk(tmp_path / "files") == []
    clock.advance(WRITING_US / 1_000_000 + 1)
    assert await sweep(store, blobs) == 0
    assert (await store.read(lambda tx: files.page(tx, "o", Filter(), limit=10))).files == []
    assert await scene.claim() == []


async def test_a_connection_that_is_cut_leaves_nothing(
    store: Store, blobs: DiskBlobs, scene: Scene, tmp_path: Path
) -> None:
    begun = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        yield b"x" * 10_000
        begun.set()
        await asyncio.Event().wait()

    sending = asyncio.create_task(keep_file(store, blobs, NewFile("o", "notes.txt"), endless(), LIMITS))
    await begun.wait()
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    assert on_disk(tmp_path / "files") == []
    assert await scene.claim() == []


async def test_the_quota_is_exact_when_many_come_at_once(store: Store, blobs: DiskBlobs, scene: Scene) -> None:
    limits = FileLimits(1000, 1000)
    done = await asyncio.gather(
        *(keep(store, blobs, name=f"{number}.txt", data=b"x" * 150, limits=limits) for number in range(16)),
        return_exceptions=True,
    )
    assert sum(not isinstance(one, BaseException) for one in done) == 6
    assert {one.code for one in done if isinstance(one, PressrunError)} == {Code.NO_ROOM}
    totals = await store.read(lambda tx: tx.one("find_file_totals", organization_id="o"))
    assert totals is not None
    assert (totals["files"], totals["bytes"]) == (6, 900)


async def test_a_deleted_file_is_gone_with_its_bytes_and_its_job(
    store: Store, blobs: DiskBlobs, scene: Scene, tmp_path: Path
) -> None:
    file = await keep(store, blobs)
    other = await keep(store, blobs, name="other.txt")
    await store.write(lambda tx: files.delete(tx, "o", file.id))
    assert await sweep(store, blobs) == 1
    assert [path.name for path in on_disk(tmp_path / "files")] == [other.blob.rpartition("/")[2]]
    assert file.job_id is not None
    assert (await scene.job(file.job_id)).state == State.CANCELLED
    totals = await store.read(lambda tx: tx.one("find_file_totals", organization_id="o"))
    assert totals is not None
    assert (totals["files"], totals["bytes"]) == (1, other.size)
    with pytest.raises(PressrunError, match="no file"):
        await store.write(lambda tx: files.delete(tx, "o", file.id))


async def test_bytes_of_a_server_that_died_before_the_row_are_swept(
    store: Store, blobs: DiskBlobs, scene: Scene, tmp_path: Path, clock: FakeClock
) -> None:
    """kill -9 between the two leaves just this: bytes, and the note that was made before them."""
    await store.write(lambda tx: tx.run("sweep_blob", blob="o/aa/left", organization_id="o", wait_us=WRITING_US))
    await blobs.put("o/aa/left", chunked(b"nobody's"))
    assert await sweep(store, blobs) == 0
    assert len(on_disk(tmp_path / "files")) == 1
    clock.advance(WRITING_US / 1_000_000 + 1)
    assert await sweep(store, blobs) == 1
    assert on_disk(tmp_path / "files") == []
    assert await sweep(store, blobs) == 0


async def test_an_upload_that_was_given_up_does_not_become_a_file(
    store: Store, blobs: DiskBlobs, scene: Scene, clock: FakeClock
) -> None:
    async def slow() -> AsyncIterator[bytes]:
        yield b"x" * 10_000
        clock.advance(WRITING_US / 1_000_000 + 1)
        assert await sweep(store, blobs) == 1
        yield b"x"

    with pytest.raises(PressrunError, match="took so long"):
        await keep_file(store, blobs, NewFile("o", "notes.txt"), slow(), LIMITS)


@pytest.mark.parametrize("loss", ["committed", "lost", "late"])
async def test_an_upload_whose_commit_goes_unanswered_is_one_file(
    store: Store, blobs: DiskBlobs, scene: Scene, tmp_path: Path, clock: FakeClock, loss: Loss
) -> None:
    sent = await keep(LossyStore(store, None, loss), blobs)
    (file,) = (await store.read(lambda tx: files.page(tx, "o", Filter(), limit=10))).files
    assert (file.id, file.blob) == (sent.id, sent.blob)
    assert [claim.id for claim in await scene.claim()] == [file.job_id]
    clock.advance(WRITING_US / 1_000_000 + 1)
    assert await sweep(store, blobs) == 0
    assert len(on_disk(tmp_path / "files")) == 1


class LeavingStore(LossyStore):
    """Whose caller is cancelled in the moment its second write is committed."""

    writes = 0

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """See Store.write."""
        done = await super().write(work)
        self.writes += 1
        if self.writes == 2:
            raise asyncio.CancelledError
        return done


async def test_a_sender_that_leaves_as_the_file_is_committed_leaves_a_whole_file(
    store: Store, blobs: DiskBlobs, scene: Scene
) -> None:
    with pytest.raises(asyncio.CancelledError):
        await keep(LeavingStore(store), blobs, data=b"One two three.")
    (file,) = (await store.read(lambda tx: files.page(tx, "o", Filter(), limit=10))).files
    assert b"".join([piece async for piece in blobs.read(file.blob)]) == b"One two three."
    assert [claim.id for claim in await scene.claim()] == [file.job_id]


async def test_pages_by_cursor(store: Store, blobs: DiskBlobs, scene: Scene) -> None:
    made = [await keep(store, blobs, name=f"Part {number}_{'a' if number % 2 else 'b'}.txt") for number in range(7)]
    ids = [file.id for file in made]

    async def page(wanted: Filter = Filter(), **bounds: object) -> tuple[list[int], bool]:  # noqa: B008
        got = await store.read(lambda tx: files.page(tx, "o", wanted, **{"limit": 3, **bounds}))  # type: ignore[arg-type]
        return [ids.index(file.id) for file in got.files], got.has_more

    assert await page() == ([6, 5, 4], True)
    assert await page(after=ids[4]) == ([3, 2, 1], True)
    assert await page(after=ids[1]) == ([0], False)
    assert await page(before=ids[1]) == ([4, 3, 2], True)
    assert await page(before=ids[4]) == ([6, 5], False)
    assert await page(newest_first=False, after=ids[4]) == ([5, 6], False)
    assert await page(newest_first=False, before=ids[4]) == ([1, 2, 3], True)
    assert await page(after="unknown") == ([], False)
    assert await page(Filter(name="5_A")) == ([5], False)
    assert await page(Filter(name="_")) == ([6, 5, 4], True)
    assert await page(Filter(name="%")) == ([], False)
    assert await page(Filter(extensions=("pdf",))) == ([], False)
    assert await page(Filter(extensions=("pdf", "txt"), state="failed")) == ([], False)
    assert await page(Filter(graph_id="g")) == ([], False)
    assert (await store.read(lambda tx: files.page(tx, "other", Filter(), limit=3))).files == []

"""Jobs that take files in: on the same queue, and nobody's run of an agent."""

from pathlib import Path

import msgspec
import pytest

from pressrun.errors import PressrunError
from pressrun.jobs import cancel, listing, overview, rescue
from pressrun.jobs.job import State
from pressrun.jobs.lanes import INGEST_PLACES
from pressrun.jobs.listing import Filter
from pressrun.jobs.outcome import Completed
from pressrun.knowledge import files
from pressrun.knowledge.disk_blobs import DiskBlobs
from pressrun.knowledge.files import FileState
from pressrun.knowledge.retrying import retry_files
from pressrun.knowledge.sweep import sweep
from pressrun.knowledge.take_in import Tools, ingest_again, perform
from pressrun.knowledge.text import read_text
from pressrun.store.store import Store
from tests.fake_clock import FakeClock
from tests.jobs.scene import Scene
from tests.knowledge.keeping import found, keep, on_disk, take_in_all


async def test_text_is_extracted_and_kept(store: Store, blobs: DiskBlobs, scene: Scene, tools: Tools) -> None:
    text = "Grün\nund blau\n"
    file = await keep(store, blobs, data=text.encode("windows-1252"))
    assert await take_in_all(scene, tools) == [State.COMPLETED]
    done = await found(store, file)
    assert (done.state, done.words, done.pages, done.characters) == (FileState.COMPLETED, 3, None, 13)
    assert await read_text(blobs, done) == "Grün\nund blau"
    assert file.job_id is not None
    job = await scene.job(file.job_id)
    assert job.result is not None
    assert msgspec.json.decode(job.result)["suggestion"] == "3 words"
    assert await scene.events(file.job_id) == ["created", "started", "completed"]


async def test_kinds_without_text(store: Store, blobs: DiskBlobs, scene: Scene, tools: Tools) -> None:
    file = await keep(store, blobs, name="photo.png", data=b"\x89PNG\r\n\x1a\n" + b"0" * 50)
    assert await take_in_all(scene, tools) == [State.COMPLETED]
    done = await found(store, file)
    assert (done.state, done.has_text, done.words) == (FileState.COMPLETED, False, None)


async def test_a_file_stands_where_its_job_stands(
    store: Store, blobs: DiskBlobs, scene: Scene, tools: Tools, clock: FakeClock
) -> None:
    file = await keep(store, blobs, name="old.doc", data=b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 50)
    assert await take_in_all(scene, tools) == [State.FAILED]
    failed = await found(store, file)
    assert (failed.state, failed.error_code) == (FileState.FAILED, "not_supported")
    assert "save it as .docx" in str(failed.error)
    jobs = await store.write(lambda tx: retry_files(tx, "o", [file.id, file.id, "unknown"], None))
    assert jobs == {file.id: file.job_id}
    again = await found(store, file)
    assert (again.state, again.error) == (FileState.IN_PROGRESS, None)
    assert await store.write(lambda tx: retry_files(tx, "o", [file.id], None)) == {}
    await store.write(lambda tx: cancel.cancel(tx, "o", str(file.job_id)))
    assert (await found(store, file)).error_code == "cancelled"
    await store.write(lambda tx: retry_files(tx, "o", [file.id], None))
    clock.advance(86_401)
    await store.write(rescue.expire)
    assert (await found(store, file)).error_code == "deadline_exceeded"


async def test_a_file_that_is_deleted_meanwhile(
    store: Store, blobs: DiskBlobs, scene: Scene, tools: Tools, tmp_path: Path, clock: FakeClock
) -> None:
    file = await keep(store, blobs)
    (claim,) = await scene.claim()
    await perform(tools, claim)
    await store.write(lambda tx: files.delete(tx, "o", file.id))
    assert await scene.settle(claim, Completed(b"{}")) == State.COMPLETED
    clock.advance(1)
    assert await sweep(store, blobs) == 2
    assert on_disk(tmp_path / "files") == []


async def test_a_worker_that_lost_its_claim_changes_no_file(
    store: Store, blobs: DiskBlobs, scene: Scene, tools: Tools, tmp_path: Path, clock: FakeClock
) -> None:
    file = await keep(store, blobs)
    (stale,) = await scene.claim()
    await scene.die("w")
    with pytest.raises(Exception, match="deleted while"):
        await perform(tools, stale)
    await scene.add_worker("w2")
    (claim,) = await scene.claim(worker_id="w2")
    with pytest.raises(Exception, match="deleted while"):
        await perform(tools, stale)
    assert not (await found(store, file)).has_text
    await perform(tools, claim)
    assert (await found(store, file)).words == 2
    clock.advance(3700)
    assert await sweep(store, blobs) == 2
    assert len(on_disk(tmp_path / "files")) == 2, "its bytes and the text that counts"


async def test_taking_in_again_uses_the_job_that_waits(
    store: Store, blobs: DiskBlobs, scene: Scene, tools: Tools
) -> None:
    file = await keep(store, blobs)
    assert await store.write(lambda tx: ingest_again(tx, "o", file.id)) == file.job_id
    await take_in_all(scene, tools)
    text = (await found(store, file)).text_blob
    again = await store.write(lambda tx: ingest_again(tx, "o", file.id))
    assert again != file.job_id
    assert (await found(store, file)).state == FileState.IN_PROGRESS
    await take_in_all(scene, tools)
    done = await found(store, file)
    assert (done.state, done.job_id, done.text_blob) == (FileState.COMPLETED, again, text)
    with pytest.raises(PressrunError, match="no file"):
        await store.write(lambda tx: ingest_again(tx, "o", "unknown"))


async def test_files_are_no_runs_of_agents(store: Store, blobs: DiskBlobs, scene: Scene, tools: Tools) -> None:
    await keep(store, blobs)
    await keep(store, blobs, name="other.doc", data=b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    await take_in_all(scene, tools)
    await keep(store, blobs)
    run = await scene.add()

    async def listed(**wanted: object) -> list[str]:
        page = await store.read(lambda tx: listing.page(tx, "o", Filter(**wanted), limit=10))  # type: ignore[arg-type]
        return [line.id for line in page.lines]

    assert await listed() == [run]
    assert await listed(batch_id="none") == [run]
    assert await listed(error_code="not_supported") == []
    assert len(await listed(agent_id="ingest.o")) == 3
    assert len(await listed(agent_id="ingest.o", error_code="not_supported")) == 1
    seen = await store.read(lambda tx: overview.queue(tx, "o"))
    assert seen.queued == 1


async def test_each_organization_takes_a_few_in_at_a_time(store: Store, blobs: DiskBlobs, scene: Scene) -> None:
    for number in range(INGEST_PLACES + 3):
        await keep(store, blobs, name=f"{number}.txt")
    run = await scene.add()
    claims = await scene.claim(50)
    assert len(claims) == INGEST_PLACES + 1
    assert run in {claim.id for claim in claims}

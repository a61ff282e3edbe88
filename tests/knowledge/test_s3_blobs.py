"""Bytes in a bucket: what holds of a disk holds of it, too."""

import hashlib
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from pressrun.doctor import files as doctor
from pressrun.errors import Code, PressrunError
from pressrun.jobs.job import State
from pressrun.knowledge import files
from pressrun.knowledge.blobs import new_key
from pressrun.knowledge.extract import Extractor
from pressrun.knowledge.files import FileState
from pressrun.knowledge.opening import open_blobs
from pressrun.knowledge.s3_blobs import PART_BYTES, Bucket, S3Blobs
from pressrun.knowledge.sweep import sweep
from pressrun.knowledge.take_in import Tools
from pressrun.knowledge.text import read_text
from pressrun.settings import Settings
from pressrun.store.store import Store
from tests.jobs.scene import Scene
from tests.knowledge import documents
from tests.knowledge.keeping import chunked, found, keep, take_in_all
from tests.knowledge.s3_server import BUCKET, s3_server

KEY = {"region": "us-east-1", "access_key_id": "key", "secret_access_key": "secret"}
LARGE = bytes(range(256)) * (PART_BYTES // 256) + b"and some more"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with s3_server() as running:
        yield running


@pytest.fixture
def bucket(address: str) -> S3Blobs:
    return S3Blobs(Bucket(BUCKET, "pressrun", address, **KEY))


@pytest.mark.parametrize("data", [b"", b"few bytes", LARGE], ids=["none", "few", "in parts"])
async def test_what_was_kept_is_read(bucket: S3Blobs, data: bytes) -> None:
    key = new_key("o")
    stored = await bucket.put(key, chunked(data, 300_000))
    assert (stored.size, stored.digest) == (len(data), hashlib.sha256(data).hexdigest())
    assert b"".join([piece async for piece in bucket.read(key)]) == data
    if data:
        assert b"".join([piece async for piece in bucket.read(key, 2, 7)]) == data[2:7]
    assert await bucket.size(key) == len(data)
    async with bucket.local(key) as path:
        assert path.read_bytes() == data
    await bucket.delete(key)
    await bucket.delete(key)
    with pytest.raises(PressrunError, match="are missing") as refusal:
        await bucket.size(key)
    assert refusal.value.code == Code.NOT_FOUND


@pytest.mark.parametrize("sent", [b"some", LARGE], ids=["few", "in parts"])
async def test_a_sender_that_leaves_leaves_nothing(bucket: S3Blobs, sent: bytes) -> None:
    async def cut() -> AsyncIterator[bytes]:
        yield sent
        raise ConnectionResetError

    key = new_key("o")
    with pytest.raises((ConnectionResetError, PressrunError)):
        await bucket.put(key, cut())
    with pytest.raises(PressrunError, match="are missing"):
        await bucket.size(key)


async def test_a_bucket_that_is_away(address: str) -> None:
    nobody = S3Blobs(Bucket(BUCKET, endpoint="http://127.0.0.1:1", **KEY))
    with pytest.raises(PressrunError, match="cannot be reached") as refusal:
        await nobody.size("o/aa/x")
    assert refusal.value.code == Code.UNAVAILABLE
    assert "127.0.0.1" not in str(refusal.value)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_a_file_from_upload_to_deletion(store: Store, scene: Scene, bucket: S3Blobs) -> None:
    file = await keep(store, bucket, name="report.docx", data=documents.word("In a bucket."))
    assert await take_in_all(scene, Tools(store, bucket, Extractor())) == [State.COMPLETED]
    done = await found(store, file)
    assert (done.state, await read_text(bucket, done)) == (FileState.COMPLETED, "In a bucket.")
    await store.write(lambda tx: files.delete(tx, "o", file.id))
    assert await sweep(store, bucket) == 2
    for blob in (done.blob, done.text_blob or ""):
        with pytest.raises(PressrunError, match="are missing"):
            await bucket.size(blob)


def test_the_doctor_writes_and_reads(address: str, tmp_path: Path) -> None:
    def looked(**changes: Any) -> list[tuple[str, str]]:
        values: dict[str, Any] = {
            "data_dir": tmp_path,
            "files_url": f"s3://{BUCKET}/x",
            "s3_endpoint": address,
            "s3_region": "us-east-1",
            "s3_access_key_id": "key",
            "s3_secret_access_key": SecretStr("secret"),
        }
        found = doctor.findings(Settings(**{**values, **changes}))
        return [(one.state, one.detail) for one in found if one.name == doctor.NAME]

    assert looked() == [("ok", "s3://files/x")]
    ((state, detail),) = looked(s3_endpoint="http://127.0.0.1:1")
    assert (state, "cannot be reached" in detail) == ("fail", True)
    ((state, detail),) = looked(files_url=None)
    assert (state, detail) == ("ok", str(tmp_path / "files"))
    ((state, _),) = looked(files_url=None, database_url="postgresql://x@db.example/x")
    assert state == "warn"


def test_what_is_no_bucket_is_refused() -> None:
    for wrong in ("https://files", "s3://", "files"):
        with pytest.raises(ValueError, match="s3://BUCKET"):
            Settings(files_url=wrong)
    settings = Settings(files_url="s3://b/p", s3_secret_access_key=SecretStr("hidden"))
    assert isinstance(open_blobs(settings), S3Blobs)
    assert "hidden" not in repr(settings)
    assert "hidden" not in json.dumps(settings.model_dump(mode="json"))

"""Bytes on a disk: whole or not there at all, and nobody else's business."""

import hashlib
import os
import stat
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pressrun.errors import Code, PressrunError
from pressrun.knowledge.blobs import new_key
from pressrun.knowledge.disk_blobs import INCOMING, STALE_S, DiskBlobs
from tests.knowledge.keeping import chunked, on_disk

DATA = bytes(range(256)) * 9000


async def test_what_was_kept_is_read(blobs: DiskBlobs) -> None:
    key = new_key("o")
    stored = await blobs.put(key, chunked(DATA, 70_000))
    assert (stored.size, stored.digest) == (len(DATA), hashlib.sha256(DATA).hexdigest())
    assert b"".join([piece async for piece in blobs.read(key)]) == DATA
    assert b"".join([piece async for piece in blobs.read(key, 300_000, 900_001)]) == DATA[300_000:900_001]
    assert await blobs.size(key) == len(DATA)
    async with blobs.local(key) as path:
        assert path.read_bytes() == DATA
    await blobs.delete(key)
    await blobs.delete(key)
    with pytest.raises(PressrunError, match="are missing") as refusal:
        await blobs.size(key)
    assert refusal.value.code == Code.NOT_FOUND


async def test_s16_files_are_the_servers_alone(blobs: DiskBlobs, tmp_path: Path) -> None:
    await blobs.put(new_key("o"), chunked(b"secret"))
    (path,) = on_disk(tmp_path / "files")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    folders = [one for one in path.parents if tmp_path / "files" in (one, *one.parents)]
    assert {stat.S_IMODE(one.stat().st_mode) for one in folders} == {0o700}


async def test_a_sender_that_leaves_leaves_nothing(blobs: DiskBlobs, tmp_path: Path) -> None:
    async def cut() -> AsyncIterator[bytes]:
        yield DATA
        raise ConnectionResetError

    with pytest.raises(PressrunError):
        await blobs.put(new_key("o"), cut())
    assert on_disk(tmp_path / "files") == []


async def test_what_a_dead_writer_left_is_tidied_away(blobs: DiskBlobs, tmp_path: Path) -> None:
    await blobs.put(new_key("o"), chunked(b"kept"))
    kept = on_disk(tmp_path / "files")
    for name, age_s in (("old", STALE_S + 60), ("new", 60)):
        left = tmp_path / "files" / INCOMING / name
        left.write_bytes(b"half")
        os.utime(left, (time.time() - age_s, time.time() - age_s))
    await blobs.tidy()
    assert {path.name for path in on_disk(tmp_path / "files")} == {kept[0].name, "new"}

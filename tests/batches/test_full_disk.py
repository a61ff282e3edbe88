"""On a full disk rows leave the reserve alone: it is for what runs to end in."""

from pathlib import Path

import pytest

from pressrun.errors import Code, PressrunError
from pressrun.store.ballast import Ballast
from pressrun.store.open import open_store
from tests.batches.scene import BatchScene, rows, upload_of

BALLAST = 1 << 16


async def test_rows_leave_the_reserve_alone(tmp_path: Path) -> None:
    """Those that come are refused, whatever of them was taken in before; those that wait become no jobs yet."""
    path = tmp_path / "pressrun.db"
    store = await open_store(f"sqlite:///{path}", ballast_bytes=BALLAST)
    scene = await BatchScene.set(store)
    batch_id = await scene.upload(rows("pen", "cup"))
    half = upload_of(scene, store)
    await half.begin()
    await half.add(rows("hat"))
    assert Ballast(path, BALLAST).release(), "as a write does that finds no room"
    for more in (upload_of(scene, store).begin(), half.add(rows("mug", first=2)), half.finish(["Product"], None)):
        with pytest.raises(PressrunError) as refused:
            await more
        assert refused.value.code == Code.NO_ROOM
    await half.discard()
    await scene.keep()
    assert await scene.claim() == []
    await store.keep_room()
    await scene.keep()
    assert len(await scene.claim()) == 2
    assert (await scene.batch(batch_id)).counts.running == 2
    await store.close()

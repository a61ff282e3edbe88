"""Passages are found again after a move and after a restore: what is searched is derived from the rows."""

from pathlib import Path

import pytest

from pressrun.knowledge.embedding.embedder import Embedder
from pressrun.knowledge.knowledge import Knowledge
from pressrun.store.backup import back_up
from pressrun.store.moving import move
from pressrun.store.open import open_store
from pressrun.store.restore import check_backup, put_in_place
from tests.conftest import DIALECTS
from tests.knowledge.graphs.scene import Scene
from tests.store.another_database import another_database

WARRANTY = "The warranty lasts for two years from the day of delivery."
RETURNS = "Goods may be sent back within thirty days."


def silent(_name: str, _more: int) -> None:
    """Nobody watches."""


async def found(url: str, embedder: Embedder) -> list[list[str]]:
    """What two searches find, one by words and one by meaning, in the database itself and without its help."""
    store = await open_store(url)
    try:
        told = []
        for ask_store in (True, False):
            scene = Scene(store, url, Knowledge(store, embedder, ask_store=ask_store))
            for question, weight in (("warranties", 100), ("refund", 0)):
                told.append([one.text for one in await scene.find(question, "shop", weight=weight)])
        return told
    finally:
        await store.close()


@pytest.mark.parametrize("onto", DIALECTS)
@pytest.mark.parametrize("way", ["move", "restore"])
async def test_what_was_indexed_is_found_elsewhere(
    database_url: str, tmp_path: Path, postgres_url: str, embedder: Embedder, onto: str, way: str
) -> None:
    store = await open_store(database_url)
    scene = Scene(store, database_url, Knowledge(store, embedder))
    await scene.add_graph("shop")
    await scene.add_file("shop", "terms.txt", WARRANTY, RETURNS)
    await store.close()
    before = await found(database_url, embedder)
    assert before[0] == [WARRANTY]
    assert before[1] == [RETURNS, WARRANTY]
    assert before[2:] == before[:2]
    async with another_database(onto, tmp_path, postgres_url) as target_url:
        if way == "move":
            await move(database_url, target_url, silent)
        else:
            await back_up(database_url, tmp_path / "backup", silent)
            (tmp_path / "work").mkdir()
            work = tmp_path / "work" / "copy"
            await check_backup(tmp_path / "backup", work, silent)
            await put_in_place(work, target_url, silent, replace=False)
        assert await found(target_url, embedder) == before

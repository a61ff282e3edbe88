"""A file's text becomes passages, once, whatever happens meanwhile."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest

from pressrun.errors import FailureCode, PressrunError, RunFailure
from pressrun.knowledge import files, graphs, members
from pressrun.knowledge.embedding.embedder import Embedder, EmbedderOptions
from pressrun.knowledge.forgetting import forget_unused
from pressrun.knowledge.ingest import GROUP
from pressrun.knowledge.knowledge import Knowledge
from pressrun.organizations.organization import FIRST
from tests.knowledge.graphs.scene import Scene
from tests.raw_sql import fetch

LONG = "\n\n".join(f"Paragraph {number} of the manual. " + "It has many words. " * 32 for number in range(3 * GROUP))


@pytest.fixture
async def plain(scene: Scene, words_alone: Embedder) -> Scene:
    """A graph, and no embedder: what is tested here does not depend on it."""
    scene.knowledge = Knowledge(scene.store, words_alone)
    await scene.add_graph("shop")
    return scene


class Killed(Exception):  # noqa: N818 - stands for the end of a process
    """The process ends here."""


class Dying(Embedder):
    """Embeds so many groups, each text as the same vector; with the next the process ends. `given` is what it saw."""

    def __init__(self) -> None:
        super().__init__(EmbedderOptions("minilm"))
        self.given: list[list[str]] = []
        self.groups = 1

    async def embed(self, texts: Sequence[str], *, urgent: bool = False) -> list[bytes]:  # noqa: ARG002
        """See Embedder.embed."""
        if len(self.given) == self.groups:
            raise Killed
        self.given.append(list(texts))
        return [b"\x01" * 384] * len(texts)


async def test_an_attempt_that_broke_off_is_gone_on_with(plain: Scene) -> None:
    dying = Dying()
    knowledge = Knowledge(plain.store, dying)
    await plain.add_file("shop", "manual.txt", "Nothing yet.")
    with pytest.raises(Killed):
        await plain.index("manual.txt", LONG, knowledge=knowledge)
    assert len(await plain.rows()) == GROUP
    use = await plain.store.read(lambda tx: files.uses(tx, FIRST, ["manual.txt"]))
    assert use == {"manual.txt": files.Use(["shop"], GROUP, 3 * GROUP)}, "people see how far it is"
    dying.groups = 3
    total = await plain.index("manual.txt", LONG, knowledge=knowledge)
    assert sum(len(texts) for texts in dying.given) == len({text for texts in dying.given for text in texts}) == total
    assert total == 3 * GROUP == len(await plain.rows()) == len(set(await plain.rows()))
    assert (await plain.find("paragraph 3", "shop"))[0].text.startswith("Paragraph 3 of")


async def test_indexed_twice_is_indexed_once(plain: Scene) -> None:
    await plain.add_file("shop", "a.txt", "One text.")
    assert await plain.index("a.txt", "One text.") == 1
    assert await plain.rows() == [("a.txt", "One text.")]


async def test_another_text_takes_the_place_of_the_first(plain: Scene) -> None:
    await plain.add_file("shop", "a.txt", "About elephants.")
    await plain.index("a.txt", "About zebras.", "And gnus.")
    assert await plain.rows() == [("a.txt", "About zebras."), ("a.txt", "And gnus.")]
    assert await plain.find("elephants", "shop") == []
    assert (await plain.find("gnus", "shop"))[0].page == 2


async def test_another_embedder_makes_the_passages_anew(plain: Scene, embedder: Embedder) -> None:
    await plain.add_file("shop", "a.txt", "About elephants.")
    meaning = Knowledge(plain.store, embedder)
    assert await plain.index("a.txt", "About elephants.", knowledge=meaning) == 1
    assert await plain.rows() == [("a.txt", "About elephants.")]
    assert len(await fetch(plain.database_url, "SELECT 1 FROM passages WHERE vector IS NOT NULL")) == 1
    assert (await plain.find("large animals", "shop", knowledge=meaning, weight=0))[0].semantic_score > 0


async def test_two_that_index_one_file_leave_it_whole(plain: Scene) -> None:
    """Who is overtaken by another text notices, and fails to be tried again."""
    await plain.add_file("shop", "manual.txt", "Nothing yet.")
    told = await asyncio.gather(
        plain.index("manual.txt", LONG), plain.index("manual.txt", LONG + " Revised."), return_exceptions=True
    )
    assert all(one == 3 * GROUP or (isinstance(one, RunFailure) and one.retryable) for one in told)
    assert await plain.index("manual.txt", LONG) == 3 * GROUP
    rows = await plain.rows()
    assert len(rows) == len(set(rows)) == 3 * GROUP


async def test_a_file_that_no_graph_holds_has_no_passages(plain: Scene) -> None:
    await plain.add_file("shop", "a.txt", "About elephants.")
    await plain.store.write(lambda tx: members.remove(tx, FIRST, "shop", "a.txt"))
    assert await plain.rows() == []
    assert await plain.index("a.txt", "About elephants.") == 0
    assert await plain.rows() == []


async def test_a_file_taken_out_of_its_graph_meanwhile_has_not_failed(plain: Scene) -> None:
    """The attempt that notices is tried again, and finds that nothing is to be done."""
    await plain.add_file("shop", "manual.txt", "Nothing yet.")
    taking_in = asyncio.ensure_future(plain.index("manual.txt", LONG))
    await asyncio.sleep(0)
    await plain.store.write(lambda tx: members.remove(tx, FIRST, "shop", "manual.txt"))
    (told,) = await asyncio.gather(taking_in, return_exceptions=True)
    assert told in {0, 3 * GROUP} or (isinstance(told, RunFailure) and told.retryable)
    assert await plain.index("manual.txt", LONG) == 0
    await forget_unused(plain.store)
    assert await plain.rows() == []


async def test_passages_stay_while_any_graph_holds_the_file(plain: Scene) -> None:
    await plain.add_graph("other")
    await plain.add_graph("third")
    await plain.add_file("shop", "a.txt", "About elephants.")
    await plain.add_file("other", "a.txt", "About elephants.")
    assert len(await plain.rows()) == 1
    await plain.store.write(lambda tx: members.add(tx, FIRST, "third", "a.txt"))
    await plain.store.write(lambda tx: members.remove(tx, FIRST, "third", "a.txt"))
    assert len(await plain.rows()) == 1
    await plain.store.write(lambda tx: members.delete_graph(tx, FIRST, "shop"))
    assert await forget_unused(plain.store) == 0
    assert len(await plain.find("elephants", "other")) == 1
    await plain.store.write(lambda tx: members.delete_graph(tx, FIRST, "other"))
    assert await forget_unused(plain.store) == 1
    assert await forget_unused(plain.store) == 0
    assert await plain.rows() == []
    with pytest.raises(PressrunError, match="there is no graph"):
        await plain.store.read(lambda tx: graphs.find(tx, FIRST, "other"))


async def test_a_deleted_file_leaves_nothing(plain: Scene, embedder: Embedder) -> None:
    scene = Scene(plain.store, plain.database_url, Knowledge(plain.store, embedder))
    await scene.add_file("shop", "a.txt", "About elephants.", "About their trunks.")
    await scene.store.write(lambda tx: files.delete(tx, FIRST, "a.txt"))
    for table in ("passages", "passage_signs", "indexed_files", "graph_files"):
        assert await fetch(scene.database_url, f"SELECT 1 FROM {table}") == [], table  # noqa: S608
    assert await scene.find("elephants", "shop", weight=100) == []


async def test_an_embedder_that_cannot_start_fails_the_attempt(plain: Scene, tmp_path: Path) -> None:
    await plain.add_file("shop", "a.txt", "One text.")
    (tmp_path / "no folder").write_text("")
    broken = Embedder(EmbedderOptions("minilm", runtime_dir=tmp_path / "no folder"))
    with pytest.raises(RunFailure) as failure:
        await plain.index("a.txt", "Another text.", knowledge=Knowledge(plain.store, broken))
    assert (failure.value.code, failure.value.retryable) == (FailureCode.MODEL_UNAVAILABLE, True)
    assert await plain.rows() == []
    await broken.close()

"""Passages found in a store, on both databases."""

import json

import pytest

from pressrun.errors import Code, PressrunError
from pressrun.knowledge.embedding.embedder import Embedder
from pressrun.knowledge.knowledge import Knowledge
from pressrun.knowledge.ranking import MOST_HOLDERS
from pressrun.knowledge.search import without_common
from tests.knowledge.graphs.scene import THEIRS, Scene
from tests.raw_sql import execute

WARRANTY = "The warranty lasts for two years from the day of delivery. Batteries are excepted."
RETURNS = "Goods may be sent back within thirty days, at no cost, when the box is unopened."
SHIPPING = "Parcels leave our warehouse in Rotterdam on the day after the order."
CATS = "A cat sleeps for sixteen hours a day and hunts at dusk."


@pytest.fixture
async def filled(scene: Scene) -> Scene:
    """Two graphs, one file in both of them, and a graph of somebody else's."""
    for graph_id in ("shop", "pets"):
        await scene.add_graph(graph_id)
    await scene.add_file("shop", "terms.txt", WARRANTY, RETURNS)
    await scene.add_file("shop", "shipping.txt", SHIPPING)
    await scene.add_file("pets", "cats.txt", CATS)
    await scene.add_file("pets", "terms.txt", WARRANTY, RETURNS)
    await scene.add_graph("theirs", THEIRS)
    await scene.add_file("theirs", "theirs.txt", WARRANTY + " This is theirs.", organization_id=THEIRS)
    return scene


async def test_meaning_finds_what_no_word_does(filled: Scene) -> None:
    found = await filled.find("Can I get a refund for something I dislike?", "shop", "pets")
    assert (found[0].text, found[0].file_id, found[0].page) == (RETURNS, "terms.txt", 2)
    assert found[0].keyword_score == 0


async def test_words_find_what_has_no_meaning(filled: Scene) -> None:
    found = await filled.find("Rotterdam", "shop", "pets")
    assert found[0].text == SHIPPING
    assert found[0].keyword_score == pytest.approx(1.0)
    assert (await filled.find("battery", "shop", weight=100))[0].text == WARRANTY  # by its stem


async def test_a_search_stays_in_its_graphs_and_its_organization(filled: Scene) -> None:
    assert {one.file_id for one in await filled.find("warranty", "pets")} == {"cats.txt", "terms.txt"}
    assert {one.file_id for one in await filled.find("Rotterdam cat", "shop", weight=100)} == {"shipping.txt"}
    for graph_id in ("shop", "pets"):
        assert {one.graph_id for one in await filled.find("warranty", graph_id)} == {graph_id}, "of those that hold it"
    theirs = await filled.find("warranty", "theirs", organization_id=THEIRS)
    assert [one.file_id for one in theirs] == ["theirs.txt"]
    for organization_id, graph_id in ((THEIRS, "shop"), ("nobody", "shop")):
        with pytest.raises(PressrunError) as refused:
            await filled.find("warranty", graph_id, "theirs\x00", organization_id=organization_id)
        assert refused.value.code == Code.NOT_FOUND


async def test_each_passage_is_found_once(filled: Scene) -> None:
    found = await filled.find("warranty", "shop", "pets")
    assert len(found) == len({(one.file_id, one.start) for one in found}) == 4


async def test_thresholds_and_limits_hold(filled: Scene) -> None:
    every = await filled.find("warranty", "shop", "pets")
    assert len(await filled.find("warranty", "shop", "pets", limit=2)) == 2
    strict = await filled.find("warranty", "shop", "pets", keyword_threshold=0.9, semantic_threshold=0.95)
    assert [one.text for one in strict] == [WARRANTY]
    near = await filled.find("warranty", "shop", "pets", keyword_threshold=1.1, semantic_threshold=0.7)
    assert len(near) < len(every)
    assert all(one.semantic_score >= 0.7 for one in near)


async def test_without_an_embedder_words_are_searched(filled: Scene, words_alone: Embedder) -> None:
    knowledge = Knowledge(filled.store, words_alone)
    assert knowledge.search == "text"
    found = await filled.find("the warranty of batteries", "shop", knowledge=knowledge)
    assert [one.text for one in found] == [WARRANTY]
    assert await filled.find("reimbursement", "shop", knowledge=knowledge) == []


@pytest.mark.parametrize("question", ["money back", "Rotterdam parcels", "sleeping animals"])
async def test_every_way_to_compare_vectors_finds_the_same(filled: Scene, embedder: Embedder, question: str) -> None:
    """By the database, by ourselves where it cannot, and by signs first where there are many."""
    ways = [
        filled.knowledge,
        Knowledge(filled.store, embedder, ask_store=False),
        Knowledge(filled.store, embedder, every_vector=0),
        Knowledge(filled.store, embedder, ask_store=False, every_vector=0),
    ]
    assert await ways[0].has_distances()
    assert not await ways[1].has_distances()
    told = [await filled.find(question, "shop", "pets", knowledge=way) for way in ways]
    for one in told[1:]:
        assert [found.text for found in one] == [found.text for found in told[0]]
        assert [found.score for found in one] == pytest.approx([found.score for found in told[0]], abs=1e-4)


async def test_remembered_signs_are_those_of_the_files_there_are(filled: Scene, embedder: Embedder) -> None:
    knowledge = Knowledge(filled.store, embedder, ask_store=False, every_vector=0)
    question = "How long does a dog live?"
    before = await filled.find(question, "pets", knowledge=knowledge, weight=0)
    await filled.add_file("pets", "dogs.txt", "Hounds reach an age of twelve.")
    found = await filled.find(question, "pets", knowledge=knowledge, weight=0)
    assert {one.file_id for one in found} - {one.file_id for one in before} == {"dogs.txt"}


@pytest.mark.parametrize("question", ["", "?!", "\x00", '" OR text : *', "a" * 5000, "NEAR(x, 3) AND -y", "it is"])
async def test_no_question_breaks_a_search(filled: Scene, question: str) -> None:
    await filled.find(question, "shop")
    await filled.find(question, "shop", weight=100)


async def test_a_graph_of_many_files_is_searched_by_its_organization(scene: Scene, words_alone: Embedder) -> None:
    knowledge = Knowledge(scene.store, words_alone)
    await scene.add_graph("many")
    await scene.add_graph("one")
    for number in range(70):
        await scene.add_file("many", f"{number}.txt", f"Parcel number {number} is red.", knowledge=knowledge)
    await scene.add_file("one", "other.txt", "Another parcel.", knowledge=knowledge)
    found = await scene.find("parcel 42", "many", knowledge=knowledge)
    assert found[0].file_id == "42.txt"
    assert len(await scene.find("parcel", "many", knowledge=knowledge, limit=100)) == 70
    assert len(await scene.find("another parcel", "many", knowledge=knowledge, limit=1)) == 1, "no place for others'"


async def test_of_words_that_many_passages_hold_those_with_all_are_found(scene: Scene, words_alone: Embedder) -> None:
    many = MOST_HOLDERS + 100
    scene.knowledge = Knowledge(scene.store, words_alone)
    await scene.add_graph("many")
    both = [f"Alpha, gamma and beta: {number}." for number in range(3)]
    texts = [f"{word} number {number}." for word in ("Alpha", "Beta") for number in range(many)]
    await scene.add_file("many", "many.txt", *texts, *both)
    assert {one.text for one in await scene.find("alpha beta", "many", limit=3)} == {*both}
    asked = ["alpha", "beta", "gamma", "delta"]
    await execute(scene.database_url, "ANALYZE")
    common = await scene.store.read(
        lambda tx: tx.all("list_common_words", words=json.dumps(asked), most=many, passages=len(texts) + len(both))
    )
    found = {row["word"]: row["holders"] for row in common}
    if scene.store.dialect == "postgres":  # SQLite counts none, as its search for a word ends where it wants
        assert found.keys() == {"alpha", "beta"}
        assert found["alpha"] == pytest.approx(many + len(both), rel=0.05)
    else:
        assert not found


def test_common_words_are_looked_for_only_where_there_are_no_others() -> None:
    assert without_common(["the", "rare", "warranty"], {"the": 9000, "warranty": 4000}) == ["rare"]
    common = {"the": 9000, "warranty": 4000, "long": 8000, "battery": 3500}
    assert without_common(["the", "warranty", "long", "battery"], common) == ["battery warranty long"]

"""Texts cut into passages."""

from dataclasses import dataclass
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pressrun.knowledge.passages import BETWEEN, LONGEST, Passage, split


@dataclass(frozen=True)
class Section:
    text: str
    page: int | None = None


WORDS = st.sampled_from(
    ["a", "word", "sentence.", "What?", "\n", "\n\n", "# Heading\n", "é", "漢字。", "x" * 1500, "\t"]
)
TEXTS = st.lists(WORDS, max_size=60).map(" ".join)


@given(st.lists(TEXTS, max_size=4))
def test_every_letter_is_in_exactly_one_passage(texts: list[str]) -> None:
    whole = BETWEEN.join(texts)
    found = split([Section(text, page) for page, text in enumerate(texts, 1)])
    assert all(whole[one.start : one.start + len(one.text)] == one.text for one in found)
    assert all(0 < len(one.text) <= LONGEST and one.text == one.text.strip() for one in found)
    assert all(first.start + len(first.text) <= second.start for first, second in pairwise(found))
    assert sum(len("".join(one.text.split())) for one in found) == len("".join(whole.split()))


def test_a_passage_knows_its_page_and_place() -> None:
    found = split([Section("First page.", 1), Section("", 2), Section("Third page.", 3)])
    assert found == [Passage(1, 0, "First page."), Passage(3, 13, "Third page.")]


def test_paragraphs_are_put_together_and_long_ones_end_with_a_sentence() -> None:
    short = "A short paragraph of a few words."
    found = split([Section("\n\n".join([short] * 40))])
    assert all(600 <= len(one.text) <= 700 for one in found[:-1])
    long = "This sentence has some forty letters in it. " * 60
    assert all(one.text.endswith("it.") for one in split([Section(long)]))


def test_a_passage_knows_its_heading() -> None:
    text = "# Guide\n\n" + "Words of the guide. " * 30 + "\n\n## Returns ##\n\n" + "Words about returns. " * 80
    found = split([Section(text)])
    assert found[0].heading == "Guide"
    assert {one.heading for one in found[1:]} == {"Returns"}
    assert found[1].text.startswith("## Returns")


def test_what_no_database_keeps_is_left_out() -> None:
    assert split([Section("a\x00b\ud800c")]) == [Passage(None, 0, "a b c")]
    assert split([Section(" \n\n\t ")]) == []

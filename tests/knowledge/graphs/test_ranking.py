"""Two scores made one."""

import pytest

from pressrun.knowledge.ranking import keyword_scores, rank, semantic_score
from pressrun.knowledge.words import words_of


def hits(*found: tuple[int, int]) -> list[dict[str, int]]:
    return [{"number": number, "seq": seq} for number, seq in found]


def test_rare_words_count_more() -> None:
    common = [(0, seq) for seq in range(50)]
    scores = keyword_scores(hits(*common, (1, 3), (1, 99)), 2, 100)
    assert scores[3] == pytest.approx(1.0)
    assert scores[99] > 0.8
    assert scores[7] < 0.2


def test_a_word_that_nothing_holds_lowers_the_score() -> None:
    assert keyword_scores(hits((0, 1)), 2, 10)[1] < 0.5


def test_the_weight_goes_from_meaning_to_words() -> None:
    keywords, cosines = {1: 1.0}, {1: 0.1, 2: 0.45}
    assert [one.seq for one in rank(keywords, cosines, 0, by_words_alone=False)] == [2, 1]
    assert [one.seq for one in rank(keywords, cosines, 100, by_words_alone=False)] == [1, 2]
    both = rank({1: 0.5}, {1: 0.4, 2: 0.45}, 50, by_words_alone=False)
    assert [one.seq for one in both] == [1, 2]
    assert all(0 <= one.score <= 1 and 0 <= one.keyword <= 1 and 0 <= one.semantic <= 1 for one in both)


def test_without_an_embedder_words_decide() -> None:
    assert [one.seq for one in rank({1: 0.2, 2: 0.9}, {}, 50, by_words_alone=True)] == [2, 1]


def test_a_semantic_score_spreads_what_is_usual() -> None:
    assert semantic_score(-0.3) == 0
    assert semantic_score(0.17) == pytest.approx(0.7, abs=0.01)
    assert semantic_score(1.0) == 1


def test_words_that_stand_everywhere_are_left_out() -> None:
    assert words_of("What is the Warranty of the MX-5_plus?") == ["warranty", "mx", "5", "plus"]
    assert words_of("What is it?") == ["what", "is", "it"]
    assert words_of("保証 は?") == ["保証", "は"]
    assert words_of("?!") == []
    assert len(words_of(" ".join(f"word{number}" for number in range(99)))) == 16

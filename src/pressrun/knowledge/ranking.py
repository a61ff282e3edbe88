"""Two scores made one: how well a passage's words fit a question, and how well its meaning does."""

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pressrun.store.store import Row

WORDS_COUNT = 0.3
"""What all words of a question count for beside a cosine of 1, at equal weights. Right passages have cosines of 0.3 to
0.5, so that more lets chance words outvote the meaning; measured with tests/knowledge/questions.jsonl."""


MOST_HOLDERS = 500
"""Passages that may hold a word of a question: one that more of them hold is left out where there are others."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage by its seq; all three scores are between 0 and 1."""

    seq: int
    score: float
    keyword: float
    semantic: float


def keyword_scores(hits: Sequence[Row], words: int, passages: int) -> dict[int, float]:
    """How much of a question's `words` a passage holds, rare words counting more; 1 is all of them.

    `hits` tell which passages hold the word of a number, among `passages`.
    """
    holders: dict[int, list[int]] = {number: [] for number in range(words)}
    for row in hits:
        holders[row["number"]].append(row["seq"])
    telling = {number: seqs for number, seqs in holders.items() if len(seqs) <= MOST_HOLDERS}
    if any(telling.values()):
        holders = telling
    weights = {number: _weight(len(seqs), passages) for number, seqs in holders.items()}
    whole = sum(weights.values())
    scores: dict[int, float] = {}
    for number, seqs in holders.items():
        share = weights[number] / whole
        for seq in seqs:
            scores[seq] = scores.get(seq, 0.0) + share
    return scores


def best_of(scores: Mapping[int, float], limit: int) -> dict[int, float]:
    """The `limit` highest scores."""
    if len(scores) <= limit:
        return dict(scores)
    return dict(heapq.nlargest(limit, scores.items(), key=lambda item: (item[1], -item[0])))


def _weight(holders: int, passages: int) -> float:
    """The inverse document frequency that BM25 uses."""
    return math.log(1 + (max(passages, holders) - holders + 0.5) / (holders + 0.5))


def semantic_score(cosine: float) -> float:
    """A cosine as a score from 0 to 1, so that 0.7 is what 19 of 20 right passages reach and 6 of 7 others do not."""
    return float(min(1.0, max(0.0, cosine)) ** 0.2)


def rank(
    keywords: Mapping[int, float], cosines: Mapping[int, float], weight: int, *, by_words_alone: bool
) -> list[Ranked]:
    """Passages by both scores, the best first; `weight` is 0 for meaning alone to 100 for words alone."""
    share = 1.0 if by_words_alone else weight / 100
    seqs = keywords.keys() if by_words_alone else cosines.keys() | keywords.keys()
    found = []
    for seq in seqs:
        keyword = keywords.get(seq, 0.0)
        cosine = cosines.get(seq, 0.0)
        score = share * WORDS_COUNT * keyword + (1 - share) * max(0.0, cosine)
        score = min(1.0, score / max(share * WORDS_COUNT, 1 - share))
        found.append(Ranked(seq, score, min(1.0, keyword), semantic_score(cosine)))
    found.sort(key=lambda one: (-one.score, one.seq))
    return found

"""Vectors compared here, where the database does not do it."""

import numpy as np
import pytest

from pressrun.knowledge.embedding.backends import as_bytes
from pressrun.knowledge.nearest import signs_of, similarities
from pressrun.knowledge.signs import Remembered, Signs

SIZE = 384


def nearest(vector: bytes, others: list[tuple[int, bytes]], limit: int) -> list[int]:
    """The seqs of the `limit` nearest, by comparing all."""
    found = similarities(vector, others)
    return sorted(found, key=lambda seq: -found[seq])[:limit]


def some_vectors(count: int) -> np.ndarray:
    """Vectors in a few clouds, as those of texts are."""
    random = np.random.default_rng(7)
    centres = random.normal(size=(20, SIZE))
    return (centres[random.integers(0, 20, count)] + random.normal(size=(count, SIZE))).astype(np.float32)


def test_a_cosine_survives_the_rounding() -> None:
    vectors = some_vectors(50)
    rows = [as_bytes(vectors[number : number + 1]) for number in range(50)]
    found = similarities(rows[0], list(enumerate(rows)))
    lengths = np.linalg.norm(vectors, axis=1)
    exact = vectors @ vectors[0] / (lengths * lengths[0])
    assert [found[number] for number in range(50)] == pytest.approx(list(exact), abs=0.01)
    assert nearest(rows[0], list(enumerate(rows)), 3)[0] == 0


def test_most_of_the_nearest_are_among_the_likely() -> None:
    count, wanted = 5000, 20
    stored = as_bytes(some_vectors(count))
    rows = [stored[begin : begin + SIZE] for begin in range(0, len(stored), SIZE)]
    groups = [(1_048_576 + begin, signs_of(rows[begin : begin + 128])) for begin in range(0, count, 128)]
    signs = Signs(groups, SIZE)
    hit = 0
    for number in range(0, count, 500):
        every = [(1_048_576 + place, row) for place, row in enumerate(rows)]
        best = nearest(rows[number], every, wanted)
        hit += len(set(best) & set(signs.likely(rows[number], 300)))
    assert hit >= 0.95 * wanted * 10


def test_nothing_is_near_to_nothing() -> None:
    assert similarities(b"\x01" * SIZE, []) == {}
    assert Signs([], SIZE).likely(b"\x01" * SIZE, 10) == []


def test_the_longest_unused_signs_are_forgotten() -> None:
    made = [Signs([(0, b"\x01" * 480)], SIZE) for _ in range(3)]
    kept = Remembered(most_bytes=2 * made[0].size_bytes)
    kept.keep("a", made[0])
    kept.keep("b", made[1])
    assert kept.find("a") is made[0]
    kept.keep("c", made[2])
    assert [kept.find(key) for key in "abc"] == [made[0], None, made[2]]

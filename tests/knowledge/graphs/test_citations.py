"""Marks that name passages."""

import pytest

from pressrun.knowledge.citations import Citer, without_marks

PASSAGES = (
    "The warranty lasts for two years from the day of delivery, batteries excepted.",
    "Returns are free within thirty days when the box is unopened.",
)


def cite(text: str, *, pieces: int = 1) -> tuple[str, list[int]]:
    citer = Citer(PASSAGES)
    size = max(1, len(text) // pieces)
    heard = [citer.feed(text[begin : begin + size]) for begin in range(0, len(text), size)]
    return "".join([*heard, citer.finish()]), citer.cited


@pytest.mark.parametrize("pieces", [1, 7, 40])
@pytest.mark.parametrize(
    ("said", "told", "cited"),
    [
        ("It lasts two years [1]. Bye.", "It lasts two years [1]. Bye.", [1]),
        ("It lasts two years. [1] Bye.", "It lasts two years [1]. Bye.", [1]),
        ("Both hold [1, 2].", "Both hold [1] [2].", [1, 2]),
        ("There is no such passage [7].", "There is no such passage.", []),
        (
            "The warranty lasts two years.\nReturns are free.",
            "The warranty lasts two years [1].\nReturns are free [2].",
            [1, 2],
        ),
        ("Elephants are grey.", "Elephants are grey.", []),
    ],
)
def test_marks_stay_are_added_or_go(said: str, told: str, cited: list[int], pieces: int) -> None:
    assert cite(said, pieces=pieces) == (told, cited)


def test_marks_can_be_taken_out() -> None:
    assert without_marks("Two years [1]. Free [1, 2] returns.") == "Two years. Free returns."

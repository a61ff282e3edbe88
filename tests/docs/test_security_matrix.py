"""The table of docs/security.md: every requirement that is due is in it, with a test that bears its number."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DUE = range(1, 34)
ROWS = dict(re.findall(r"^\| (S-\d\d) \|(.*)\|$", (ROOT / "docs" / "security.md").read_text(), re.MULTILINE))
ELSEWHERE = {"S-08": ("f53", "g24", "f51")}
"""Tests that bear the number of the fault instead."""


def test_every_requirement_that_is_due_is_in_the_table() -> None:
    assert set(ROWS) == {f"S-{number:02}" for number in DUE}


@pytest.mark.parametrize("requirement", ROWS)
def test_its_tests_are_there_and_bear_its_number(requirement: str) -> None:
    files = re.findall(r"`(tests/[\w/]+\.py)`", ROWS[requirement])
    assert files
    names = [
        name for file in files for name in re.findall(r"def (test_\w+)", (ROOT / file).read_text())
    ]  # a file that is not there fails here
    numbers = ELSEWHERE.get(requirement, (requirement.lower().replace("-", ""),))
    for number in numbers:
        assert any(name.startswith(f"test_{number}_") for name in names), f"{requirement}: no test_{number}_…"

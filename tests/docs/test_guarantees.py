"""The table of promises names tests that exist, and every promise that a fault is planted for."""

import re
from pathlib import Path

from tests.mutants.planted import PLANTED

ROOT = Path(__file__).parents[2]
TABLE = (ROOT / "docs" / "guarantees.md").read_text()


def test_every_test_it_names_is_there() -> None:
    named = set(re.findall(r"`(tests/[\w/.]+)`", TABLE))
    assert named
    assert {path for path in named if not (ROOT / path).exists()} == set()


def test_every_planted_fault_is_about_one_of_its_promises() -> None:
    tables = TABLE + (ROOT / "docs" / "security.md").read_text()
    promises = set(re.findall(r"^\| ([^|]+?) \|", tables, re.MULTILINE))
    assert {planted.promise for planted in PLANTED} <= promises

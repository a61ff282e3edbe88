"""The auditor can fail: the planted mutants still fit the sources, and of the quick ones one is hunted each time."""

import hashlib
from pathlib import Path

import pytest

from pressrun.torture.registry import FAULTS
from tests.torture.mutants.hunt import caught
from tests.torture.mutants.mutant import Mutant
from tests.torture.mutants.planted import MUTANTS
from tests.torture.selection import commit

QUICK_S = 13.0
HUNTED = 1


def hunted() -> list[Mutant]:
    quick = [mutant for mutant in MUTANTS if FAULTS[mutant.fault].cost_s < QUICK_S and mutant.store == "sqlite"]
    return sorted(quick, key=lambda one: hashlib.sha256(f"{commit()} {one.name}".encode()).digest())[:HUNTED]


def test_there_are_enough() -> None:
    assert len(MUTANTS) >= 12
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: one.name)
def test_a_mutant_fits_the_sources(mutant: Mutant, tmp_path: Path) -> None:
    mutant.plant(tmp_path)
    assert mutant.store in FAULTS[mutant.fault].stores
    assert mutant.load in FAULTS[mutant.fault].loads


@pytest.mark.parametrize("mutant", hunted(), ids=lambda one: one.name)
def test_a_mutant_is_caught(mutant: Mutant) -> None:
    assert caught(mutant)

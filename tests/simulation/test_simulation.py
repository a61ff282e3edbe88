"""S2: the engine on virtual time, under faults, seed by seed; see seed.py.

SIMULATION_SEEDS=20000 simulates more than the suite has time for; `python -m tests.simulation` is the same by hand.
"""

import asyncio
import os
import subprocess
import sys
from zlib import crc32

import pytest

from tests.simulation.memory import folder_in_memory
from tests.simulation.mutants import ROOT
from tests.simulation.seed import prepare, run
from tests.torture.selection import commit

SEEDS = 500
BLOCKS = 16
"""Each commit simulates one of so many blocks of seeds, so that many commits see many seeds."""


def test_every_seed_comes_to_its_end_and_the_books_agree() -> None:
    seeds = os.environ.get("SIMULATION_SEEDS", str(SEEDS))
    first = str(crc32(commit().encode()) % BLOCKS * SEEDS)
    command = [sys.executable, "-m", "tests.simulation", seeds, "--first", first, "--processes", "2"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{seeds} seeds" in done.stdout


@pytest.fixture(scope="module")
def content() -> dict[str, bytes]:
    with folder_in_memory() as folder:
        return asyncio.run(prepare(folder, 0))


@pytest.mark.parametrize("seed", [7, 131])
def test_a_seed_goes_the_same_way_again(content: dict[str, bytes], seed: int) -> None:
    first, second = run(seed, content), run(seed, content)
    assert first.faults == []
    assert len(first.trace) > 30
    assert first.trace == second.trace

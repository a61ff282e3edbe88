"""F10: what was acknowledged survives a power cut; see power_loss.py."""

from pathlib import Path
from random import Random

import pytest

from tests.simulation.disk import Disk, Unsynced
from tests.simulation.mutants import Mutant, run
from tests.simulation.power_loss import crashes

POINTS = 200

MUTANTS = [
    Mutant("no sync", "store/sqlite_connection.py", "PRAGMA synchronous = FULL", "PRAGMA synchronous = NORMAL"),
    Mutant(
        "acknowledged before the commit",
        "store/sqlite_writer.py",
        """            connection.execute("COMMIT")
""",
        """            for loop in {waiting.loop for waiting in group}:
                loop.call_soon_threadsafe(_settle, outcomes)
            connection.execute("COMMIT")
""",
    ),
]


async def test_nothing_acknowledged_is_lost() -> None:
    assert await crashes(range(POINTS)) == []


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_planted_fault_is_caught(mutant: Mutant, tmp_path: Path) -> None:
    found = run(mutant, tmp_path, "tests.simulation.power_loss", str(POINTS))
    assert found.returncode == 1, found.stdout + found.stderr
    assert "was acknowledged and is lost" in found.stdout


def test_a_torn_write_leaves_its_beginning() -> None:
    content = bytearray(b"abc")
    Unsynced(1, 5, b"12345").apply(content, 2)
    assert content == b"abc\0\x0012"


def test_only_what_was_synced_is_sure(tmp_path: Path) -> None:
    disk = Disk(tmp_path, {"old": b"old"})
    image = disk.opened("new")
    with disk.operation():
        image.unsynced.append(Unsynced(disk.operations, 0, b"synced"))
    disk.sync(image, directory=True)
    with disk.operation():
        image.unsynced.append(Unsynced(disk.operations, 6, b" or not"))
    found = {str(sorted(disk.after_power_loss(Random(seed)).items())) for seed in range(200)}
    disk.close()
    assert all("('old', b'old')" in files and "b'synced" in files for files in found)
    assert any("b'synced'" in files for files in found)
    assert any("b'synced or not'" in files for files in found)
    assert any("b'synced or'" in files for files in found)

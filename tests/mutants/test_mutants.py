"""That the planted faults are caught: some of them each time, all of them with `python -m tests.mutants`."""

import subprocess
from itertools import islice
from pathlib import Path
from zlib import crc32

import pytest

from tests.mutants.catching import is_caught
from tests.mutants.fault import Planted
from tests.mutants.planted import PLANTED

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "pressrun"
EACH_TIME = 3


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.name.replace(" ", "-"))
def test_a_planted_fault_has_its_place_and_its_test(planted: Planted) -> None:
    assert (SOURCE / planted.file).read_text().count(planted.before) == 1, "the source has changed: plant it anew"
    file, _, node = planted.test.partition("::")
    assert f"def {node.partition('[')[0]}(" in (ROOT / "tests" / file).read_text()


def test_a_planted_fault_names_a_test_there_is(request: pytest.FixtureRequest) -> None:
    """Held against what this run has collected, as far as that is whole."""
    option = request.config.option
    if option.keyword or option.markexpr or any("::" in one for one in request.config.args):
        pytest.skip("only some tests of a file are run")
    there = {item.nodeid for item in request.session.items}
    there |= {name.partition("[")[0] for name in there}
    files = {name.partition("::")[0] for name in there}
    named = {f"tests/{planted.test}" for planted in PLANTED}
    assert [one for one in sorted(named - there) if one.partition("::")[0] in files] == []


def chosen() -> list[Planted]:
    """A few, others with every commit; which ones is printed with their names."""
    done = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False)
    salt = done.stdout.strip()
    return list(islice(sorted(PLANTED, key=lambda one: crc32(f"{salt} {one.name}".encode())), EACH_TIME))


@pytest.mark.parametrize("planted", chosen(), ids=lambda planted: planted.name.replace(" ", "-"))
def test_a_planted_fault_is_caught(planted: Planted) -> None:
    caught, printed = is_caught(planted)
    assert caught, printed

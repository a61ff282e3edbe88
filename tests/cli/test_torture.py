"""`pressrun torture` says what there is and what it needs, and refuses what it does not know."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pressrun.torture.registry import FAULTS

DOCS = (Path(__file__).parents[2] / "docs" / "reliability.md").read_text()


def torture(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "pressrun", "torture", *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_it_lists_every_fault_with_what_it_needs() -> None:
    listed = json.loads(torture("--list", "--json").stdout)
    assert [one["fault"] for one in listed] == list(FAULTS)
    assert all(one["what it does"] for one in listed)
    assert next(one for one in listed if one["fault"] == "F02")["needs"] == "strace"


@pytest.mark.parametrize(
    "arguments",
    [("--faults", "F99"), ("--faults", ","), ("--tier", "x"), ("--store", "mysql")],
)
def test_it_refuses_what_it_does_not_know(arguments: tuple[str, ...]) -> None:
    done = torture(*arguments)
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")


@pytest.mark.parametrize("fault", FAULTS.values(), ids=lambda one: one.id)
def test_every_fault_is_documented(fault: object) -> None:
    assert f"| {fault.id} |" in DOCS  # type: ignore[attr-defined]

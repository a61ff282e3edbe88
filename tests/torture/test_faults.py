"""The auditor at work: `pressrun torture` on both databases, as a user runs it; one test for each fault."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pressrun.torture.testbed import Load
from tests.torture.selection import selection

SEED = 1
LONGEST_S = 1500
LOADS: tuple[Load, ...] = ("jobs", "batches")
CASES = [
    (store, load, fault.id)
    for store in ("sqlite", "postgres")
    for load in LOADS
    for fault, own in selection(store)[0]
    if own == load
]


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What has been run so far, by store and load."""
    return {"folder": {"path": tmp_path_factory.mktemp("torture")}}


def verdict_on(store: str, load: Load, verdicts: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Run the store's faults with one load, once; their reports by id."""
    name = f"{store}-{load}"
    if name not in verdicts:
        folder: Path = verdicts["folder"]["path"] / name
        ids = ",".join(fault.id for fault, own in selection(store)[0] if own == load)
        command = [sys.executable, "-m", "pressrun", "torture", "--store", store, "--load", load, "--faults", ids]
        done = subprocess.run(
            [*command, "--seed", str(SEED), "--out", str(folder)],
            capture_output=True,
            text=True,
            timeout=LONGEST_S,
            check=False,
        )
        assert done.returncode in {0, 1}, done.stderr
        found = json.loads((folder / "verdict.json").read_text())
        assert found["passed"] is (done.returncode == 0)
        verdicts[name] = {report["fault"]: report for report in found["faults"]}
    return verdicts[name]


@pytest.mark.parametrize(("store", "load", "fault"), CASES)
def test_fault(store: str, load: Load, fault: str, verdicts: dict[str, dict[str, Any]]) -> None:
    report = verdict_on(store, load, verdicts)[fault]
    if report["status"] == "not run":
        pytest.skip(report["reason"])
    assert report["status"] == "passed", json.dumps(report, indent=1)
    assert report["injections"] > 0
    assert report["verdict"]["counts"]["jobs"] > 0, "every fault has honest jobs beside it"
    assert (report["verdict"]["counts"]["batches"] > 0) is (load == "batches")

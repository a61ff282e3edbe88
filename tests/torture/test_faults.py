"""The auditor at work: `pressrun torture` on both databases, as a user runs it; one test for each fault."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.torture.selection import selection

SEED = 1
LONGEST_S = 1500
CASES = [(store, fault.id) for store in ("sqlite", "postgres") for fault in selection(store)[0]]


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """What has been run so far, by store."""
    return {"folder": {"path": tmp_path_factory.mktemp("torture")}}


def verdict_on(store: str, verdicts: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Run the store's faults, once; their reports by id."""
    if store not in verdicts:
        folder: Path = verdicts["folder"]["path"] / store
        ids = ",".join(fault.id for fault in selection(store)[0])
        command = [sys.executable, "-m", "pressrun", "torture", "--store", store, "--faults", ids]
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
        verdicts[store] = {report["fault"]: report for report in found["faults"]}
    return verdicts[store]


@pytest.mark.parametrize(("store", "fault"), CASES)
def test_fault(store: str, fault: str, verdicts: dict[str, dict[str, Any]]) -> None:
    report = verdict_on(store, verdicts)[fault]
    if report["status"] == "not run":
        pytest.skip(report["reason"])
    assert report["status"] == "passed", json.dumps(report, indent=1)
    assert report["injections"] > 0
    assert report["verdict"]["counts"]["jobs"] > 0, "every fault has honest jobs beside it"

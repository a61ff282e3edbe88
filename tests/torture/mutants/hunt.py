"""Running the auditor against a mutant."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.torture.mutants.mutant import Mutant

LONGEST_S = 600


def caught(mutant: Mutant) -> list[str]:
    """By which numbers the mutant's fault finds it; nothing when it gets away. Raises RuntimeError when nothing ran."""
    with tempfile.TemporaryDirectory(prefix="pressrun-mutant-") as folder:
        source = mutant.plant(Path(folder))
        out = Path(folder) / "out"
        wanted = ["--faults", mutant.fault, "--store", mutant.store, "--load", mutant.load]
        command = [sys.executable, "-m", "pressrun", "torture", *wanted]
        done = subprocess.run(
            [*command, "--source", str(source), "--out", str(out)],
            capture_output=True,
            text=True,
            timeout=LONGEST_S,
            check=False,
        )
        if not (out / "verdict.json").exists():
            raise RuntimeError(done.stderr)
        (report,) = json.loads((out / "verdict.json").read_text())["faults"]
        if report["status"] == "not run":
            raise RuntimeError(f"{mutant.fault} did not run: {report['reason']}")
        if report["status"] == "error":
            raise RuntimeError(report["reason"])
        assert (report["status"] == "violated") is (done.returncode == 1)
        return [str(name) for name in report["violations"]] or ([report["reason"]] if report["reason"] else [])

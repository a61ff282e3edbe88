"""Running a test on a copy of the source with one mechanism removed."""

import tempfile
from pathlib import Path

from tests.mutants.fault import Planted
from tests.simulation.mutants import Mutant, run

FAILED = 1
"""What pytest ends with when a test failed, rather than could not run."""


def is_caught(planted: Planted) -> tuple[bool, str]:
    """Whether the test fails on the mutant, and what it printed."""
    mutant = Mutant(planted.name, planted.file, planted.before, planted.after)
    with tempfile.TemporaryDirectory(prefix="pressrun-mutant-") as folder:
        # No traceback: pytest's own rewriting of a deep one fails on some releases of Python 3.11.
        done = run(mutant, Path(folder), "pytest", "-q", "-x", "--tb=no", f"tests/{planted.test}")
    return done.returncode == FAILED, done.stdout[-2000:] + done.stderr[-500:]

"""Faults planted on purpose: a copy of the source with one piece of text replaced, run in a process of its own."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Mutant:
    """`file` is relative to `src/pressrun`; `before` must stand there exactly once."""

    name: str
    file: str
    before: str
    after: str


def run(
    mutant: Mutant | None, folder: Path, *command: str, timeout_s: float = 300
) -> "subprocess.CompletedProcess[str]":
    """`python -m COMMAND` with the mutant in place of the product; None runs the product as it is."""
    environment = {**os.environ, "STATE_MACHINE_QUICK": "1"}
    if mutant is not None:
        tree = folder / "src"
        shutil.copytree(ROOT / "src" / "pressrun", tree / "pressrun", ignore=shutil.ignore_patterns("__pycache__"))
        path = tree / "pressrun" / mutant.file
        text = path.read_text()
        assert text.count(mutant.before) == 1, f"{mutant.name}: {mutant.file} has changed; plant the fault anew"
        path.write_text(text.replace(mutant.before, mutant.after))
        environment["PYTHONPATH"] = str(tree)
    return subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )

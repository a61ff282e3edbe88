"""Fuzzing for as long as wanted, led by coverage: `python -m tests.fuzz rows -max_total_time=600`.

Needs `pip install atheris`, which no lock holds: it runs on few platforms. What it finds is kept in the working folder
as `crash-…`; put the bytes into seeds.py, then mend.
"""

import importlib
import sys
import tempfile
from pathlib import Path

from tests.fuzz.seeds import SEEDS


def main() -> None:
    """Fuzz one target."""
    atheris = importlib.import_module("atheris")
    name, *options = sys.argv[1:]
    with atheris.instrument_imports(include=["pressrun", "email", "yaml"]):
        targets = importlib.import_module("tests.fuzz.targets")
    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(SEEDS[name]):
            Path(folder, str(number)).write_bytes(seed)
        atheris.Setup([sys.argv[0], *options, folder], targets.TARGETS[name])
        atheris.Fuzz()


if __name__ == "__main__":
    main()

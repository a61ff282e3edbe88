"""A disk that is small enough to be filled: a tmpfs of a few megabytes, mounted for one test."""

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

FOREIGN = "foreign"


@contextlib.contextmanager
def small_disk(megabytes: int) -> Iterator[Path]:
    """A folder of its own on a full-able disk; skips the test where nobody may mount one."""
    folder = Path(tempfile.mkdtemp(prefix="pressrun-disk-"))
    try:
        options = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)]
        if os.getuid() or subprocess.run(options, check=False).returncode:
            pytest.skip("mounting a small disk needs root")
        try:
            yield folder
        finally:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def fill(folder: Path) -> None:
    """Somebody else's file takes every byte that is left."""
    with (folder / FOREIGN).open("ab", buffering=0) as foreign:
        for size in (1 << 20, 1 << 12, 1):
            with contextlib.suppress(OSError):
                while foreign.write(b"\0" * size) == size:
                    pass


def clear(folder: Path) -> None:
    """Somebody else tidies up."""
    (folder / FOREIGN).unlink()

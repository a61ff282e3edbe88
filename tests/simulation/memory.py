"""Folders in memory: the disks here are simulated, or not what is tested, so no real one need be waited for."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it


@contextmanager
def folder_in_memory() -> Iterator[Path]:
    """A new folder, gone afterwards; in the usual place where there is no file system in memory."""
    folder = Path(tempfile.mkdtemp(prefix="pressrun-", dir=MEMORY if MEMORY.is_dir() else None))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)

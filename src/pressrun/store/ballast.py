"""A reserve beside the SQLite file: given back to the disk when it is full, so that jobs which run can still end."""

import contextlib
import os
import shutil
from pathlib import Path

from pressrun.errors import Code, PressrunError

RETRY_AFTER_S = 30.0
HARDLY_ANY = 1_000_000
"""Bytes with which SQLite cannot be counted on to open a file."""


def no_room() -> PressrunError:
    """What whoever asks for more room is told."""
    return PressrunError(
        Code.NO_ROOM, "no room left on the disk of the database: nothing new is accepted until there is some",
        retry_after_s=RETRY_AFTER_S,
    )  # fmt: skip


class Ballast:
    """The file that holds the reserve of `size` bytes. While it is missing nothing new is begun; 0 bytes: none kept."""

    def __init__(self, database: Path, size: int) -> None:
        self._path = database.with_name(database.name + "-ballast")
        self._size = size

    @property
    def is_kept(self) -> bool:
        """Whether there is room beyond the reserve, for all processes of this machine alike."""
        return self._size == 0 or self._path.exists()

    def release(self) -> bool:
        """Give the room back to the disk; True when that made a difference."""
        try:
            self._path.unlink()
        except OSError:
            return False
        return True

    def release_if_full(self) -> bool:
        """Release it if it is kept and hardly anything is left besides it; True when that made a difference."""
        return shutil.disk_usage(self._path.parent).free < HARDLY_ANY and self.release()

    def take(self) -> None:
        """Take the reserve again once as much would still be left besides it; else nothing is changed."""
        if self.is_kept or shutil.disk_usage(self._path.parent).free < 2 * self._size:
            return
        aside = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        try:
            descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            try:
                os.posix_fallocate(descriptor, 0, self._size)
            finally:
                os.close(descriptor)
            aside.rename(self._path)
        except OSError:
            with contextlib.suppress(OSError):
                aside.unlink(missing_ok=True)

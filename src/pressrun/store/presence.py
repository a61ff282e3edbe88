"""Who has a SQLite file open: every process holds a shared lock beside it, which the system frees however it ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pressrun.errors import Code, PressrunError


class Presence:
    """This process's share in the lock; of whoever wants a database for himself, only one is let in, and alone."""

    def __init__(self, database: Path) -> None:
        self._descriptor: int | None = _lock(database, fcntl.LOCK_SH)
        if self._descriptor is None:
            raise PressrunError(
                Code.CONFLICT, f"{database} is being moved by another command: wait until it has ended", retry_after_s=5
            )

    def leave(self) -> None:
        """Give the share back."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


@contextmanager
def alone_with(database: Path) -> Iterator[None]:
    """Keep every other process of Pressrun out meanwhile; raises PressrunError when one has the database open."""
    descriptor = _lock(database, fcntl.LOCK_EX)
    if descriptor is None:
        raise PressrunError(
            Code.CONFLICT, f"a server or a worker uses {database}: stop `pressrun serve` and `pressrun work` first"
        )
    try:
        yield
    finally:
        os.close(descriptor)


def _lock(database: Path, kind: int) -> int | None:
    descriptor = os.open(database.with_name(database.name + "-users"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor

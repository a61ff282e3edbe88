"""Fetching what a stranger's URL leads to, into a file: checked like all that leaves, bounded in size and time."""

from dataclasses import dataclass
from pathlib import Path
from typing import IO

from pressrun.outgoing.lookup import Resolve, system_resolve
from pressrun.outgoing.target import Rules

HEAD_BYTES = 4096
FETCH_S = 20.0


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a URL gave: its status, what it says the type is, its size in bytes, how it begins."""

    status: int
    media_type: str
    size: int
    head: bytes


async def fetch(
    url: str, rules: Rules, to: Path, most_bytes: int, *, resolve: Resolve = system_resolve, total_s: float = FETCH_S
) -> Fetched:
    """Write what a URL gives to a file; of an answer that is no 200 nothing is read. Raises OutgoingError."""
    from pressrun.outgoing.client import Outgoing  # noqa: PLC0415 - slow to import, and most jobs fetch nothing

    outgoing = Outgoing(rules, resolve=resolve, total_s=total_s)
    try:
        with to.open("wb") as file:
            return await outgoing.get(url, _Into(file), most_bytes)
    finally:
        await outgoing.close()


class _Into:
    """Takes pieces, and remembers how they began."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.size = 0
        self.head = b""

    def write(self, piece: bytes) -> None:
        """The next piece."""
        if len(self.head) < HEAD_BYTES:
            self.head += piece[: HEAD_BYTES - len(self.head)]
        self.size += len(piece)
        self._file.write(piece)

    def done(self, status: int, media_type: str) -> Fetched:
        """All of it."""
        return Fetched(status, media_type, self.size, self.head)

"""The seam: where bytes are kept, under keys that the server makes."""

import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from pressrun.errors import Code, PressrunError
from pressrun.ids import new_id

PIECE_BYTES = 256 * 1024
"""How much is read at a time."""

KEY = re.compile(r"(?:[0-9A-Za-z_-][0-9A-Za-z._-]*/)*[0-9A-Za-z_-][0-9A-Za-z._-]*")


@dataclass(frozen=True, slots=True)
class Stored:
    """What was kept: its size in bytes, and its SHA-256 in hexadecimal."""

    size: int
    digest: str


class Blobs(Protocol):
    """Bytes by keys. Every method raises PressrunError: no_room, unavailable; not_found for a key without bytes."""

    async def put(self, key: str, chunks: AsyncIterator[bytes]) -> Stored:
        """Keep what comes, durably: all of it, or nothing when this fails. The key must be new."""
        ...

    def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncIterator[bytes]:
        """The bytes from `start` up to and without `end`, in pieces; by default all of them."""
        ...

    async def size(self, key: str) -> int:
        """How many bytes there are."""
        ...

    async def delete(self, key: str) -> None:
        """The bytes are gone; it is no fault when there were none."""
        ...

    def local(self, key: str) -> AbstractAsyncContextManager[Path]:
        """The bytes as a file of this machine, which must not be changed, for as long as the context is open."""
        ...

    async def tidy(self) -> None:
        """Remove what writers that died have left unfinished."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


def new_key(organization_id: str) -> str:
    """A key for new bytes: nothing of it comes from a caller."""
    name = new_id()
    return f"{_plain(organization_id)}/{name[-2:]}/{name}"


def checked(key: str) -> str:
    """A key as it may become part of a path; raises ValueError for anything that could lead elsewhere."""
    if not KEY.fullmatch(key):
        raise ValueError(f"not the key of a blob: {key!r}")
    return key


def missing(key: str) -> PressrunError:
    """What is told where a row says that there are bytes, and there are none."""
    return PressrunError(
        Code.NOT_FOUND, f"the bytes of {key} are missing: they were removed outside Pressrun, or not restored with it"
    )


def _plain(organization_id: str) -> str:
    return re.sub(r"[^0-9A-Za-z_-]", "_", organization_id) or "_"

"""Short ways to keep files and to take them in."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from pressrun.errors import RunFailure
from pressrun.jobs.job import State
from pressrun.jobs.outcome import Completed, Failed
from pressrun.knowledge import take_in
from pressrun.knowledge.blobs import Blobs
from pressrun.knowledge.files import File, find
from pressrun.knowledge.take_in import Tools
from pressrun.knowledge.upload import FileLimits, NewFile, keep_file
from pressrun.store.store import Store
from tests.jobs.scene import Scene

LIMITS = FileLimits(file_bytes=1_000_000, organization_bytes=3_000_000)


async def chunked(data: bytes, size: int = 1000) -> AsyncIterator[bytes]:
    """Bytes as they come over a connection."""
    for at in range(0, len(data), size):
        yield data[at : at + size]


async def keep(
    store: Store, blobs: Blobs, name: str = "notes.txt", data: bytes = b"Some words.\n", **changes: Any
) -> File:
    """A file that is kept, of organization `o` unless changed."""
    limits = changes.pop("limits", LIMITS)
    new = NewFile(**{"organization_id": "o", "name": name, **changes})
    return await keep_file(store, blobs, new, chunked(data), limits)


async def take_in_all(scene: Scene, tools: Tools) -> list[State | None]:
    """Carry out every job that waits; the states they came to."""
    states = []
    for claim in await scene.claim():
        try:
            outcome: Completed | Failed = Completed(await take_in.perform(tools, claim))
        except RunFailure as failure:
            outcome = Failed(failure.code, failure.message)
        states.append(await scene.settle(claim, outcome))
    return states


async def found(store: Store, file: File) -> File:
    """The file as it stands."""
    there = await store.read(lambda tx: find(tx, file.organization_id, file.id))
    assert there is not None
    return there


def on_disk(blobs_root: Path) -> list[Path]:
    """Every file below a folder."""
    return sorted(path for path in blobs_root.rglob("*") if path.is_file())

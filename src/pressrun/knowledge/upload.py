"""A file comes in: its bytes first, then its row, its job and its share of the quota in one transaction."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

import msgspec

from pressrun.errors import Code, PressrunError, Problem
from pressrun.ids import new_id
from pressrun.jobs import ingest
from pressrun.jobs.ingest import NewIngest
from pressrun.knowledge import members
from pressrun.knowledge.blobs import Blobs, Stored, new_key
from pressrun.knowledge.files import WRITING_US, File
from pressrun.knowledge.kinds import HEAD_BYTES, FileKind, kind_of
from pressrun.knowledge.names import extension_of, plain_name
from pressrun.store.store import Store, Transaction
from pressrun.store.sure import write_surely

PATIENCE_S = 10.0


@dataclass(frozen=True, slots=True)
class FileLimits:
    """What is kept: bytes of one file, and of all files of an organization together."""

    file_bytes: int
    organization_bytes: int


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that is to be kept. `name` and `media_type` are what its sender says; `graph_id` is a graph to add it to.

    `size` is what the sender announced, in bytes; None where it did not. `file_id` is for those who restore one.
    """

    organization_id: str
    name: str
    media_type: str = ""
    key_id: str | None = None
    graph_id: str | None = None
    size: int | None = None
    file_id: str | None = None


async def keep_file(store: Store, blobs: Blobs, new: NewFile, chunks: AsyncIterator[bytes], limits: FileLimits) -> File:
    """The file, when its row and its bytes are durable; its job is queued. A sender that leaves leaves nothing behind.

    Raises PressrunError: invalid for its name, kind or graph, too_large, no_room beyond the quota or on a full disk.
    """
    name = plain_name(new.name)
    if not store.has_room:
        raise PressrunError(Code.NO_ROOM, "the server's disk is full: nothing new is accepted", retry_after_s=30)
    await _check_room(store, new, limits)
    head, rest = await _head(chunks)
    kind = kind_of(extension_of(name), head, new.media_type)
    blob = new_key(new.organization_id)
    await store.write(lambda tx: _begin(tx, new.organization_id, blob))
    try:
        stored = await blobs.put(blob, _limited(rest, limits.file_bytes))
        file_id = new.file_id or new_id()

        async def work(tx: Transaction) -> File:
            return await _add(tx, new, file_id, name, kind, blob, stored, limits)

        async def witness(tx: Transaction, file: File) -> bool:
            return await tx.one("find_file", file_id=file.id, organization_id=file.organization_id) is not None

        file = await write_surely(store, work, witness, patience_s=PATIENCE_S)
    except BaseException:
        with suppress(PressrunError):  # what is left is swept later
            await asyncio.shield(_discard(store, blobs, new.organization_id, blob))
        raise
    store.bells.ring("jobs")
    return file


async def _check_room(store: Store, new: NewFile, limits: FileLimits) -> None:
    """Refuse what is known to be too much before it is read; what was not announced is found out later."""
    size = new.size or 0
    if size > limits.file_bytes:
        raise too_large(limits.file_bytes)
    totals = await store.read(lambda tx: tx.one("find_file_totals", organization_id=new.organization_id))
    if (0 if totals is None else int(totals["bytes"])) + size > limits.organization_bytes:
        raise quota_spent(limits.organization_bytes)


async def _head(chunks: AsyncIterator[bytes]) -> tuple[bytes, AsyncIterator[bytes]]:
    """The first bytes, and all of them once more."""
    head = bytearray()
    async for chunk in chunks:
        head += chunk
        if len(head) >= HEAD_BYTES:
            break

    async def again() -> AsyncIterator[bytes]:
        yield bytes(head)
        async for chunk in chunks:
            yield chunk

    return bytes(head), again()


async def _limited(chunks: AsyncIterator[bytes], most: int) -> AsyncIterator[bytes]:
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if size > most:
            raise too_large(most)
        yield chunk


async def _begin(tx: Transaction, organization_id: str, blob: str) -> None:
    await tx.run("sweep_blob", blob=blob, organization_id=organization_id, wait_us=WRITING_US)


async def _add(
    tx: Transaction,
    new: NewFile,
    file_id: str,
    name: str,
    kind: FileKind,
    blob: str,
    stored: Stored,
    limits: FileLimits,
) -> File:
    organization_id = new.organization_id
    if await tx.one("keep_blob", blob=blob, organization_id=organization_id) is None:
        raise PressrunError(Code.TOO_SLOW, "the upload took so long that it was given up: send it again")
    await tx.run("make_file_totals", organization_id=organization_id)
    room = limits.organization_bytes
    added = await tx.one("add_to_file_totals", organization_id=organization_id, size=stored.size, most=room)
    if added is None:
        raise quota_spent(room)
    inputs = msgspec.json.encode({"file_id": [file_id], "name": [name]})
    job_id = await ingest.create(tx, NewIngest(organization_id, inputs, new.key_id))
    row = await tx.one(
        "add_file",
        file_id=file_id,
        organization_id=organization_id,
        name=name,
        extension=kind.extension,
        media_type=kind.media_type,
        size=stored.size,
        digest=stored.digest,
        blob=blob,
        job_id=job_id,
        key_id=new.key_id,
    )
    assert row is not None
    if new.graph_id is not None:
        await members.add(tx, organization_id, new.graph_id, file_id)
    return File.from_row(row)


async def _discard(store: Store, blobs: Blobs, organization_id: str, blob: str) -> None:
    """Remove what was written, unless it became a file's after all.

    The note is touched first: that waits for a commit whose answer was lost, and finds no note when it has happened.
    """
    named = {"blob": blob, "organization_id": organization_id}
    if not await store.write(lambda tx: tx.run("hasten_sweep", **named)):
        return
    await blobs.delete(blob)
    await store.write(lambda tx: tx.one("keep_blob", **named))


def too_large(most: int) -> PressrunError:
    """The refusal of a file that is larger than files may be."""
    return PressrunError(Code.TOO_LARGE, f"the file is larger than {most:,} bytes, which is what one file may have")


def quota_spent(most: int) -> PressrunError:
    """The refusal of a file that the organization has no room for."""
    message = f"the organization would keep more than the {most:,} bytes of files that it may: delete some first"
    return PressrunError(Code.NO_ROOM, Problem(message, {"limit": "stored_bytes", "most": most}))

"""Bytes in files below one folder: written beside it first, flushed to the disk, then given their name."""

import asyncio
import errno
import hashlib
import os
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import IO

from pressrun.errors import Code, PressrunError
from pressrun.ids import new_id
from pressrun.knowledge.blobs import PIECE_BYTES, Stored, checked, missing

WRITE_BYTES = 1024 * 1024
"""How much is gathered before a thread writes it."""

STALE_S = 21_600.0
"""An unfinished file that nobody wrote to for so long is nobody's."""

INCOMING = ".incoming"

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})


class DiskBlobs:
    """See Blobs. `root` and all that is in it belong to the server's user alone."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, key: str, chunks: AsyncIterator[bytes]) -> Stored:
        """See Blobs.put."""
        path = self._path(key)
        incoming = self._root / INCOMING / new_id()
        with _told():
            file = await asyncio.to_thread(_begin, incoming)
            try:
                stored = await _write(file, chunks)
                await asyncio.to_thread(_finish, file, incoming, path)
            except BaseException:
                file.close()
                with suppress(OSError):
                    incoming.unlink()
                raise
        return stored

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncGenerator[bytes]:
        """See Blobs.read."""
        file = await asyncio.to_thread(self._open, key)
        try:
            file.seek(start)
            left = None if end is None else end - start
            while left is None or left > 0:
                piece = await asyncio.to_thread(file.read, PIECE_BYTES if left is None else min(PIECE_BYTES, left))
                if not piece:
                    return
                left = None if left is None else left - len(piece)
                yield piece
        finally:
            file.close()

    async def size(self, key: str) -> int:
        """See Blobs.size."""
        try:
            return self._path(key).stat().st_size
        except FileNotFoundError:
            raise missing(key) from None

    async def delete(self, key: str) -> None:
        """See Blobs.delete."""
        with _told(), suppress(FileNotFoundError):
            await asyncio.to_thread(self._path(key).unlink)

    @asynccontextmanager
    async def local(self, key: str) -> AsyncGenerator[Path]:
        """See Blobs.local."""
        await self.size(key)
        yield self._path(key)

    async def tidy(self) -> None:
        """See Blobs.tidy."""
        await asyncio.to_thread(_remove_stale, self._root / INCOMING)

    async def close(self) -> None:
        """See Blobs.close."""

    def _path(self, key: str) -> Path:
        return self._root / checked(key)

    def _open(self, key: str) -> IO[bytes]:
        try:
            return self._path(key).open("rb")
        except FileNotFoundError:
            raise missing(key) from None


class _told:  # noqa: N801 - a context manager, used like a function
    """Faults of the disk in words for whoever sent the bytes."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, OSError) and error.errno in FULL:
            raise PressrunError(
                Code.NO_ROOM, "the disk that keeps files is full: nothing was stored", retry_after_s=30
            ) from None
        if isinstance(error, OSError):
            raise PressrunError(
                Code.UNAVAILABLE, f"the disk that keeps files cannot be written ({error.strerror})", retry_after_s=5
            ) from None


def _begin(incoming: Path) -> IO[bytes]:
    _make_folder(incoming.parent)
    return os.fdopen(os.open(incoming, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "wb", buffering=0)


async def _write(file: IO[bytes], chunks: AsyncIterator[bytes]) -> Stored:
    hashed, size = hashlib.sha256(), 0
    gathered = bytearray()

    def write(piece: bytes) -> None:
        hashed.update(piece)
        left = memoryview(piece)
        while left:
            left = left[file.write(left) :]

    async for chunk in chunks:
        gathered += chunk
        size += len(chunk)
        if len(gathered) >= WRITE_BYTES:
            piece, gathered = bytes(gathered), bytearray()
            await asyncio.to_thread(write, piece)
    await asyncio.to_thread(write, bytes(gathered))
    return Stored(size, hashed.hexdigest())


def _finish(file: IO[bytes], incoming: Path, path: Path) -> None:
    """The name is given last, so that whatever has it is whole; it survives a power cut once its folder is flushed."""
    os.fsync(file.fileno())
    file.close()
    _make_folder(path.parent)
    incoming.rename(path)
    _flush_folder(path.parent)


def _make_folder(folder: Path) -> None:
    missing_ones = [one for one in (folder, *folder.parents) if not one.is_dir()]
    for one in reversed(missing_ones):
        one.mkdir(exist_ok=True, mode=0o700)
        _flush_folder(one.parent)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_stale(incoming: Path) -> None:
    now = time.time()
    for path in incoming.iterdir() if incoming.is_dir() else ():
        with suppress(FileNotFoundError):
            if now - path.stat().st_mtime > STALE_S:
                path.unlink()

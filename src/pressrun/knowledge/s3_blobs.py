"""Bytes in a bucket of anything that speaks S3: for workers on several machines, or disks that are none of ours."""

import hashlib
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pressrun.errors import Code, PressrunError
from pressrun.knowledge.blobs import PIECE_BYTES, Stored, checked, missing

if TYPE_CHECKING:
    from obstore.store import S3Store

PART_BYTES = 8 * 1024 * 1024
"""What is sent at a time: S3 takes no smaller parts than 5 MiB, and ten thousand of them."""

PARTS_AT_ONCE = 2
TIMEOUT_S = 30


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where it is. What is None is taken from the environment, as Amazon's own tools do (`AWS_…`)."""

    name: str
    prefix: str = ""
    endpoint: str | None = None
    region: str | None = None
    access_key_id: str | None = None
    secret_access_key: str | None = field(default=None, repr=False)


class S3Blobs:
    """See Blobs."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._opened: S3Store | None = None

    async def put(self, key: str, chunks: AsyncIterator[bytes]) -> Stored:
        """See Blobs.put: an object appears when it is whole."""
        import obstore  # noqa: PLC0415 - optional, and slow to import

        hashed, size = hashlib.sha256(), 0

        async def parts() -> AsyncGenerator[bytes]:
            nonlocal size
            gathered = bytearray()
            async for chunk in chunks:
                hashed.update(chunk)
                size += len(chunk)
                gathered += chunk
                if len(gathered) >= PART_BYTES:
                    yield bytes(gathered)
                    gathered = bytearray()
            yield bytes(gathered)

        found = parts()
        first = await anext(found)
        with _told(key):
            if len(first) < PART_BYTES:  # all of it
                await obstore.put_async(self._store, checked(key), first, use_multipart=False)
            else:
                await obstore.put_async(
                    self._store,
                    checked(key),
                    _again(first, found),
                    chunk_size=PART_BYTES,
                    max_concurrency=PARTS_AT_ONCE,
                )
        return Stored(size, hashed.hexdigest())

    async def read(self, key: str, start: int = 0, end: int | None = None) -> AsyncGenerator[bytes]:
        """See Blobs.read."""
        import obstore  # noqa: PLC0415

        if end is not None and end <= start:
            return
        options: Any = None
        if start or end is not None:
            options = {"range": {"offset": start} if end is None else (start, end)}
        with _told(key):
            found = await obstore.get_async(self._store, checked(key), options=options)
            async for piece in found.stream(PIECE_BYTES):
                yield bytes(piece)

    async def size(self, key: str) -> int:
        """See Blobs.size."""
        import obstore  # noqa: PLC0415

        with _told(key):
            return int((await obstore.head_async(self._store, checked(key)))["size"])

    async def delete(self, key: str) -> None:
        """See Blobs.delete."""
        import obstore  # noqa: PLC0415

        with suppress(FileNotFoundError), _told(key):
            await obstore.delete_async(self._store, checked(key))

    @asynccontextmanager
    async def local(self, key: str) -> AsyncGenerator[Path]:
        """See Blobs.local: a copy, for as long as it is needed."""
        with tempfile.TemporaryDirectory(prefix="pressrun-") as folder:
            path = Path(folder) / "blob"
            with path.open("wb") as file:
                async for piece in self.read(key):
                    file.write(piece)
            yield path

    async def tidy(self) -> None:
        """See Blobs.tidy: a rule of the bucket removes parts of uploads that were never completed."""

    async def close(self) -> None:
        """See Blobs.close."""
        self._opened = None

    @property
    def _store(self) -> "S3Store":
        if self._opened is None:
            try:
                from obstore.store import S3Store  # noqa: PLC0415 - optional, and slow to import
            except ImportError:
                message = (
                    "files_url names a bucket, and the extra for that is not installed: pip install 'pressrun[s3]'"
                )
                raise PressrunError(Code.INVALID, message) from None
            bucket = self._bucket
            settings: dict[str, Any] = {
                "endpoint": bucket.endpoint,
                "region": bucket.region,
                "access_key_id": bucket.access_key_id,
                "secret_access_key": bucket.secret_access_key,
            }
            plain = (bucket.endpoint or "").startswith("http://")
            self._opened = S3Store(
                bucket.name,
                prefix=bucket.prefix or None,
                client_options={"allow_http": plain, "timeout": f"{TIMEOUT_S}s"},
                retry_config={"max_retries": 3},
                **{name: value for name, value in settings.items() if value is not None},
            )
        return self._opened


async def _again(first: bytes, rest: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    yield first
    async for part in rest:
        if part:
            yield part


@contextmanager
def _told(key: str) -> Iterator[None]:
    """Faults of the bucket in words for whoever asked for the bytes; nothing of the bucket's own words is shown."""
    from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError  # noqa: PLC0415

    try:
        yield
    except FileNotFoundError:
        raise missing(key) from None
    except (PermissionDeniedError, UnauthenticatedError):
        raise PressrunError(
            Code.UNAVAILABLE, "the bucket that keeps files refuses the server's credentials", retry_after_s=30
        ) from None
    except BaseError:
        raise PressrunError(
            Code.UNAVAILABLE, "the bucket that keeps files cannot be reached", retry_after_s=5
        ) from None

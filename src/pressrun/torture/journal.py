"""JSONL logs: every line is the kernel's at once, and the disk's within a twentieth of a second."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from pressrun.torture import batch_records, records

SYNC_EVERY_S = 0.05


class Journal:
    """The log of one program; safe to write to from several threads."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        self._dirty = threading.Event()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._sync, name=f"journal {path.name}", daemon=True)
        self._thread.start()

    def write(self, line: records.Line) -> None:
        """Append a line; it outlives this process from now on."""
        os.write(self._descriptor, msgspec.json.encode(line) + b"\n")
        self._dirty.set()

    def close(self) -> None:
        """Everything on disk, and no more lines."""
        self._closing.set()
        self._dirty.set()
        self._thread.join()
        os.fsync(self._descriptor)
        os.close(self._descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _sync(self) -> None:
        while not self._closing.is_set():
            self._dirty.wait()
            self._dirty.clear()
            os.fdatasync(self._descriptor)
            self._closing.wait(SYNC_EVERY_S)


def read(folder: Path) -> Iterator[records.Line]:
    """Every line of every log in a folder."""
    decoder = msgspec.json.Decoder(records.ANY | batch_records.ANY)
    for path in sorted(folder.glob("*.jsonl")):
        with path.open("rb") as file:
            yield from (decoder.decode(line) for line in file)

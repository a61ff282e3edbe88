"""Files to text: a process of its own for each, so that whatever is in a file harms nobody."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import suppress
from pathlib import Path

import msgspec

from pressrun.errors import FailureCode, RunFailure
from pressrun.knowledge.blobs import Blobs
from pressrun.knowledge.extraction.limits import MOST_CPU_S, MOST_WALL_S
from pressrun.knowledge.text import Found, Section, decode_sections

NEEDED = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "LANG", "TMPDIR")
"""What the process gets of our environment: no keys."""

READ_BYTES = 256 * 1024
MOST_VERDICT_BYTES = 64 * 1024
MOST_TEXT_BYTES = 256 * 1024**2
"""Bytes of text as it is kept: every letter may take six."""

AT_ONCE = max(1, (os.cpu_count() or 2) - 1)
"""Files one worker process reads at the same time: each takes a core, and up to half a gigabyte."""


class _Verdict(msgspec.Struct):
    found: Found | None = None
    error: str = ""
    code: FailureCode = FailureCode.UNREADABLE_FILE


class Extractor:
    """Reads files, a few at a time; the others wait for their turn."""

    def __init__(self, cpu_s: int = MOST_CPU_S) -> None:
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._cpu_s = cpu_s

    async def extract(self, blobs: Blobs, key: str, kind: str, to: str) -> Found:
        """Keep the text of the file at `key` under the key `to`; raises RunFailure, PressrunError."""
        async with self._turns, blobs.local(key) as path:
            reading = _Reading(path, kind, self._cpu_s)
            await blobs.put(to, reading.lines())
            assert reading.found is not None
            return reading.found

    async def read(self, path: Path, kind: str) -> list[Section]:
        """The text of a file of this machine; raises RunFailure."""
        async with self._turns:
            reading = _Reading(path, kind, self._cpu_s)
            return decode_sections(b"".join([piece async for piece in reading.lines()]))


class _Reading:
    """One process; `found` is there when all lines have been read."""

    def __init__(self, path: Path, kind: str, cpu_s: int) -> None:
        self._path = path
        self._cpu_s = cpu_s
        self._kind = kind
        self.found: Found | None = None

    async def lines(self) -> AsyncGenerator[bytes]:
        """What it writes, piece by piece; raises RunFailure at the end when the file could not be read."""
        with self._path.open("rb") as file:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "pressrun.knowledge.extraction.child", self._kind, str(self._cpu_s),
                stdin=file, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, cwd="/",
                env={name: os.environ[name] for name in NEEDED if name in os.environ},
            )  # fmt: skip
        assert process.stdout is not None
        assert process.stderr is not None
        told = asyncio.create_task(_last(process.stderr))
        size = 0
        try:
            async with asyncio.timeout(MOST_WALL_S):
                while piece := await process.stdout.read(READ_BYTES):
                    size += len(piece)
                    if size > MOST_TEXT_BYTES:
                        raise RunFailure(FailureCode.PARSE_LIMIT, "the file holds more text than is read: split it")
                    yield piece
                verdict = await told
                code = await process.wait()
        except TimeoutError:
            raise RunFailure(FailureCode.PARSE_LIMIT, f"the file took longer than {MOST_WALL_S} s to read") from None
        finally:
            told.cancel()
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        self.found = self._told(verdict, code)

    def _told(self, line: bytes, code: int) -> Found:
        try:
            verdict = msgspec.json.decode(line, type=_Verdict)
        except msgspec.MsgspecError:
            message = f"the file needs more than {self._cpu_s} seconds, or more memory, than reading one may take"
            raise RunFailure(FailureCode.PARSE_LIMIT, f"{message} (the reader ended with {code})") from None
        if verdict.found is None:
            raise RunFailure(verdict.code, verdict.error)
        return verdict.found


async def _last(stream: asyncio.StreamReader) -> bytes:
    """The last line of what a process says."""
    tail = b""
    while piece := await stream.read(READ_BYTES):
        tail = (tail + piece)[-MOST_VERDICT_BYTES:]
    return tail.strip().rpartition(b"\n")[2]

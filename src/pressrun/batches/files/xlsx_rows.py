"""A workbook that arrives in pieces: kept in a temporary file, read by a process of its own, row after row."""

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from typing import IO, Any

import msgspec

from pressrun.errors import Code, PressrunError

MOST_FILE_BYTES = 512 * 1024**2
READ_BYTES = 64 * 1024

NEEDED = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "LANG", "TMPDIR")
"""What the process that reads strangers' files gets of our environment: no keys."""

ERRORS = frozenset({"#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#GETTING_DATA", "#SPILL!"})
"""What stands in a cell whose formula could not be worked out."""

_decode_lines = msgspec.json.Decoder().decode_lines


async def sheet_blocks(pieces: AsyncIterator[bytes], sheet: str | None) -> AsyncGenerator[list[tuple[int, list[str]]]]:
    """The rows of a workbook's sheet with their numbers in it, some at a time.

    Raises PressrunError: invalid for a workbook that cannot be read, too_large.
    """
    with tempfile.TemporaryFile() as file:
        await _spool(pieces, file)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "pressrun.batches.files.xlsx_sheet", *([] if sheet is None else [sheet]),
            stdin=file, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            env={name: os.environ[name] for name in NEEDED if name in os.environ},
        )  # fmt: skip
        try:
            assert process.stdout is not None
            async for block in _blocks(process.stdout):
                yield block
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _spool(pieces: AsyncIterator[bytes], file: IO[bytes]) -> None:
    size = 0
    async for piece in pieces:
        size += len(piece)
        if size > MOST_FILE_BYTES:
            message = f"the workbook is larger than {MOST_FILE_BYTES // 1024**2:,} MiB: send CSV instead"
            raise PressrunError(Code.TOO_LARGE, message)
        file.write(piece)
    file.flush()
    file.seek(0)


async def _blocks(output: asyncio.StreamReader) -> AsyncGenerator[list[tuple[int, list[str]]]]:
    rest = b""
    last: Any = None
    while piece := await output.read(READ_BYTES):
        whole, newline, tail = (rest + piece).rpartition(b"\n")
        rest = tail
        lines = _decode_lines(whole) if newline else []
        if lines and isinstance(lines[-1], dict):
            last = lines.pop()
        if lines:
            yield [(number, cells) for number, cells in lines]
    if last is None:
        raise PressrunError(Code.INVALID, "the workbook is too much work to read: send CSV instead")
    if "error" in last:
        raise PressrunError(Code.INVALID, last["error"])

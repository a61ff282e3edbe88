"""A file of rows to the server: sent as it is read, again when the connection breaks, and never twice a batch."""

import asyncio
import sys
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from pressrun.cli.batch_flags import in_flags
from pressrun.cli.client import Refused, Server, Unreachable
from pressrun.cli.failure import ExitCode, Failure
from pressrun.cli.printing import errors, remark

STANDARD_INPUT = "-"
PIECE_BYTES = 256 * 1024
ANSWER_S = 600.0
"""How long the server may take after the last byte until every row is stored."""
TRIES = 3
PAUSE_S = 1.0
MOST_LINES = 20

MEDIA_TYPES = {
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".json": "application/json",
    ".jsonl": "application/x-ndjson",
    ".ndjson": "application/x-ndjson",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def refuse_unreadable(name: str) -> None:
    """Raises Failure (usage) when there is no such file."""
    if name != STANDARD_INPUT:
        try:
            Path(name).open("rb").close()
        except OSError as error:
            raise Failure(f"cannot read {name}: {error.strerror}", code=ExitCode.USAGE) from None


async def upload(server: Server, path: str, name: str, query: dict[str, object], key: str | None = None) -> Any:
    """What the server answers to the file; raises Failure with the first bad rows, or when it cannot be sent."""
    headers = {"content-type": MEDIA_TYPES.get(Path(name).suffix.lower(), "application/octet-stream")}
    headers["idempotency-key"] = key or str(uuid.uuid4())
    tries = 1 if name == STANDARD_INPUT else TRIES
    for left in reversed(range(tries)):
        try:
            return await _sent(server, path, name, query, headers)
        except Refused as refused:
            raise Refused(refused.status, *_first(refused.lines), *_other_sheets(name, query, refused.lines)) from None
        except Unreachable as unreachable:
            if not left:
                raise Unreachable(
                    f"{unreachable}; nothing of the file was accepted unless it was accepted whole"
                ) from None
            remark(f"{unreachable}; sending the file again")
        except asyncio.CancelledError:
            raise Failure(
                "stopped before the file was accepted: nothing was started", code=ExitCode.INTERRUPTED
            ) from None
        await asyncio.sleep(PAUSE_S)
    raise AssertionError


async def _sent(server: Server, path: str, name: str, query: dict[str, object], headers: dict[str, str]) -> Any:
    with _opened(name) as file, _shown(name) as tell:
        content = _pieces(file, tell)
        async with server.exchange(
            "POST", path, content=content, query=query, headers=headers, silence_s=ANSWER_S
        ) as response:
            return await response.json()


@contextmanager
def _opened(name: str) -> Iterator[IO[bytes]]:
    if name == STANDARD_INPUT:
        yield sys.stdin.buffer
        return
    with Path(name).open("rb") as file:
        yield file


async def _pieces(file: IO[bytes], tell: Any) -> AsyncIterator[bytes]:
    while piece := await asyncio.to_thread(file.read, PIECE_BYTES):
        yield piece
        tell(len(piece))


@contextmanager
def _shown(name: str) -> Iterator[Any]:
    """A function to call with the number of bytes that are sent."""
    if not sys.stderr.isatty():
        yield lambda _bytes: None
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    size = None if name == STANDARD_INPUT else Path(name).stat().st_size
    with Progress(*columns, console=errors(), transient=True) as bars:
        bar = bars.add_task(f"sending {name}", total=size)
        yield lambda count: bars.advance(bar, count)


def _other_sheets(name: str, query: dict[str, object], lines: tuple[str, ...]) -> tuple[str, ...]:
    """A word for those whose rows are on a later sheet of their workbook."""
    first = Path(name).suffix.lower() == ".xlsx" and query.get("sheet") is None
    unfed = any(line.startswith("no column for ") for line in lines)
    return (f"only the first visible sheet of {name} was read: --sheet NAME reads another",) if first and unfed else ()


def _first(lines: tuple[str, ...]) -> tuple[str, ...]:
    """What the server says, in this command's words; bad rows may be a thousand."""
    left = len(lines) - MOST_LINES
    found = [in_flags(line) for line in lines[:MOST_LINES]]
    return tuple(found) if left <= 0 else (*found, f"… and {left:,} more")

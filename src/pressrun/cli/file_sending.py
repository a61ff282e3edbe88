"""A file to the server: sent as it is read, with a bar on a terminal."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from pressrun.cli.client import Refused, Server, at
from pressrun.cli.printing import errors, plain

PIECE_BYTES = 256 * 1024
ANSWER_S = 300.0
"""How long the server may take after the last byte until the file is kept."""


async def send_file(
    server: Server, path: Path, query: Mapping[str, object] | None = None, *, name: str | None = None
) -> dict[str, Any]:
    """The file as the server has it now; raises Failure."""
    size = await asyncio.to_thread(lambda: path.stat().st_size)
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(name or path.name, safe='')}",
        "content-type": "application/octet-stream",
        "content-length": str(size),
    }
    with _bar(path.name, size) as tell:
        content = _pieces(path, tell)
        try:
            async with server.exchange(
                "POST", at("files"), content=content, query=query, headers=headers, silence_s=ANSWER_S
            ) as answer:
                kept: dict[str, Any] = await answer.json()
                return kept
        except Refused as refused:
            raise Refused(refused.status, *(f"{path.name}: {line}" for line in refused.lines)) from None


async def _pieces(path: Path, tell: Callable[[int], None]) -> AsyncIterator[bytes]:
    with await asyncio.to_thread(path.open, "rb") as file:
        while piece := await asyncio.to_thread(file.read, PIECE_BYTES):
            yield piece
            tell(len(piece))


@contextmanager
def _bar(name: str, size: int) -> Iterator[Callable[[int], None]]:
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=errors(), transient=True, disable=not sys.stderr.isatty()) as bars:
        bar = bars.add_task(plain(name), total=size)
        yield lambda count: bars.advance(bar, count)

"""What keeps a stream of events open while there is nothing to tell."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any, TypeVar

T = TypeVar("T")

KEEP_ALIVE = b": keep-alive\n\n"
"""What a stream says when it has nothing to tell: a comment, which every reader of events passes over."""


async def with_silences(
    pieces: AsyncGenerator[T, None], every_s: float, most_s: float | None = None
) -> AsyncIterator[T | None]:
    """The pieces, and a None for every `every_s` of silence; raises TimeoutError when `most_s` seconds are over."""
    loop = asyncio.get_running_loop()
    ends = None if most_s is None else loop.time() + most_s
    upcoming: asyncio.Task[Any] = asyncio.ensure_future(anext(pieces, None))
    try:
        while True:
            left_s = every_s if ends is None else ends - loop.time()
            if left_s <= 0:
                raise TimeoutError
            done, _ = await asyncio.wait({upcoming}, timeout=min(every_s, left_s))
            if not done:
                yield None
                continue
            piece = upcoming.result()
            if piece is None:
                return
            yield piece
            upcoming = asyncio.ensure_future(anext(pieces, None))
    finally:
        upcoming.cancel()
        await asyncio.gather(upcoming, return_exceptions=True)

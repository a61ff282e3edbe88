"""Work that ends with the request it is for: a client that goes away pays for no call it will not see."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect, Request

T = TypeVar("T")


async def unless_gone(request: Request, work: Coroutine[Any, Any, T], most_s: float) -> T:
    """The result of the work; it is cancelled when the client goes away (ClientDisconnect) or after `most_s` seconds.

    The request's body must have been read. Raises TimeoutError, and whatever the work raises.
    """
    working = asyncio.ensure_future(work)
    leaving = asyncio.ensure_future(_gone(request))
    try:
        done, _ = await asyncio.wait({working, leaving}, timeout=most_s, return_when=asyncio.FIRST_COMPLETED)
        if working in done:
            return working.result()
        raise ClientDisconnect if leaving in done else TimeoutError
    finally:
        working.cancel()
        leaving.cancel()
        await asyncio.gather(working, leaving, return_exceptions=True)


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass

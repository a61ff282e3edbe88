"""A database that silently vanishes is noticed, whichever event loop the process runs on."""

import asyncio
import socket
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
import uvloop

from pressrun.store.postgres import PostgresStore
from pressrun.store.postgres_links import UNACKNOWLEDGED_MS
from pressrun.store.store import Transaction


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
def test_connections_of_the_pool_are_watched(
    postgres_url: str, run: Callable[[Coroutine[Any, Any, None]], None]
) -> None:
    seen: list[int] = []

    async def work(tx: Transaction) -> None:
        link = tx._connection._transport.get_extra_info("socket")  # type: ignore[attr-defined]
        seen.append(link.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT))
        seen.append(link.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE))

    async def look() -> None:
        store = await PostgresStore.open(postgres_url)
        try:
            await store.write(work)
        finally:
            await store.close()

    run(look())
    assert seen == [UNACKNOWLEDGED_MS, 1]

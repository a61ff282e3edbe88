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
from tests.raw_sql import fetch


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


async def test_a_connection_is_used_again_as_it_is(postgres_url: str) -> None:
    """Nothing of ours outlives a transaction, so no question is asked between two of them."""
    last = "SELECT query, state, (SELECT count(*) FROM pg_locks WHERE pid = activity.pid AND locktype = 'advisory')"

    async def work(tx: Transaction) -> int:
        await tx.run("lock_queue", organization_id="o")
        pid: int = tx._connection.get_server_pid()  # type: ignore[attr-defined]
        return pid

    store = await PostgresStore.open(postgres_url)
    try:
        pid = await store.write(work)
        [seen] = await fetch(postgres_url, f"{last} FROM pg_stat_activity AS activity WHERE pid = {pid}")
        assert seen == ("COMMIT;", "idle", 0)
    finally:
        await store.close()

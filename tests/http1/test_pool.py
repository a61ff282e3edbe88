"""Connections are kept, used again, and never used when the other side has closed them."""

import asyncio

import pytest

from pressrun.http1.client import Client
from pressrun.http1.errors import ConnectError, DisconnectedError
from pressrun.http1.pool import kept_s
from tests.http1.raw_server import BRISK, CLOSE, HANG, RawServer, asked, whole


async def test_connections_are_used_again(server: RawServer, client: Client) -> None:
    server.scripts = [[whole()]]
    for _ in range(5):
        assert await asked(client) == (200, b"hello")
    assert server.connections == 1


async def test_calls_side_by_side_have_connections_of_their_own(server: RawServer, client: Client) -> None:
    server.scripts = [[whole()]]
    assert await asyncio.gather(*(asked(client) for _ in range(20))) == [(200, b"hello")] * 20
    assert 1 < server.connections <= 20


async def test_a_ceiling(server: RawServer) -> None:
    server.scripts = [[whole()]]
    client = Client(server.url, {}, timeouts=BRISK, connections=2)
    assert await asyncio.gather(*(asked(client) for _ in range(20))) == [(200, b"hello")] * 20
    assert server.connections <= 2
    client.close()


async def test_a_place_is_free_again_after_a_failure(server: RawServer) -> None:
    server.scripts = [[CLOSE], [whole()]]
    client = Client(server.url, {}, timeouts=BRISK, connections=1)
    with pytest.raises(DisconnectedError):
        await asked(client)
    assert await asked(client) == (200, b"hello")
    client.close()


@pytest.mark.parametrize("seen", [True, False])
async def test_a_connection_that_was_closed_meanwhile_is_not_used(
    server: RawServer, client: Client, seen: bool
) -> None:
    """Whether or not the loop has come to see it: a request must not be written where nobody reads."""
    server.scripts = [[whole(), CLOSE], [whole(b"again")]]
    assert await asked(client) == (200, b"hello")
    (connection,) = client._pool._idle
    if seen:
        while connection.is_open:
            await asyncio.sleep(0)
    else:
        await asyncio.wait_for(server.closed.wait(), 10)
    assert await asked(client) == (200, b"again")
    assert len(server.requests) == 2


async def test_what_is_said_unasked_ends_a_connection(server: RawServer, client: Client) -> None:
    server.scripts = [[whole()]]
    await asked(client)
    (connection,) = client._pool._idle
    connection.data_received(whole(b"evil"))
    assert not connection.is_open
    assert await asked(client) == (200, b"hello")
    assert server.connections == 2


async def test_idle_connections_are_closed_in_time(server: RawServer, client: Client) -> None:
    server.scripts = [[whole(b"", "Keep-Alive: timeout=1, max=100")]]
    await asked(client)
    client._pool._sweep()
    await asyncio.wait_for(server.closed.wait(), 10)
    assert not client._pool._idle


@pytest.mark.parametrize(
    ("said", "kept"),
    [(None, 15), ("timeout=5", 4), ("max=3,timeout=8", 7), ("timeout=600", 15), ("timeout=0", -1), ("nonsense", 15)],
)
def test_how_long_connections_are_kept(said: str | None, kept: float) -> None:
    assert kept_s(said) == kept


async def test_a_closed_client_ends_its_calls_and_makes_no_others(server: RawServer, client: Client) -> None:
    server.scripts = [[HANG]]
    call = asyncio.create_task(asked(client))
    while not server.requests:
        await asyncio.sleep(0)
    client.close()
    with pytest.raises(DisconnectedError):
        await call
    with pytest.raises(ConnectError, match="closed"):
        await asked(client)

"""G24 and F51: who sends slowly, reads slowly or only holds a connection costs the others nothing."""

import asyncio
from collections.abc import Callable

import pytest

from pressrun.api.connection import Connection
from pressrun.api.slow_clients import BODY_S, HEAD_S, LINGER_S, STALLED_S, SlowClients, connections_possible
from tests.api.client import Client
from tests.api.server import Server, until
from tests.security.wire import request

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def connect(server: Server, raw: bytes = b"") -> Streams:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(raw)
    await writer.drain()
    return reader, writer


async def only_connection(server: Server, ready: Callable[[Connection], bool]) -> Connection:
    """The server's side of the one connection there is, once it has come as far as is wanted."""

    def found() -> list[Connection]:
        return [one for one in server.http.slow_clients._open if isinstance(one, Connection) and ready(one)]

    await until(lambda: len(found()) == 1)
    return found()[0]


async def answer_after(server: Server, streams: Streams, seconds: float, ready: Callable[[Connection], bool]) -> bytes:
    """All that the client gets, when the server looks at the connection so many seconds later."""
    connection = await only_connection(server, ready)
    connection.look(asyncio.get_running_loop().time() + seconds)
    reader, writer = streams
    try:
        async with asyncio.timeout(30):
            return await reader.read()
    except TimeoutError:
        return b"kept waiting"
    finally:
        writer.close()
        await until(lambda: not server.http.slow_clients._open)


async def test_g24_a_head_has_ten_seconds(server: Server) -> None:
    """Whether nothing of it came, or a line now and then."""
    for raw in (b"", b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: b"):
        streams = await connect(server, raw)
        answer = await answer_after(server, streams, HEAD_S + 1, lambda one, raw=raw: one._head_bytes == len(raw))  # type: ignore[misc]
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b'"tpe":"RequestTimeout"' in answer
        assert b"retry-after: 1" in answer


async def test_g24_the_next_head_of_a_connection_has_no_longer(server: Server) -> None:
    reader, writer = await connect(server, request("GET", "/healthz"))
    await reader.readuntil(b'"ok"}')
    writer.write(b"GET /hea")
    answer = await answer_after(server, (reader, writer), HEAD_S + 1, lambda one: one._head_bytes == 8)
    assert answer.startswith(b"HTTP/1.1 408 ")


def announced(client: Client, sent: bytes) -> bytes:
    headers = (f"Authorization: Bearer {client.token}", "Content-Length: 100000")
    return request("POST", "/v1/keys", *headers, body=sent)


async def test_g24_a_body_comes_at_a_rate_or_not_at_all(server: Server, client: Client) -> None:
    """A tenth of a kilobyte a second is too slow after the grace; enough of it ahead buys time, but not for ever."""
    await server.session.close()
    for size, seconds in ((900, 12), (40_000, BODY_S + 1)):
        streams = await connect(server, announced(client, b" " * size))
        answer = await answer_after(server, streams, seconds, lambda one, size=size: one._body_bytes == size)  # type: ignore[misc]
        assert answer.startswith(b"HTTP/1.1 408 "), size


async def test_g24_a_body_that_keeps_the_rate_is_waited_for(server: Server, client: Client) -> None:
    await server.session.close()
    for size, seconds in ((0, 9), (3_000, 12), (60_000, 59)):
        reader, writer = await connect(server, announced(client, b" " * size))
        connection = await only_connection(server, lambda one, size=size: one._body_bytes == size)  # type: ignore[misc]
        connection.look(asyncio.get_running_loop().time() + seconds)
        assert not connection.transport.is_closing(), size
        writer.write(b" " * (100_000 - size))
        assert (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 400 ")
        writer.close()
        await until(lambda: not server.http.slow_clients._open)


async def test_g24_a_body_nobody_wants_is_not_read_for_long(server: Server) -> None:
    """The answer has gone out already."""
    streams = await connect(server, request("POST", "/v1/keys", "Content-Length: 50000000", body=b"{"))
    answer = await answer_after(server, streams, LINGER_S + 1, lambda one: one._answered_early_at is not None)
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert answer.count(b"HTTP/1.1") == 1


async def test_g24_an_answer_nobody_takes_is_cut_off(server: Server) -> None:
    """The page of the docs is larger than what the kernel buffers for a reader that does not read."""
    writer = None
    try:
        raw = request("GET", "/docs/swagger-ui-bundle.js") * 8
        _, writer = await connect(server, raw)
        connection = await only_connection(server, lambda one: one.transport.get_write_buffer_size() > 0)
        now = asyncio.get_running_loop().time()
        connection.look(now)
        assert connection in server.http.slow_clients._open
        connection.look(now + STALLED_S + 1)
        await until(lambda: not server.http.slow_clients._open)
    finally:
        if writer is not None:
            writer.close()


async def test_g24_long_answers_are_not_slow_clients(server: Server, client: Client) -> None:
    """Whoever waits for a job with `wait` has done all that is asked of a client."""
    await server.session.close()
    job = "/v1/applications/jobs/6f2c1e0a-1111-4222-8333-444455556666/events"
    reader, writer = await connect(server, request("GET", job, f"Authorization: Bearer {client.token}"))
    assert (await reader.readuntil(b"\r\n")).startswith(b"HTTP/1.1 404")
    connection = await only_connection(server, lambda one: one.cycle.response_complete)
    connection.look(asyncio.get_running_loop().time() + 1000)
    assert not connection.transport.is_closing(), "a silent connection is uvicorn's to end, after 5 seconds"
    writer.close()


class Silent:
    """A connection without a socket."""

    def __init__(self) -> None:
        self.closed = False

    def look(self, now: float) -> None:
        """Not slow."""

    def close_idle(self) -> None:
        """Told to make room."""
        self.closed = True


def test_g24_the_longest_silent_connection_makes_room(dialect: str) -> None:
    clients = SlowClients(3)
    first, second, third, fourth, fifth = (Silent() for _ in range(5))
    assert all(clients.admit(one) for one in (first, second, third))
    clients.busy(first)
    assert clients.admit(fourth)
    assert [one.closed for one in (first, second, third)] == [False, True, False]
    clients.busy(third)
    clients.idle(first)
    assert clients.admit(fifth)
    assert fourth.closed, "it fell silent before the first did"
    for one in (first, third, fifth):
        clients.busy(one)
    assert not clients.admit(Silent())
    clients.forget(third)
    assert clients.admit(Silent())


async def test_g24_a_connection_too_many_is_told_so(server: Server, client: Client) -> None:
    await server.session.close()
    clients = server.http.slow_clients
    clients._most = 2
    busy = [await connect(server, announced(client, b"")) for _ in range(2)]
    await until(lambda: len(clients._open) == 2 and not clients._idle)
    reader, writer = await connect(server)
    answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"retry-after: 2" in answer
    for _, one in (*busy, (reader, writer)):
        one.close()


def test_g24_open_files_suffice_for_the_connections(dialect: str) -> None:
    assert 1 <= connections_possible(10) <= 10

"""Calls to a server that does everything wrong that a server can do."""

import asyncio
import socket

import pytest

from pressrun.http1.client import Client, Timeouts
from pressrun.http1.errors import (
    BadAnswerError,
    BodyTooLargeError,
    BrokenAnswerError,
    ConnectError,
    ConnectTimeoutError,
    DisconnectedError,
    HttpError,
    IdleTimeoutError,
    TotalTimeoutError,
)
from tests.http1.raw_server import BRISK, CLOSE, HANG, HURRIED, RESET, RawServer, Script, asked, chunked, whole


async def test_a_call(server: RawServer, client: Client) -> None:
    server.scripts = [[whole(b"hello")]]
    assert await asked(client, b'{"a": 1}') == (200, b"hello")
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    first, *fields = head.decode().split("\r\n")
    assert first == "POST /v1/x?y=1 HTTP/1.1"
    assert fields == [f"Host: {server.url.split('/')[2]}", "X-Key: k", "Content-Length: 8"]
    assert body == b'{"a": 1}'


@pytest.mark.parametrize(
    ("script", "body"),
    [
        ([chunked(b"he", b"llo")], b"hello"),
        ([b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 102 Processing\r\n\r\n", whole()], b"hello"),
        ([b"HTTP/1.1 200 OK\r\n\r\nhel", b"lo", CLOSE], b"hello"),
        ([b"HTTP/1.0 200 OK\r\n\r\nhello", CLOSE], b"hello"),
        ([b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello", CLOSE], b"hello"),
        ([b"HTTP/1.1 204 No Content\r\n\r\n"], b""),
        ([whole() + b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"], b"hello"),
        ([whole() + b"garbage"], b"hello"),
    ],
    ids=["chunked", "interim", "until-close", "1.0", "1.0-length", "204", "two-answers", "garbage"],
)
async def test_answers_in_every_framing(server: RawServer, client: Client, script: Script, body: bytes) -> None:
    server.scripts = [script]
    for _ in range(3):
        assert (await asked(client))[1] == body


async def test_what_follows_an_answer_is_no_answer(server: RawServer, client: Client) -> None:
    """A server that answers twice must not have its second answer taken for that to the next request."""
    server.scripts = [[whole(b"one") + whole(b"evil")], [whole(b"two")]]
    assert await asked(client) == (200, b"one")
    assert await asked(client) == (200, b"two")
    assert server.connections == 2


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ([CLOSE], DisconnectedError),
        ([RESET], DisconnectedError),
        ([b"HTTP/1.1 200 OK\r\nContent-", CLOSE], DisconnectedError),
        ([b"HTTP/1.1 100 Continue\r\n\r\n", CLOSE], DisconnectedError),
        ([b"hello\r\n\r\n"], BadAnswerError),
        ([b"\x16\x03\x01\x02\x00"], BadAnswerError),
        ([b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 50_000], BadAnswerError),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", CLOSE], BrokenAnswerError),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", RESET], HttpError),
        ([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", CLOSE], BrokenAnswerError),
        ([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"], BrokenAnswerError),
    ],
)
async def test_answers_that_are_none(server: RawServer, client: Client, script: Script, error: type[HttpError]) -> None:
    server.scripts = [script, [whole()]]
    with pytest.raises(error):
        await asked(client)
    assert await asked(client) == (200, b"hello")  # on another connection
    assert server.connections == 2


@pytest.mark.parametrize(
    ("timeouts", "script", "error"),
    [
        (Timeouts(total_s=0.5, idle_s=5), [HANG], TotalTimeoutError),
        (
            Timeouts(total_s=0.5, idle_s=5),
            [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", HANG],
            TotalTimeoutError,
        ),
        (Timeouts(total_s=60, idle_s=0.2), [HANG], IdleTimeoutError),
        (Timeouts(total_s=60, idle_s=0.2), [b"HTTP/1.1 200 OK\r\nX: ", HANG], IdleTimeoutError),
    ],
)
async def test_servers_that_hang(server: RawServer, timeouts: Timeouts, script: Script, error: type[HttpError]) -> None:
    server.scripts = [script]
    client = Client(server.url, {}, timeouts=timeouts)
    with pytest.raises(error):
        await asked(client)
    await asyncio.wait_for(server.hung_up.wait(), 10)
    client.close()


async def test_a_cancelled_call_hangs_up(server: RawServer, client: Client) -> None:
    server.scripts = [[whole()[:-1], HANG]]
    call = asyncio.create_task(asked(client))
    while not server.requests:
        await asyncio.sleep(0)
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await asyncio.wait_for(server.hung_up.wait(), 10)


async def test_an_answer_that_is_left_hangs_up(server: RawServer, client: Client) -> None:
    server.scripts = [[b"HTTP/1.1 200 OK\r\n\r\nhello", HANG]]
    async with client.post(b"{}") as answer:
        assert await answer.more() == b"hello"
    await asyncio.wait_for(server.hung_up.wait(), 10)


async def test_pieces_come_as_they_arrive_and_before_the_error(server: RawServer, client: Client) -> None:
    server.scripts = [[b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", CLOSE]]
    async with client.post(b"{}") as answer:
        assert await answer.more() == b"hello"
        with pytest.raises(BrokenAnswerError):
            await answer.more()


@pytest.mark.parametrize("script", [[whole(b"x" * 1001)], [chunked(*[b"x" * 100] * 11)]])
async def test_bodies_have_a_limit(server: RawServer, client: Client, script: Script) -> None:
    server.scripts = [script]
    with pytest.raises(BodyTooLargeError):
        await asked(client, most=1000)
    assert len((await asked(client, most=1100))[1]) >= 1001


async def test_a_slow_reader_holds_the_server_up(server: RawServer, client: Client) -> None:
    """Nothing is lost, and what nobody has read yet does not all stand in memory."""
    pieces = [bytes([number]) * 2**20 for number in range(30)]
    server.scripts = [[chunked(*pieces)]]
    async with client.post(b"{}") as answer:
        while not answer.is_paused:
            await asyncio.sleep(0)
        assert answer._unread < 4 * 2**20
        body = bytearray()
        while (piece := await answer.more()) is not None:
            body += piece
    assert body == b"".join(pieces)


async def test_a_body_that_waited_for_its_reader(server: RawServer, client: Client) -> None:
    server.scripts = [[whole(b"x" * 2**21)]]
    async with client.post(b"{}") as answer:
        while not answer.is_paused:
            await asyncio.sleep(0)
        assert len(await answer.read(2**22)) == 2**21


async def test_an_answer_before_the_question_was_heard(server: RawServer, client: Client) -> None:
    """The answer stands; the connection, with half a request in it, cannot be used again."""
    server.scripts = [[HURRIED, whole(b"too large", status=413), HANG], [whole()]]
    assert await asked(client, b"x" * 2**24) == (413, b"too large")
    assert await asked(client) == (200, b"hello")
    assert server.connections == 2


async def test_large_requests_arrive_whole(server: RawServer, client: Client) -> None:
    server.scripts = [[whole()]]
    await asked(client, b"x" * 300_000)
    assert server.requests[0].endswith(b"\r\n\r\n" + b"x" * 300_000)


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://nowhere.invalid/", f"http://{'a' * 64}.example/"])
async def test_nobody_there(url: str) -> None:
    client = Client(url, {}, timeouts=BRISK)
    with pytest.raises(ConnectError):
        await asked(client)
    client.close()


async def test_somebody_who_never_takes_the_call() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=1) as deaf:
        address = deaf.getsockname()
        with socket.create_connection(address), socket.create_connection(address):  # its queue is full
            client = Client(f"http://127.0.0.1:{address[1]}/", {}, timeouts=Timeouts(connect_s=0.2))
            with pytest.raises(ConnectTimeoutError):
                await asked(client)
            client.close()


@pytest.mark.parametrize("headers", [{"X": "a\r\nY: b"}, {"X\n": "a"}])
def test_headers_are_one_line(headers: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="one line"):
        Client("http://127.0.0.1/", headers)

"""The fault proxy does to a connection what its rules say, and nothing else."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from pressrun.torture.proxy import Proxy


class Upstream:
    """A server that keeps what it hears and answers every line."""

    def __init__(self) -> None:
        self.heard = b""
        self.ended = asyncio.Event()
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                self.heard += line
                writer.write(b"HTTP/1.1 200 OK " + line)
        except ConnectionResetError:
            pass
        finally:
            self.ended.set()
            writer.close()


@pytest.fixture
async def upstream() -> AsyncIterator[Upstream]:
    found = Upstream()
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    yield found
    server.close()


@pytest.fixture
async def proxy(upstream: Upstream) -> AsyncIterator[Proxy]:
    found = Proxy(upstream.port)
    await found.start()
    yield found
    await found.stop()


async def say(proxy: Proxy, *lines: bytes) -> bytes:
    """What comes back for some lines, until the connection ends or is cut."""
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.listening_on)
    heard = b""
    try:
        for line in lines:
            writer.write(line + b"\n")
            await writer.drain()
            heard += await asyncio.wait_for(reader.readline(), 5)
        writer.write_eof()
        heard += await asyncio.wait_for(reader.read(), 5)
    except ConnectionResetError:
        heard += b"<reset>"
    finally:
        writer.close()
    return heard


async def test_it_forwards(proxy: Proxy, upstream: Upstream) -> None:
    assert await say(proxy, b"a", b"b") == b"HTTP/1.1 200 OK a\nHTTP/1.1 200 OK b\n"
    assert upstream.heard == b"a\nb\n"


async def test_a_commit_arrives_and_its_answer_does_not(proxy: Proxy, upstream: Upstream) -> None:
    proxy.rules.on_commit = lambda: True
    assert await say(proxy, b"BEGIN", b"COMMIT;") == b"HTTP/1.1 200 OK BEGIN\n<reset>"
    await asyncio.wait_for(upstream.ended.wait(), 5)
    assert upstream.heard == b"BEGIN\nCOMMIT;\n"
    assert proxy.commits_cut == 1


async def test_a_commit_may_be_lost_itself(proxy: Proxy, upstream: Upstream) -> None:
    proxy.rules.on_commit = lambda: True
    proxy.rules.lose_commit = True
    assert await say(proxy, b"BEGIN", b"COMMIT;") == b"HTTP/1.1 200 OK BEGIN\n<reset>"
    await asyncio.wait_for(upstream.ended.wait(), 5)
    assert upstream.heard == b"BEGIN\n"


async def test_an_answer_is_swallowed_after_the_request_was_served(proxy: Proxy, upstream: Upstream) -> None:
    proxy.rules.swallow = lambda: True
    assert await say(proxy, b"a") == b"<reset>"
    assert upstream.heard == b"a\n"
    assert proxy.answers_swallowed == 1


async def test_a_connection_is_reset_after_so_many_bytes(proxy: Proxy) -> None:
    proxy.rules.reset_after_bytes = 5
    heard = await say(proxy, b"a")
    assert heard.endswith(b"<reset>")
    assert len(heard.removesuffix(b"<reset>")) <= 5


async def test_one_direction_is_dropped(proxy: Proxy, upstream: Upstream) -> None:
    proxy.rules.drop_downstream = True
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.listening_on)
    writer.write(b"a\n")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(reader.read(1), 0.3)
    assert upstream.heard == b"a\n"
    proxy.heal()
    with pytest.raises(ConnectionResetError):
        await asyncio.wait_for(reader.read(1), 5)
    writer.close()
    assert await say(proxy, b"b") == b"HTTP/1.1 200 OK b\n"


async def test_it_refuses(proxy: Proxy, upstream: Upstream) -> None:
    proxy.rules.refuse = True
    assert await say(proxy, b"a") == b"<reset>"
    assert upstream.heard == b""


async def test_it_delays(proxy: Proxy) -> None:
    proxy.rules.delay_s = 0.2
    began = asyncio.get_running_loop().time()
    await say(proxy, b"a")
    assert asyncio.get_running_loop().time() - began >= 0.4  # once in each direction

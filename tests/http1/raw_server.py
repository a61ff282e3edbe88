"""A server that plays what a test wrote down, byte for byte, whatever it is asked."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from pressrun.http1.client import Client, Timeouts

CLOSE = "close"
RESET = "reset"
HANG = "hang"
HURRIED = "hurried"
"""Do not wait for the request's body."""

Script = list[bytes | str]
BRISK = Timeouts(total_s=5, connect_s=5, idle_s=5)


class RawServer:
    """Each request takes the next script, the last one for ever; `requests` are those that came whole."""

    def __init__(self) -> None:
        self.scripts: list[Script] = []
        self.requests: list[bytes] = []
        self.connections = 0
        self.hung_up = asyncio.Event()
        self.may_close = asyncio.Event()
        self.closed = asyncio.Event()
        self.url = ""
        self._talks: set[asyncio.Task[None]] = set()

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        talk = asyncio.create_task(self._talk(reader, writer))
        self._talks.add(talk)
        talk.add_done_callback(self._talks.discard)

    async def end(self) -> None:
        """End every conversation."""
        talks = list(self._talks)
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while await self._answer(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            self.hung_up.set()
        finally:
            writer.close()
            with suppress(ConnectionError, ssl.SSLError):
                await writer.wait_closed()
            self.closed.set()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        script = self.scripts.pop(0) if len(self.scripts) > 1 else self.scripts[0]
        if HURRIED not in script:
            length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
            self.requests.append(head + await reader.readexactly(length))
        for step in script:
            if step == CLOSE:
                return False
            if step == RESET:
                writer.transport.abort()
                return False
            if step == HANG:
                await reader.read()
                self.hung_up.set()
                return False
            if isinstance(step, bytes):
                writer.write(step)
                await writer.drain()
        return True


@asynccontextmanager
async def raw_server(tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> AsyncIterator[RawServer]:
    """A raw server on a free port of the loopback."""
    raw = RawServer()
    server = await asyncio.start_server(raw.accept, host, 0, limit=2**20, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    raw.url = f"{'https' if tls else 'http'}://{'localhost' if tls else host}:{port}/v1/x?y=1"
    try:
        yield raw
    finally:
        server.close()
        await raw.end()


async def asked(client: Client, body: bytes = b"{}", most: int = 2**20) -> tuple[int, bytes]:
    """Status and body of one call."""
    async with client.post(body) as answer:
        return answer.status, await answer.read(most)


def whole(body: bytes = b"hello", *headers: str, status: int = 200) -> bytes:
    """An answer by the book."""
    lines = [f"HTTP/1.1 {status} Status", *headers, f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body


def chunked(*pieces: bytes) -> bytes:
    """An answer in chunks, by the book."""
    body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body + b"0\r\n\r\n"

"""The fault proxy: a TCP proxy on loopback whose rules may change at any moment."""

import asyncio
import contextlib
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from socket import SO_LINGER, SOL_SOCKET

CHUNK = 65_536
COMMIT = b"COMMIT"


@dataclass
class Rules:
    """What happens to bytes; the default is nothing. `upstream` and `downstream` are seen from the client."""

    refuse: bool = False
    delay_s: float = 0.0
    bytes_per_s: float | None = None
    reset_after_bytes: int | None = None
    drop_upstream: bool = False
    drop_downstream: bool = False
    on_commit: Callable[[], bool] = field(default=lambda: False)
    """Asked when a frame with COMMIT passes; True cuts the connection when it was forwarded."""
    lose_commit: bool = False
    """Cut before the frame is forwarded instead."""
    swallow: Callable[[], bool] = field(default=lambda: False)
    """Asked when an answer begins; True closes the client's connection in its place."""


class Proxy:
    """Forwards to `port`; `port` of the proxy itself is `listening_on`."""

    def __init__(self, port: int) -> None:
        self._upstream_port = port
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self.rules = Rules()
        self.listening_on = 0
        self.commits_cut = 0
        self.answers_swallowed = 0

    async def start(self) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.listening_on = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Cut everything."""
        if self._server is not None:
            self._server.close()
        self.cut()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def heal(self) -> None:
        """Back to doing nothing; what was black-holed is cut, so that nobody waits for lost bytes."""
        broken = self.rules.drop_upstream or self.rules.drop_downstream
        self.rules = Rules()
        if broken:
            self.cut()

    def cut(self) -> None:
        """Reset every connection."""
        for writer in list(self._writers):
            reset(writer)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            if self.rules.refuse:
                reset(writer)
                return
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self._upstream_port)
            await self._join(Pipe(reader, writer), Pipe(up_reader, up_writer))
        except OSError:
            reset(writer)
        finally:
            self._tasks.discard(task)

    async def _join(self, client: "Pipe", server: "Pipe") -> None:
        writers = {client.writer, server.writer}
        self._writers |= writers
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._upstream(client, server))
                group.create_task(self._downstream(client, server))
        except* OSError:
            for writer in writers:
                reset(writer)
        finally:
            self._writers -= writers
            for writer in writers:
                writer.close()

    async def _upstream(self, client: "Pipe", server: "Pipe") -> None:
        while data := await client.reader.read(CHUNK):
            await self._slow(data)
            if self.rules.drop_upstream:
                continue
            if COMMIT in data and self.rules.on_commit():
                await self._cut_commit(client, server, data)
            server.writer.write(data)
            await server.writer.drain()
        with contextlib.suppress(OSError, RuntimeError):
            server.writer.write_eof()

    async def _cut_commit(self, client: "Pipe", server: "Pipe", data: bytes) -> None:
        self.commits_cut += 1
        if not self.rules.lose_commit:
            server.writer.write(data)
            await server.writer.drain()
            server.mute = True
            server.writer.write_eof()  # in order behind the COMMIT: a reset would throw it away unread
        reset(client.writer)
        raise ConnectionResetError

    async def _downstream(self, client: "Pipe", server: "Pipe") -> None:
        passed = 0
        begins = True
        while data := await server.reader.read(CHUNK):
            await self._slow(data)
            if self.rules.drop_downstream or server.mute:
                continue
            if begins and data.startswith(b"HTTP/1.1 ") and self.rules.swallow():
                self.answers_swallowed += 1
                reset(client.writer)
                raise ConnectionResetError
            passed += len(data)
            limit = self.rules.reset_after_bytes
            if limit is not None and passed >= limit:
                client.writer.write(data[: max(0, len(data) - (passed - limit))])
                raise ConnectionResetError
            client.writer.write(data)
            await client.writer.drain()
        with contextlib.suppress(OSError, RuntimeError):
            client.writer.write_eof()

    async def _slow(self, data: bytes) -> None:
        rules = self.rules
        if rules.delay_s or rules.bytes_per_s:
            await asyncio.sleep(rules.delay_s + (len(data) / rules.bytes_per_s if rules.bytes_per_s else 0.0))


@dataclass
class Pipe:
    """One side of a connection; what a mute one says is not passed on."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    mute: bool = False


def reset(writer: asyncio.StreamWriter) -> None:
    """Close with an RST, as a dying machine's network does."""
    raw = writer.get_extra_info("socket")
    if raw is not None:
        with contextlib.suppress(OSError):
            raw.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()

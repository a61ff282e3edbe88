"""A provider made of bytes: it answers each request with exactly what a test says, broken framing included."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Reply:
    """One answer. `body` pieces are written one after another, each after `pause_s`.

    `framing` is length, chunked, or none (the body ends with the connection); `announce` replaces the true length;
    `cut` closes the connection after the body, without a last chunk; `hang` waits for ever after it.
    """

    body: bytes | Sequence[bytes] = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    framing: str = "length"
    announce: int | None = None
    cut: bool = False
    hang: bool = False
    pause_s: float = 0.0

    @property
    def pieces(self) -> list[bytes]:
        return [self.body] if isinstance(self.body, bytes) else list(self.body)

    def head(self) -> bytes:
        headers = {"Content-Type": "application/json", **self.headers}
        if self.framing == "length":
            headers["Content-Length"] = str(sum(map(len, self.pieces)) if self.announce is None else self.announce)
        if self.framing == "chunked":
            headers["Transfer-Encoding"] = "chunked"
        lines = [f"HTTP/1.1 {self.status} Status", *(f"{name}: {value}" for name, value in headers.items())]
        return "\r\n".join([*lines, "", ""]).encode("latin-1")


@dataclass
class Asked:
    """A request that came in."""

    path: str
    headers: dict[str, str]
    body: Any


class RawProvider:
    """Answers with `replies` in order, the last one for ever; `asked` are the requests so far."""

    def __init__(self) -> None:
        self.replies: list[Reply] = []
        self.asked: list[Asked] = []
        self.connections = 0
        self.aborted = asyncio.Event()
        self.base_url = ""
        self.talks: set[asyncio.Task[None]] = set()

    def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection; kept in `talks` to be ended with the provider."""
        talk = asyncio.create_task(self.talk(reader, writer))
        self.talks.add(talk)
        talk.add_done_callback(self.talks.discard)

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while await self._answer(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError):
            self.aborted.set()
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.asked.append(Asked(first.split()[1], headers, json.loads(body)))
        reply = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        writer.write(reply.head())
        for piece in reply.pieces:
            if reply.pause_s:
                await asyncio.sleep(reply.pause_s)
            writer.write(b"%x\r\n%s\r\n" % (len(piece), piece) if reply.framing == "chunked" else piece)
            await writer.drain()
        if reply.hang:
            await reader.read()
            self.aborted.set()
        if reply.framing == "chunked" and not reply.cut:
            writer.write(b"0\r\n\r\n")
        return not (reply.cut or reply.hang or reply.framing == "none")


@asynccontextmanager
async def raw_provider() -> AsyncIterator[RawProvider]:
    """A provider on a free port of the loopback."""
    provider = RawProvider()
    server = await asyncio.start_server(provider.accept, "127.0.0.1", 0, limit=2**20)
    provider.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield provider
    finally:
        server.close()
        talks = list(provider.talks)
        for talk in talks:
            talk.cancel()
        await asyncio.gather(*talks, return_exceptions=True)


def completion(text: Any = "Hello", **more: Any) -> bytes:
    """The body of a whole answer."""
    choice = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10}
    return json.dumps({"id": "chatcmpl-1", "choices": [choice], "usage": usage, **more}).encode()


def delta(text: str | None = None, finish: str | None = None, **more: Any) -> bytes:
    """One event of a stream, as JSON."""
    content = {} if text is None else {"content": text}
    return json.dumps({"id": "chatcmpl-1", "choices": [{"delta": content, "finish_reason": finish}], **more}).encode()


def events(*documents: bytes, end: bytes = b"\n\n", prefix: bytes = b"data: ") -> bytes:
    """A stream of events."""
    return b"".join(prefix + document + end for document in documents)

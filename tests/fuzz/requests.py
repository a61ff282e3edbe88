"""The server's own connection without a network: what it takes for requests, in any pieces, beside h11."""

import asyncio
import re
from collections.abc import Sequence
from typing import Any, cast

import h11
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from pressrun.api.connection import Connection
from pressrun.api.process import HttpServer

MOST = 20
AUTHORITY = re.compile(rb"[a-z][a-z0-9+.-]*://[^/?]*", re.IGNORECASE)
"""Before the path of a target as proxies are sent it; whom it names is not looked at."""

Request = tuple[str, bytes, tuple[tuple[bytes, bytes], ...], bytes]
"""Method, target, headers in order of name, body."""


class _Wire(asyncio.Transport):
    """Takes what is written, and says whether the connection is at its end."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.closed = False

    def write(self, data: Any) -> None:
        """See asyncio."""
        self.written += bytes(data)

    def close(self) -> None:
        """See asyncio."""
        self.closed = True

    def abort(self) -> None:
        """See asyncio."""
        self.closed = True

    def is_closing(self) -> bool:
        """See asyncio."""
        return self.closed

    def get_write_buffer_size(self) -> int:
        """See asyncio."""
        return 0

    def pause_reading(self) -> None:
        """See asyncio."""

    def resume_reading(self) -> None:
        """See asyncio."""

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """See asyncio."""
        return ("127.0.0.1", 1) if name in {"peername", "sockname"} else default


def requests(raw: bytes) -> list[Request]:
    """What the server reads as requests; raises AssertionError where the pieces, or another parser, change it."""
    whole, refused = asyncio.run(_ours([raw]))
    pieces, refused_in_pieces = asyncio.run(_ours([raw[at : at + 1] for at in range(len(raw))]))
    # Refused, a connection ends, and with it what was read of it and not yet answered.
    assert refused == refused_in_pieces, "the pieces decide what is refused"
    assert whole == (pieces[: len(whole)] if refused else pieces), "the pieces decide what a request is"
    for mine, theirs in zip(whole, _theirs(raw), strict=False):
        assert mine == theirs, "another parser reads another request"
    return whole


async def _ours(pieces: Sequence[bytes]) -> tuple[list[Request], bool]:
    """The requests, and whether the connection was refused with 400 or 431."""
    seen: list[Request] = []

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
        target = scope["raw_path"] + (b"?" + scope["query_string"] if scope["query_string"] else b"")
        seen.append((scope["method"], target, tuple(sorted(scope["headers"])), body))
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    server = HttpServer(application, 10)
    server.config.load()
    wire = _Wire()
    connection = Connection(
        config=server.config, server_state=ServerState(), app_state={}, slow_clients=server.slow_clients
    )
    connection.connection_made(wire)
    for piece in pieces:
        if wire.closed:
            break
        connection.data_received(piece)
        await _settle()
    await _settle()
    connection.connection_lost(None)
    await _settle()
    return seen, b"HTTP/1.1 400" in wire.written or b"HTTP/1.1 431" in wire.written


async def _settle() -> None:
    for _ in range(12):
        await asyncio.sleep(0)


def _theirs(raw: bytes) -> list[Request]:
    """The same by h11; it stops where h11 refuses."""
    found: list[Request] = []
    other = h11.Connection(h11.SERVER)
    other.receive_data(raw)
    try:
        while len(found) < MOST:
            event = other.next_event()
            if not isinstance(event, h11.Request):
                break
            body = b""
            while isinstance(part := other.next_event(), h11.Data):
                body += bytes(part.data)
            if not isinstance(part, h11.EndOfMessage):
                break
            target = AUTHORITY.sub(b"", event.target, count=1) or b"/"
            found.append((event.method.decode(), target, tuple(sorted(cast("Any", event.headers))), body))
            other.send(h11.Response(status_code=200, headers=[("content-length", "0")]))
            other.send(h11.EndOfMessage())
            other.start_next_cycle()
    except h11.ProtocolError:
        pass
    return found

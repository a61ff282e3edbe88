"""One client's connection: what it sends is parsed by uvicorn's protocol, and held to deadlines and sizes here.

uvicorn waits for ever for a head or a body, takes heads of any size and any number of connections. Refusals of what
never becomes a request are written here, in the form of every other.
"""

import asyncio
from enum import Enum, auto
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from pressrun.api import problems
from pressrun.api.access import FIXED_HEADERS
from pressrun.api.slow_clients import (
    BODY_GRACE_S,
    BODY_RATE,
    BODY_S,
    HEAD_S,
    LINGER_S,
    STALLED_S,
    SlowClients,
    is_upload,
)
from pressrun.errors import Code, PressrunError

LARGEST_HEAD_BYTES = 64 * 1024
MOST_HEADERS = 200

MALFORMED = PressrunError(Code.INVALID, "this is not an HTTP/1.1 request")
HEAD_TOO_LARGE = PressrunError(
    Code.HEAD_TOO_LARGE, f"the head of a request has at most {LARGEST_HEAD_BYTES:,} bytes and {MOST_HEADERS} headers"
)
TOO_SLOW = PressrunError(Code.TOO_SLOW, "the request took too long to arrive", retry_after_s=1)
TOO_MANY_CONNECTIONS = PressrunError(Code.UNAVAILABLE, "too many connections are open", retry_after_s=2)


class Receiving(Enum):
    """What is expected of the client next."""

    NOTHING = auto()
    HEAD = auto()
    BODY = auto()


class Connection(HttpToolsProtocol):
    """uvicorn's protocol over httptools, with deadlines; `slow_clients` looks at every connection once a second."""

    def __init__(self, *arguments: Any, slow_clients: SlowClients, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._slow_clients = slow_clients
        self._receiving = Receiving.HEAD
        self._since = self.loop.time()
        self._head_bytes = self._counted_head_bytes = 0
        self._body_bytes = 0
        self._is_upload = False
        self._answered_early_at: float | None = None
        self._unsent = 0
        self._stalled_since = 0.0
        self._refusal = MALFORMED

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if not self._slow_clients.admit(self):
            self._refuse(TOO_MANY_CONNECTIONS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._slow_clients.forget(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        if self._receiving is Receiving.NOTHING:
            self._expect(Receiving.HEAD)
        if self._receiving is Receiving.HEAD:
            self._head_bytes += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self.cycle.keep_alive = False  # there is nothing to upgrade to; what follows belongs to no request
        except httptools.HttpParserError:
            self._refuse(self._refusal)
        else:
            if self._receiving is Receiving.HEAD and self._head_bytes > LARGEST_HEAD_BYTES:
                self._refuse(HEAD_TOO_LARGE)

    def _expect(self, what: Receiving) -> None:
        self._receiving = what
        self._since = self.loop.time()
        self._head_bytes = self._body_bytes = 0

    def on_message_begin(self) -> None:
        received = self._head_bytes
        self._expect(Receiving.HEAD)
        self._head_bytes = received
        self._counted_head_bytes = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._count_head(len(url))
        if b"#" in url:
            raise ValueError(self._refusal)  # no target has one; cut off here, it would be part of the path elsewhere
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._counted_head_bytes += len(name) + len(value)
        if self._counted_head_bytes > LARGEST_HEAD_BYTES or len(self.headers) >= MOST_HEADERS:
            self._refusal = HEAD_TOO_LARGE
            raise ValueError(self._refusal)
        if self._receiving is not Receiving.HEAD:
            return  # a trailer comes after everybody has looked at the headers
        name = name.lower()
        if name == b"host" and any(known == b"host" for known, _ in self.headers):
            raise ValueError(self._refusal)  # two, and a proxy may believe the other one
        super().on_header(name, value.rstrip(b" \t"))  # which are no part of it, and llhttp leaves them

    def _count_head(self, size: int) -> None:
        self._counted_head_bytes += size
        if self._counted_head_bytes > LARGEST_HEAD_BYTES:
            self._refusal = HEAD_TOO_LARGE
            raise ValueError(self._refusal)

    def on_headers_complete(self) -> None:
        self._expect(Receiving.BODY)
        self._answered_early_at = None
        self._slow_clients.busy(self)
        super().on_headers_complete()
        self._is_upload = is_upload(self.scope["path"])

    def on_body(self, body: bytes) -> None:
        self._body_bytes += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._expect(Receiving.NOTHING)
        super().on_message_complete()

    def on_response_complete(self) -> None:
        has_next = bool(self.pipeline)
        super().on_response_complete()
        if has_next:
            self._since = self.loop.time()  # nothing more of the next request was read before
        elif self._receiving is Receiving.BODY:
            self._answered_early_at = self.loop.time()
        else:
            self._slow_clients.idle(self)

    def look(self, now: float) -> None:
        """End what does not keep its deadlines; `now` is the loop's time."""
        if self._stalls(now):
            self.transport.abort()
        elif self.transport.is_closing():
            return
        elif self._answered_early_at is not None and now - self._answered_early_at > LINGER_S:
            self.transport.abort()
        elif self._is_late(now):
            self._refuse(TOO_SLOW)

    def _is_late(self, now: float) -> bool:
        waited = now - self._since
        match self._receiving:
            case Receiving.HEAD:
                return waited > HEAD_S
            case Receiving.BODY if not self.flow.read_paused:
                too_long = waited > BODY_S and not self._is_upload
                return too_long or self._body_bytes < BODY_RATE * (waited - BODY_GRACE_S)
            case _:
                return False

    def _stalls(self, now: float) -> bool:
        """Whether the client has taken nothing of what waits for it for STALLED_S."""
        unsent = self.transport.get_write_buffer_size()
        if not unsent or unsent != self._unsent:
            self._unsent, self._stalled_since = unsent, now
        return now - self._stalled_since > STALLED_S

    def close_idle(self) -> None:
        """Make room for others."""
        if self.transport.get_write_buffer_size():
            self.transport.abort()
        else:
            self.transport.close()

    def _refuse(self, error: PressrunError) -> None:
        """Answer what is no request, or not one in time; an answer under way is cut off."""
        if self.transport.is_closing():
            return
        cycle: RequestResponseCycle | None = self.cycle
        if self._answered_early_at is not None or (
            cycle is not None and cycle.response_started and not cycle.response_complete
        ):
            self.transport.abort()
            return
        answer = problems.response(error)
        head = [f"HTTP/1.1 {answer.status_code} {problems.SHAPES[error.code].tpe}"]
        head += [f"{name}: {value}" for name, value in (answer.headers | FIXED_HEADERS).items()]
        head += ["cache-control: no-store", "connection: close", "", ""]
        self.transport.write("\r\n".join(head).encode("latin-1") + bytes(answer.body))
        self.transport.close()

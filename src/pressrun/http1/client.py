"""Calls to one address: a body is posted, an answer comes back."""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType

from yarl import URL

from pressrun.http1.answer import Answer
from pressrun.http1.connection import Connection
from pressrun.http1.dialling import Dialler, system_tls
from pressrun.http1.errors import IdleTimeoutError, TotalTimeoutError
from pressrun.http1.pool import Pool


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: for a whole call, for connecting, and between two reads."""

    total_s: float = 120.0
    connect_s: float = 5.0
    idle_s: float = 120.0


class Client:
    """Posts to one `url`, with the same `headers` every time, from one event loop.

    `connections` bounds the open ones (0: no bound). `tls` replaces the system's certificates for https.
    Raises ValueError for what is no URL, or a header that would be two.
    """

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str],
        *,
        timeouts: Timeouts | None = None,
        connections: int = 0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._timeouts = timeouts or Timeouts()
        target = URL(url)
        if target.raw_host is None or target.port is None:
            raise ValueError(url)
        context = (tls or system_tls()) if target.scheme == "https" else None
        self._pool = Pool(Dialler(target.raw_host, target.port, context), self._timeouts.connect_s, connections)
        fields = {"Host": target.host_port_subcomponent or "", **headers}
        lines = [f"POST {target.raw_path_qs} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
        if any("\r" in line or "\n" in line for line in lines):
            raise ValueError("a header is one line")
        self._head = "".join(f"{line}\r\n" for line in lines).encode("latin-1")

    def post(self, body: bytes) -> "Call":
        """One call, to be made inside: `async with client.post(body) as answer`; raises HttpError."""
        return Call(self._pool, self._timeouts, b"%bContent-Length: %d\r\n\r\n" % (self._head, len(body)), body)

    def close(self) -> None:
        """Close every connection; calls under way fail."""
        self._pool.close()


class Call:
    """One request and its answer; left before the answer has ended, it closes the connection."""

    __slots__ = ("_answer", "_body", "_connection", "_head", "_limit", "_pool", "_silence", "_timeouts")

    def __init__(self, pool: Pool, timeouts: Timeouts, head: bytes, body: bytes) -> None:
        self._pool = pool
        self._timeouts = timeouts
        self._head = head
        self._body = body
        self._connection: Connection | None = None
        self._answer: Answer | None = None
        self._limit: asyncio.TimerHandle | None = None
        self._silence: asyncio.TimerHandle | None = None

    async def __aenter__(self) -> Answer:
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + self._timeouts.total_s
        self._connection = connection = self._pool.at_hand() or await self._connected(ends_at)
        try:
            self._answer = answer = connection.send(self._head, self._body)
            self._limit = loop.call_at(ends_at, connection.fail, TotalTimeoutError())
            if self._timeouts.idle_s < self._timeouts.total_s:
                self._listen()
            await answer.head()
        except BaseException:
            self._leave()
            raise
        return answer

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._leave()

    async def _connected(self, ends_at: float) -> Connection:
        try:
            async with asyncio.timeout_at(ends_at):
                return await self._pool.take()
        except TimeoutError:
            raise TotalTimeoutError from None

    def _leave(self) -> None:
        for timer in (self._limit, self._silence):
            if timer is not None:
                timer.cancel()
        if self._connection is not None:
            keep_alive = self._answer.headers.get("keep-alive") if self._answer is not None else None
            self._pool.give_back(self._connection, keep_alive)

    def _listen(self) -> None:
        """Look whether the other side has been silent for too long, and when to look again."""
        connection, answer = self._connection, self._answer
        assert connection is not None
        assert answer is not None
        loop = asyncio.get_running_loop()
        since = loop.time() if answer.is_paused else connection.heard_at
        if loop.time() >= since + self._timeouts.idle_s:
            connection.fail(IdleTimeoutError())
        else:
            self._silence = loop.call_at(since + self._timeouts.idle_s, self._listen)

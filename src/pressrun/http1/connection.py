"""One connection: a request out, its answer in, one at a time."""

import asyncio
import select
from collections.abc import Callable
from typing import cast

from pressrun.http1.answer import Answer
from pressrun.http1.errors import DisconnectedError, HttpError
from pressrun.http1.incoming import Incoming

LARGE_BYTES = 2**16
"""Bytes of a body that is written after its head instead of with it: beyond, a copy costs more than a system call."""


class Connection(asyncio.Protocol):
    """Calls `gone` when nothing can be sent on it any more. What comes unasked ends it."""

    def __init__(self, gone: Callable[["Connection"], None]) -> None:
        self._gone = gone
        self._incoming = Incoming()
        self._answer: Answer | None = None
        self._transport: asyncio.Transport | None = None
        self._poll = select.poll()
        self._now_s = asyncio.get_running_loop().time
        self.heard_at = 0.0
        """When something last came, or was sent, in seconds of the loop's clock."""

    @property
    def is_open(self) -> bool:
        """Whether something can be sent, as far as this process has heard."""
        return self._transport is not None and not self._transport.is_closing()

    @property
    def is_fresh(self) -> bool:
        """Whether an idle connection is open and the other side has not ended it in a way the loop has yet to see.

        A request on a connection that was closed before it was written would be lost, and must not be sent again.
        """
        return self.is_open and not self._poll.poll(0)

    def send(self, head: bytes, body: bytes) -> Answer:
        """Write a request; its answer arrives in what is returned."""
        assert self._transport is not None
        assert self._answer is None
        self._answer = answer = Answer(self._flow)
        self._incoming.expect(answer)
        self.heard_at = self._now_s()
        if len(body) > LARGE_BYTES:
            self._transport.write(head)
            self._transport.write(body)
        else:
            self._transport.write(head + body)
        return answer

    def rest(self) -> bool:
        """The caller is done with the answer: whether another request may follow. If not, the connection is closed."""
        answer, self._answer = self._answer, None
        transport = self._transport
        if (
            answer is not None
            and answer.has_ended
            and self._incoming.is_sound
            and transport is not None
            and not transport.is_closing()
            and not transport.get_write_buffer_size()  # answered before it was asked in full
        ):
            return True
        self.abort()
        return False

    def fail(self, error: HttpError) -> None:
        """End the answer under way with an error, and the connection with it."""
        if self._answer is not None:
            self._answer.fail(error)
        self.abort()

    def abort(self) -> None:
        """Close at once: a provider stops working when nobody listens any more."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by inheritance
        self._poll.register(transport.get_extra_info("socket").fileno(), select.POLLIN)

    def data_received(self, data: bytes) -> None:
        """See asyncio."""
        self.heard_at = self._now_s()
        if self._answer is None:
            self.abort()
            return
        try:
            self._incoming.feed(data)
        except HttpError as error:
            self.fail(error)

    def eof_received(self) -> None:
        """See asyncio."""
        self._end(self._incoming.close())

    def connection_lost(self, error: Exception | None) -> None:
        """See asyncio."""
        self._end(DisconnectedError(str(error) or type(error).__name__) if error else self._incoming.close())
        self._gone(self)

    def _end(self, error: HttpError | None) -> None:
        if error is not None and self._answer is not None:
            self._answer.fail(error)

    def _flow(self, go_on: bool) -> None:
        if self.is_open and self._transport is not None:
            (self._transport.resume_reading if go_on else self._transport.pause_reading)()

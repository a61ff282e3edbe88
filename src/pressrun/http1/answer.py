"""An answer while it arrives: written by its connection, read by whoever asked."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator

from pressrun.http1.codings import Inflater, inflater
from pressrun.http1.errors import BodyTooLargeError, HttpError
from pressrun.http1.headers import Headers

UNREAD_BYTES = 2**18
"""Bytes kept for a reader who is slower than the other side, which is then no longer listened to."""


class Answer:
    """Status, headers and body of one answer. `flow(False)` stops the connection's reading, `flow(True)` goes on."""

    __slots__ = (
        "_decoded",
        "_enough",
        "_error",
        "_flow",
        "_is_coded",
        "_pieces",
        "_undo",
        "_unread",
        "_waiter",
        "has_ended",
        "headers",
        "is_paused",
        "status",
    )

    def __init__(self, flow: Callable[[bool], None]) -> None:
        self.status = 0
        self.headers = Headers()
        self.has_ended = False
        self._flow = flow
        self._pieces: deque[bytes] = deque()
        self._undo: Inflater | None = None
        self._decoded: Iterator[bytes] = iter(())
        self._unread = 0
        self._enough = 1
        self._is_coded = False
        self.is_paused = False
        self._error: HttpError | None = None
        self._waiter: asyncio.Future[None] | None = None

    @property
    def has_begun(self) -> bool:
        """Whether its head is here."""
        return self.status != 0

    @property
    def is_over(self) -> bool:
        """Whether nothing more of it will come, well or not."""
        return self.has_ended or self._error is not None

    def begin(self, status: int, headers: Headers) -> None:
        """The head is here."""
        self.status, self.headers = status, headers
        self._is_coded = "content-encoding" in headers
        self._wake()

    def add(self, piece: bytes) -> None:
        """A piece of the body is here."""
        self._pieces.append(piece)
        self._unread += len(piece)
        if self._unread >= self._enough:
            self._wake()
        if self._unread > max(UNREAD_BYTES, self._enough) and not self.is_paused:
            self.is_paused = True
            self._flow(False)

    def end(self) -> None:
        """It is whole."""
        self.has_ended = True
        self._wake()

    def fail(self, error: HttpError) -> None:
        """Nothing more will come of it; what has ended well stays."""
        if not self.is_over:
            self._error = error
            self._wake()

    async def head(self) -> None:
        """Wait for status and headers; raises HttpError."""
        while not self.status:
            if self._error is not None:
                raise self._error
            await self._change()

    async def read(self, most: int) -> bytes:
        """The whole body, decompressed; raises HttpError, BodyTooLargeError beyond `most` bytes."""
        if self._is_coded:
            return await self._read_decoded(most)
        self._enough = most + 1
        self._go_on()
        while not self.is_over and self._unread <= most:
            await self._change()
        if self._unread > most:
            raise BodyTooLargeError
        if self._error is not None:
            raise self._error
        return b"".join(self._pieces)

    async def more(self) -> bytes | None:
        """The next piece of the body, decompressed; None at its end.

        All that has come is handed out before an HttpError is raised.
        """
        if self._is_coded and self._undo is None:
            self._undo = inflater(self.headers.every("content-encoding"))
        while True:
            piece = next(self._decoded, None)
            if piece is not None:
                return piece
            if self._pieces:
                if self._undo is None:
                    return self._take()
                self._decoded = self._undo.feed(self._take())
            elif self._error is not None:
                raise self._error
            elif self.has_ended:
                if self._undo is not None:
                    self._undo.end()
                return None
            else:
                await self._change()

    async def drain(self, most: int) -> None:
        """Wait for the end of the body and drop it, up to so many bytes."""
        while most > 0 and not self.is_over:
            if not self._pieces:
                await self._change()
            while self._pieces:
                most -= len(self._take())

    async def _read_decoded(self, most: int) -> bytes:
        body = bytearray()
        while (piece := await self.more()) is not None:
            body += piece
            if len(body) > most:
                raise BodyTooLargeError
        return bytes(body)

    def _take(self) -> bytes:
        piece = self._pieces.popleft()
        self._unread -= len(piece)
        if not self._pieces:
            self._go_on()
        return piece

    def _go_on(self) -> None:
        if self.is_paused:
            self.is_paused = False
            self._flow(True)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def _change(self) -> None:
        self._waiter = asyncio.get_running_loop().create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

"""Bytes of one connection become answers; framing is left to llhttp, what it lets through is judged here."""

import httptools

from pressrun.http1.answer import Answer
from pressrun.http1.errors import BadAnswerError, BrokenAnswerError, DisconnectedError, HttpError
from pressrun.http1.headers import Headers

BARREN_BYTES = 2**16
"""Bytes in a row that bring no answer forward: its head, heads before the final one, trailers, framing of chunks."""

WITHOUT_BODY = frozenset({204, 304})


class _SurplusError(Exception):
    """More than one answer to one request."""


class Incoming:
    """Parses the answers of a connection, one for each `expect`. Its other methods are httptools' callbacks."""

    __slots__ = ("_answer", "_barren", "_fields", "_is_interim", "_is_sound", "_parser", "_until_closed")

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        # Servers make these mistakes, and no body can be misread by them.
        self._parser.set_dangerous_leniencies(lenient_optional_cr_before_lf=True, lenient_spaces_after_chunk_size=True)
        self._answer: Answer | None = None
        self._fields: list[tuple[bytes, bytes]] = []
        self._barren = 0
        self._is_interim = self._until_closed = self._is_sound = False

    @property
    def is_sound(self) -> bool:
        """Whether the last answer ended as it should on a connection that goes on, with nothing behind it."""
        return self._is_sound

    def expect(self, answer: Answer) -> None:
        """The next bytes are of this answer."""
        self._answer = answer
        self._barren = 0
        self._is_sound = False

    def feed(self, data: bytes) -> None:
        """Raises HttpError when the connection is good for nothing more; an answer that has ended is not harmed."""
        self._barren += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserCallbackError as error:
            self._is_sound = False
            cause = error.__context__
            raise cause if isinstance(cause, HttpError) else BadAnswerError("more than one answer came") from None
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._is_sound = False
            raise self._broken(f"what came is not HTTP/1.1: {error}") from None
        if self._barren > BARREN_BYTES and not self._is_over:
            raise self._broken(f"{self._barren:,} bytes came that bring nothing")

    def close(self) -> HttpError | None:
        """The other side has closed: the end of an answer that has no other, or the error that it means."""
        answer = self._answer
        if answer is None or answer.is_over:
            return None
        if not answer.has_begun:
            return DisconnectedError("it closed the connection before it answered")
        if not self._until_closed:
            return BrokenAnswerError("it closed the connection too early")
        answer.end()
        return None

    def on_message_begin(self) -> None:
        """See httptools."""
        if self._is_over:
            raise _SurplusError

    def on_header(self, name: bytes, value: bytes) -> None:
        """See httptools."""
        self._fields.append((name, value))

    def on_headers_complete(self) -> None:
        """See httptools."""
        status = self._parser.get_status_code()
        fields, self._fields = self._fields, []
        self._is_interim = status < 200
        if self._is_interim or self._answer is None:
            return
        self._barren = 0
        headers = Headers(fields)
        codings = headers.every("transfer-encoding")
        if codings not in ([], ["chunked"]):
            raise BadAnswerError(f"the transfer coding {', '.join(codings)!r} was not asked for")
        self._until_closed = not codings and "content-length" not in headers and status not in WITHOUT_BODY
        self._answer.begin(status, headers)

    def on_body(self, piece: bytes) -> None:
        """See httptools."""
        self._barren = 0
        if self._answer is not None:
            self._answer.add(piece)

    def on_message_complete(self) -> None:
        """See httptools."""
        self._fields.clear()  # trailers, which nobody asked for
        if not self._is_interim and self._answer is not None:
            self._is_sound = self._parser.should_keep_alive()
            self._answer.end()

    @property
    def _is_over(self) -> bool:
        return self._answer is None or self._answer.is_over

    def _broken(self, what: str) -> HttpError:
        begun = self._answer is not None and self._answer.has_begun
        return BrokenAnswerError(what) if begun else BadAnswerError(what)

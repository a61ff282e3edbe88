"""A streamed chat completion: server-sent events in, pieces of text and one whole answer out."""

import json
import re
from dataclasses import replace
from typing import Any

from pressrun.errors import FailureCode
from pressrun.models.openai_logprobs import Logprobs
from pressrun.models.openai_tools import ToolCallPieces
from pressrun.models.openai_wire import (
    content_refused,
    ending,
    finish_reason,
    first_choice,
    id_of,
    logprobs_of,
    mend,
    text_of,
    usage_of,
)
from pressrun.models.provider import Answer, Usage
from pressrun.models.refusals import Peer, refused_inside

# A CR at the very end may be the first half of a CRLF: it waits for the next bytes.
LINE_END = re.compile(rb"\r\n|\n|\r(?!\Z)")
FRAMING = 64
"""Bytes of stream allowed for each byte of text: one token of four letters comes in about 200 bytes."""
ESCAPED = 6
"""Bytes that JSON may take for one byte of text."""
FRAME_BYTES = 64 * 2**10
"""Bytes of a single event allowed beside its text."""


class StreamReader:
    """Reads one stream; `feed` it bytes, then ask for `answer`. Every failure is a RunFailure."""

    def __init__(self, peer: Peer, max_answer_bytes: int, request_id: str | None = None) -> None:
        self._peer = peer
        self._limit = max_answer_bytes
        self._request_id = request_id
        self._line = bytearray()
        self._event: list[str] = []
        self._held = ""
        self._pieces: list[str] = []
        self._refusal = ""
        self._read = self._text = 0
        self._usage = Usage()
        self._reason: str | None = None
        self._calls = ToolCallPieces(peer)
        self._logprobs = Logprobs()
        self.done = False

    def feed(self, chunk: bytes) -> list[str]:
        """The pieces of text that these bytes complete."""
        self._read += len(chunk)
        self._line += chunk
        if len(self._line) > self._limit * ESCAPED + FRAME_BYTES or self._read > self._limit * FRAMING + FRAME_BYTES:
            raise self._peer.too_large(self._limit)
        if b"\n" not in chunk and b"\r" not in self._line:
            return []
        *lines, rest = LINE_END.split(bytes(self._line))
        self._line = bytearray(rest)
        return [piece for line in lines for piece in self._take_line(line)]

    @property
    def finished(self) -> bool:
        """Whether the model said that it is at its end."""
        return self.done or self._reason is not None

    def end(self) -> tuple[list[str], Answer]:
        """The last pieces and the whole answer, at the end of the body; raises RunFailure when it was cut off."""
        pieces = self._take_line(bytes(self._line).rstrip(b"\r")) + self._take_line(b"")
        if not self.finished:
            what = "broke off in the middle of its answer"
            raise self._peer.failure(FailureCode.MODEL_UNAVAILABLE, what, retryable=True)
        if self._held:
            self._pieces.append(mend(self._held))
            pieces.append(self._pieces[-1])
        text = "".join(self._pieces)
        if not text and (self._reason == "content_filter" or self._refusal):
            raise content_refused(self._peer, self._refusal or None)
        calls = self._calls.end()
        answer = Answer(text, self._usage, ending(self._reason, calls), self._request_id)
        return pieces, replace(answer, tool_calls=calls, logprobs=self._logprobs.whole())

    def _take_line(self, line: bytes) -> list[str]:
        if self.done:
            return []
        if not line:
            if self._event:
                raise self._peer.malformed("an event of its stream is not JSON")
            return []
        if not line.startswith(b"data:"):
            return []  # a comment, or a field that chat completions do not use
        try:
            self._event.append(line[5:].decode().removeprefix(" "))
        except UnicodeDecodeError:
            raise self._peer.malformed("its stream is not UTF-8") from None
        return self._take_event()

    def _take_event(self) -> list[str]:
        data = "\n".join(self._event)
        if data.strip() == "[DONE]":
            self._event.clear()
            self.done = True
            return []
        try:
            document = json.loads(data)
        except (ValueError, RecursionError):
            return []  # an event may go on in the next line; a blank line tells
        self._event.clear()
        return self._take_document(document)

    def _take_document(self, document: Any) -> list[str]:
        if not isinstance(document, dict):
            raise self._peer.malformed("an event of its stream is not a JSON object")
        if document.get("error"):
            raise refused_inside(self._peer, document["error"])
        self._request_id = self._request_id or id_of(document)
        if document.get("usage"):
            self._usage = usage_of(document)
        choice = first_choice(self._peer, document)
        if choice is None:
            return []
        self._reason = finish_reason(choice) or self._reason
        self._logprobs.take(logprobs_of(choice))
        delta = choice.get("delta")
        if delta is None:
            return []
        if not isinstance(delta, dict):
            raise self._peer.malformed("a delta of its stream is not an object")
        if isinstance(delta.get("refusal"), str):
            self._refusal += delta["refusal"]
        self._text += self._calls.take(delta)
        return self._take_text(text_of(self._peer, delta) or "")

    def _take_text(self, text: str) -> list[str]:
        text = self._held + text
        # The first half of a surrogate pair waits for the second, which may come in the next event.
        cut = len(text) - (1 if text and "\ud800" <= text[-1] <= "\udbff" else 0)
        self._held = text[cut:]
        piece = mend(text[:cut])
        self._text += len(piece.encode())
        if self._text > self._limit:
            raise self._peer.too_large(self._limit)
        if not piece:
            return []
        self._pieces.append(piece)
        return [piece]

"""A thin client for every server that speaks OpenAI's chat-completions format."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from dataclasses import replace
from urllib.parse import urlsplit, urlunsplit

from pressrun.errors import Code, PressrunError
from pressrun.http1.answer import Answer as Response
from pressrun.http1.client import Call, Client, Timeouts
from pressrun.http1.errors import BodyTooLargeError, ConnectError, HttpError
from pressrun.models.base_url import check_base_url
from pressrun.models.headers import pause_s
from pressrun.models.interruptions import interrupted
from pressrun.models.openai_stream import StreamReader
from pressrun.models.openai_wire import LONGEST_REQUEST_ID, read_answer, request_body
from pressrun.models.provider import Answer, Provider, Question
from pressrun.models.refusals import Peer, refused

__all__ = ["OpenAICompatible", "Timeouts"]

MAX_ANSWER_BYTES = 4 * 2**20
MAX_ERROR_BYTES = 64 * 2**10
ERROR_BODY_TIMEOUT_S = 5.0
SETTLE_S = 0.25
SETTLE_BYTES = 64 * 2**10
OPENAI_HOST = "api.openai.com"


class OpenAICompatible(Provider):
    """Answers over HTTP; `base_url` includes the version (`https://host/v1`).

    `connections` bounds the open ones (0: no bound; whoever calls bounds the calls). `max_answer_bytes` counts the
    decompressed body, or the text of a stream. Raises PressrunError (invalid) for an address or a key that cannot be.
    """

    def __init__(
        self,
        base_url: str,
        api_key: str | None = None,
        *,
        timeouts: Timeouts | None = None,
        max_answer_bytes: int = MAX_ANSWER_BYTES,
        connections: int = 0,
        now_s: Callable[[], float] = time.time,
    ) -> None:
        self._url, self._host = _endpoint(base_url)
        self._api_key = _usable(api_key)
        self._timeouts = timeouts or Timeouts()
        self._max_answer_bytes = max_answer_bytes
        self._connections = connections
        self._now_s = now_s
        # OpenAI's newer models refuse the old name, other servers do not know the new one.
        self._max_tokens_field = "max_completion_tokens" if self._host == OPENAI_HOST else "max_tokens"
        self._client: Client | None = None

    async def complete(self, question: Question) -> Answer:
        peer = Peer(question.model, self._host, self._api_key)
        try:
            async with self._post(question, stream=False) as response:
                await self._accept(peer, response)
                return await self._whole(peer, response, question)
        except HttpError as error:
            raise interrupted(peer, self._timeouts, error) from error

    async def stream(self, question: Question) -> AsyncGenerator[str | Answer]:
        peer = Peer(question.model, self._host, self._api_key)
        try:
            async with self._post(question, stream=True) as response:
                await self._accept(peer, response)
                if _media_type(response) == "application/json":  # it does not stream: take the answer as one piece
                    answer = await self._whole(peer, response, question)
                    yield answer.text
                    yield answer
                    return
                reader = StreamReader(peer, self._max_answer_bytes, _request_id(response))
                async with aclosing(self._pieces(reader, response)) as pieces:
                    async for piece in pieces:
                        yield piece
                last, answer = reader.end()
                for piece in last:
                    yield piece
                yield self._with_pause(answer, response)
        except HttpError as error:
            raise interrupted(peer, self._timeouts, error) from error

    async def close(self) -> None:
        if self._client is not None:
            self._client.close()

    async def _pieces(self, reader: StreamReader, response: Response) -> AsyncGenerator[str]:
        try:
            while (chunk := await response.more()) is not None:
                for piece in reader.feed(chunk):
                    yield piece
                if reader.done:
                    await _settle(response)
                    return
        except HttpError:
            if not reader.finished:  # nothing is lost once the model has said that it is done
                raise

    async def _accept(self, peer: Peer, response: Response) -> None:
        """Raises RunFailure unless the status is a success."""
        if not 200 <= response.status < 300:
            said = await _read_error(response)
            raise refused(peer, response.status, said, response.headers, self._now_s())

    async def _whole(self, peer: Peer, response: Response, question: Question) -> Answer:
        try:
            body = await response.read(self._max_answer_bytes)
        except BodyTooLargeError:
            raise peer.too_large(self._max_answer_bytes) from None
        answer = read_answer(peer, body, _request_id(response), tools=bool(question.tools))
        return self._with_pause(answer, response)

    def _with_pause(self, answer: Answer, response: Response) -> Answer:
        wait_s = pause_s(response.headers, self._now_s())
        return answer if wait_s is None else replace(answer, pause_s=wait_s)

    def _post(self, question: Question, *, stream: bool) -> Call:
        body = request_body(question, stream=stream, max_tokens_field=self._max_tokens_field)
        if self._client is None:  # a client belongs to the loop it was made in
            headers = {
                "User-Agent": "pressrun",
                "Accept": "*/*",
                "Accept-Encoding": "identity",
                "Content-Type": "application/json",
            }
            if self._api_key:
                headers["Authorization"] = f"Bearer {self._api_key}"
            try:
                self._client = Client(self._url, headers, timeouts=self._timeouts, connections=self._connections)
            except ValueError as error:  # a name that IDNA cannot write, for one
                raise ConnectError(str(error)) from error
        return self._client.post(body)


async def _settle(response: Response) -> None:
    """Take the end of the body after its last event: only then can the connection be used again."""
    with suppress(TimeoutError):
        async with asyncio.timeout(SETTLE_S):
            await response.drain(SETTLE_BYTES)


async def _read_error(response: Response) -> bytes:
    body = bytearray()
    with suppress(HttpError, TimeoutError):  # the status says enough
        async with asyncio.timeout(ERROR_BODY_TIMEOUT_S):
            while len(body) <= MAX_ERROR_BYTES and (chunk := await response.more()) is not None:
                body += chunk
    return bytes(body[:MAX_ERROR_BYTES])


def _request_id(response: Response) -> str | None:
    value: str | None = response.headers.get("x-request-id")
    return value[:LONGEST_REQUEST_ID] if value else None


def _media_type(response: Response) -> str:
    named: str = response.headers.get("content-type", "")
    return named.partition(";")[0].strip().lower()


def _endpoint(base_url: str) -> tuple[str, str]:
    """The address of chat completions, and the host as messages name it."""
    check_base_url(base_url)
    parts = urlsplit(base_url)
    path = parts.path.rstrip("/") + "/chat/completions"
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, "")), parts.netloc


def _usable(api_key: str | None) -> str | None:
    key = (api_key or "").strip()
    if not (key.isascii() and key.isprintable()):
        raise PressrunError(Code.INVALID, "an API key is one line of ASCII characters")
    return key or None

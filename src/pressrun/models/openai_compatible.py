"""A thin client for every server that speaks OpenAI's chat-completions format, over one shared session."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from urllib.parse import urlsplit, urlunsplit

import aiohttp

from pressrun.errors import Code, FailureCode, PressrunError
from pressrun.models.base_url import check_base_url
from pressrun.models.headers import pause_s
from pressrun.models.openai_stream import StreamReader
from pressrun.models.openai_wire import LONGEST_REQUEST_ID, read_answer, request_body
from pressrun.models.provider import Answer, Provider, Question
from pressrun.models.refusals import Peer, refused, shorten

MAX_ANSWER_BYTES = 4 * 2**20
MAX_ERROR_BYTES = 64 * 2**10
ERROR_BODY_TIMEOUT_S = 5.0
SETTLE_S = 0.25
OPENAI_HOST = "api.openai.com"


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: for a whole call, for connecting, and between two reads."""

    total_s: float = 120.0
    connect_s: float = 5.0
    idle_s: float = 120.0


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
        self._session: aiohttp.ClientSession | None = None

    async def complete(self, question: Question) -> Answer:
        peer = Peer(question.model, self._host, self._api_key)
        async with self._post(peer, question, stream=False) as response:
            body = await self._read(peer, response)
            return self._with_pause(read_answer(peer, body, _request_id(response)), response)

    async def stream(self, question: Question) -> AsyncGenerator[str | Answer]:
        peer = Peer(question.model, self._host, self._api_key)
        async with self._post(peer, question, stream=True) as response:
            if response.content_type == "application/json":  # it does not stream: take the answer as one piece
                body = await self._read(peer, response)
                answer = self._with_pause(read_answer(peer, body, _request_id(response)), response)
                yield answer.text
                yield answer
                return
            reader = StreamReader(peer, self._max_answer_bytes, _request_id(response))
            try:
                async for chunk in response.content.iter_any():
                    for piece in reader.feed(chunk):
                        yield piece
                    if reader.done:
                        await _settle(response)
                        break
            except aiohttp.ClientError:
                if not reader.finished:  # nothing is lost once the model has said that it is done
                    raise
            pieces, answer = reader.end()
            for piece in pieces:
                yield piece
            yield self._with_pause(answer, response)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _with_pause(self, answer: Answer, response: aiohttp.ClientResponse) -> Answer:
        wait_s = pause_s(response.headers, self._now_s())
        return answer if wait_s is None else replace(answer, pause_s=wait_s)

    @asynccontextmanager
    async def _post(self, peer: Peer, question: Question, *, stream: bool) -> AsyncIterator[aiohttp.ClientResponse]:
        body = request_body(question, stream=stream, max_tokens_field=self._max_tokens_field)
        try:
            async with self._open().post(self._url, data=body, allow_redirects=False) as response:
                if not 200 <= response.status < 300:
                    said = await _read_error(response)
                    raise refused(peer, response.status, said, response.headers, self._now_s())
                yield response
        except TimeoutError as error:
            outage = isinstance(error, aiohttp.ConnectionTimeoutError)
            what = self._timed_out(error)
            raise peer.failure(FailureCode.MODEL_TIMEOUT, what, retryable=True, outage=outage) from error
        except aiohttp.ClientPayloadError as error:
            what = f"broke off in the middle of its answer ({shorten(str(error))})"
            raise peer.failure(FailureCode.MODEL_UNAVAILABLE, what, retryable=True) from error
        except (aiohttp.ClientError, OSError) as error:
            what = f"could not be reached ({shorten(str(error)) or type(error).__name__})"
            outage = isinstance(error, aiohttp.ClientConnectorError)
            raise peer.failure(FailureCode.MODEL_UNAVAILABLE, what, retryable=True, outage=outage) from error

    def _timed_out(self, error: TimeoutError) -> str:
        if isinstance(error, aiohttp.ConnectionTimeoutError):
            return f"could not be reached within {self._timeouts.connect_s:g} s"
        if isinstance(error, aiohttp.SocketTimeoutError):
            return f"said nothing for {self._timeouts.idle_s:g} s"
        return f"did not finish its answer within {self._timeouts.total_s:g} s"

    async def _read(self, peer: Peer, response: aiohttp.ClientResponse) -> bytes:
        """The whole body; chunks are decompressed in bounded steps, so a bomb stops at the cap."""
        body = bytearray()
        async for chunk in response.content.iter_any():
            body += chunk
            if len(body) > self._max_answer_bytes:
                raise peer.too_large(self._max_answer_bytes)
        return bytes(body)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:  # a session belongs to the loop it was made in
            headers = {"Content-Type": "application/json", "Accept-Encoding": "identity", "User-Agent": "pressrun"}
            if self._api_key:
                headers["Authorization"] = f"Bearer {self._api_key}"
            limits = self._timeouts
            self._session = aiohttp.ClientSession(
                headers=headers,
                connector=aiohttp.TCPConnector(limit=self._connections),
                timeout=aiohttp.ClientTimeout(
                    total=limits.total_s,
                    sock_connect=limits.connect_s,
                    # Two timers for every call, and for nothing where the whole may take no longer than a silence.
                    sock_read=limits.idle_s if limits.idle_s < limits.total_s else None,
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
            )
        return self._session


async def _settle(response: aiohttp.ClientResponse) -> None:
    """Take the end of the body after its last event: only then can the connection be used again."""
    with suppress(TimeoutError):
        async with asyncio.timeout(SETTLE_S):
            while not response.content.at_eof():
                await response.content.readany()


async def _read_error(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    with suppress(aiohttp.ClientError, OSError):  # the status says enough; a TimeoutError is an OSError
        async with asyncio.timeout(ERROR_BODY_TIMEOUT_S):
            async for chunk in response.content.iter_any():
                body += chunk
                if len(body) > MAX_ERROR_BYTES:
                    break
    return bytes(body[:MAX_ERROR_BYTES])


def _request_id(response: aiohttp.ClientResponse) -> str | None:
    value = response.headers.get("x-request-id")
    return value[:LONGEST_REQUEST_ID] if value else None


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

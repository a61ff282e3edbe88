"""One request for a chat or a completion, answered and paid for."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, field

import msgspec
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from pressrun.agents.outcome import Call
from pressrun.api import paid_calls, problems, wire
from pressrun.api.chat_wire import JSON, Wire
from pressrun.api.generate import refused, too_long
from pressrun.api.leaving import unless_gone
from pressrun.api.silences import KEEP_ALIVE, with_silences
from pressrun.api.state import system_of
from pressrun.chat.choices import choices
from pressrun.chat.conversation import Conversation, Ended, Told
from pressrun.errors import PressrunError, RunFailure
from pressrun.jobs.spending import Spender
from pressrun.models.provider import Usage
from pressrun.organizations.keys import Key
from pressrun.store.store import Store
from pressrun.telemetry import log
from pressrun.telemetry.events import ServerEvent

FIRST_S = 10.0
"""How long a stream waits for its first piece, so that what fails before it fails as any request does."""

CHATS = "chat"
"""Under which name calls of chats and completions stand in the books, in place of an agent's id."""

DONE = b"data: [DONE]\n\n"

Numbered = tuple[int, Told]
Ending = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Books:
    """The model calls of one request, by the agent they were made for, or by CHATS for the chat itself."""

    calls: dict[str, list[Call]] = field(default_factory=dict)

    def of(self, agent_id: str = CHATS) -> list[Call]:
        """The list to append calls to."""
        return self.calls.setdefault(agent_id, [])

    async def count(self, store: Store, key: Key) -> None:
        """Put all calls into counters and books, once."""
        for agent_id, calls in self.calls.items():
            await paid_calls.count(store, Spender(key.organization_id, agent_id, key_id=key.id), calls)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be answered: `count` times, in pieces if it is to `stream`, with the usage in the end of these."""

    conversation: Conversation
    count: int
    stream: bool
    include_usage: bool


class Answering:
    """Answers by `wire`; every model call made for it is counted, however it ends."""

    def __init__(self, request: Request, key: Key, wanted: Wanted, books: Books, wire: Wire) -> None:
        system = system_of(request)
        self._request = request
        self._key = key
        self._wanted = wanted
        self._books = books
        self._wire = wire
        self._store = system.store
        self._most_s = system.settings.generate_timeout_s
        self._silent_s = system.settings.keep_alive_s
        self._ends_s = time.monotonic() + self._most_s
        self._provider = system.catalog.provider_for(key.organization_id)

    async def response(self) -> Response:
        """The answer; raises PressrunError for what fails before anything is sent."""
        try:
            return await (self._streamed() if self._wanted.stream else self._whole())
        except TimeoutError:
            raise too_long(self._most_s) from None
        except RunFailure as failure:
            raise refused(failure) from failure

    def _told(self) -> AsyncGenerator[Numbered, None]:
        return choices(self._wanted.conversation, self._wanted.count, self._provider, self._books.of(), time.monotonic)

    async def _whole(self) -> Response:
        try:
            answers = await unless_gone(self._request, self._collected(), self._most_s)
        finally:
            await asyncio.shield(self._count())
        return wire.answer(self._wire.whole(answers))

    async def _collected(self) -> list[Ended]:
        async with aclosing(self._told()) as told:
            ended = {number: one async for number, one in told if isinstance(one, Ended)}
        return [one for _, one in sorted(ended.items())]

    async def _streamed(self) -> Response:
        told = self._told()
        first = asyncio.ensure_future(anext(told))

        async def end() -> None:
            first.cancel()
            await asyncio.gather(first, return_exceptions=True)
            await told.aclose()
            await self._count()

        try:
            await unless_gone(self._request, _settled(first), self._most_s)
            if first.done():
                first.result()
        except BaseException:
            await asyncio.shield(end())
            raise
        return _Stream(self._events(first, told), end)

    async def _events(
        self, first: "asyncio.Future[Numbered]", told: AsyncGenerator[Numbered, None]
    ) -> AsyncGenerator[bytes, None]:
        usage = Usage()
        opened: set[int] = set()
        try:
            async with aclosing(_led(first, told)) as all_told:
                async for one in with_silences(all_told, self._silent_s, self._ends_s - time.monotonic()):
                    if one is None:
                        yield KEEP_ALIVE
                        continue
                    number, piece = one
                    if number not in opened and (opening := self._wire.opening(number)) is not None:
                        yield _event(opening)
                    opened.add(number)
                    for each in self._wire.pieces(number, piece):
                        yield _event(each)
                    if isinstance(piece, Ended):
                        usage += piece.usage
            await asyncio.shield(self._count())  # who has heard the end may look at the books
            if self._wanted.include_usage and (closing := self._wire.closing(usage)) is not None:
                yield _event(closing)
            yield DONE
        except (TimeoutError, RunFailure, PressrunError) as error:
            await asyncio.shield(self._count())
            yield _failed(self._refusal(error))

    def _refusal(self, error: Exception) -> PressrunError:
        if isinstance(error, RunFailure):
            log.warn(ServerEvent.STREAM_FAILED, error_code=error.code, error=error.message)
            return refused(error)
        return error if isinstance(error, PressrunError) else too_long(self._most_s)

    async def _count(self) -> None:
        await self._books.count(self._store, self._key)


class _Stream(StreamingResponse):
    """Events, after which everything is ended, whether the client has heard them or not."""

    def __init__(self, events: AsyncGenerator[bytes, None], end: Ending) -> None:
        super().__init__(events, media_type="text/event-stream", headers={"x-accel-buffering": "no"})
        self._events = events
        self._end = end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            await asyncio.shield(self._ended())

    async def _ended(self) -> None:
        await self._events.aclose()
        await self._end()


async def _settled(first: "asyncio.Future[Numbered]") -> None:
    await asyncio.wait({first}, timeout=FIRST_S)


async def _led(
    first: "asyncio.Future[Numbered]", told: AsyncGenerator[Numbered, None]
) -> AsyncGenerator[Numbered, None]:
    """Everything told, the first of which is under way already."""
    with suppress(StopAsyncIteration):
        yield await first
    async for one in told:
        yield one


def _event(data: JSON) -> bytes:
    """One server-sent event; without an `event:` line, which Writer's clients would drop."""
    return b"data: " + msgspec.json.encode(data) + b"\n\n"


def _failed(error: PressrunError) -> bytes:
    """What is said of a failure once the stream has begun: a refusal's body, for the clients of both."""
    return b"event: error\ndata: " + msgspec.json.encode(problems.body(error, openai=True)) + b"\n\n"

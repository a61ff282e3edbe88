"""Questions about graphs over HTTP: answered by a model, whole or as it writes; or passages alone."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response
from starlette.responses import StreamingResponse

from pressrun.agents.outcome import Call
from pressrun.api import graph_wire, paid_calls, problems, wire
from pressrun.api.access import require
from pressrun.api.generate import refused, too_long
from pressrun.api.graph_schemas import AnswerShape, FoundPage, QuestionRequest, SearchRequest
from pressrun.api.json_body import Fields, read_object
from pressrun.api.leaving import unless_gone
from pressrun.api.request_schemas import body_of
from pressrun.api.schemas import errors
from pressrun.api.silences import KEEP_ALIVE, with_silences
from pressrun.api.state import system_of
from pressrun.chat.counted_provider import CountedProvider
from pressrun.errors import RunFailure
from pressrun.jobs.spending import Spender
from pressrun.knowledge.answers import DEFAULT_PASSAGE_TOKENS, GraphAnswer, GraphQuestion, QueryConfig
from pressrun.knowledge.budget import passage_tokens
from pressrun.knowledge.questions import ask, search_of, stream
from pressrun.knowledge.search import search
from pressrun.models.provider import Provider
from pressrun.organizations.keys import Key, Scope
from pressrun.system import System
from pressrun.telemetry import log
from pressrun.telemetry.events import ServerEvent

router = APIRouter(prefix="/v1/graphs", tags=["graphs"])

RESPONSES = errors(AnswerShape, 400, 401, 403, 404, 413, 429, 502, 504)
RESPONSES["2XX"]["content"]["text/event-stream"] = {"schema": {}}

NO_THRESHOLDS = QueryConfig(keyword_threshold=0.0, semantic_threshold=0.0)
QUESTIONS = "graphs"
"""Under which name calls for questions stand in the books, in place of an agent's id."""


@router.post("/question", responses=RESPONSES, openapi_extra=body_of(QuestionRequest), summary="Ask graphs a question")
async def question(request: Request) -> Response:
    """An answer from the passages of graphs, with what it rests on; `stream` sends it as events while it is written."""
    key = require(request, Scope.GRAPHS_READ)
    values, _ = await read_object(request)
    fields = Fields(values)
    asked = GraphQuestion(
        graph_wire.graph_ids_of(fields),
        graph_wire.text_of(fields, "question"),
        fields.take("subqueries", bool, "true or false", default=False),
        graph_wire.config_of(fields),
        fields.take("model", str, "the name of a model"),
    )
    streamed: bool = fields.take("stream", bool, "true or false", default=False)
    fields.done()
    system = system_of(request)
    await paid_calls.tokens_are_left(system.store, key.organization_id)
    asked = replace(asked, passage_tokens=await _passage_tokens(system, key, asked.model))
    answering = _Answering(system, key, asked)
    return await (answering.streamed(request) if streamed else answering.whole(request))


@router.post(
    "/search",
    responses=errors(FoundPage, 400, 401, 403, 404),
    openapi_extra=body_of(SearchRequest),
    summary="Find passages of graphs",
)
async def find_passages(request: Request) -> Response:
    """The passages that answer a question best, without a model."""
    key = require(request, Scope.GRAPHS_READ)
    values, _ = await read_object(request)
    fields = Fields(values)
    graph_ids = graph_wire.graph_ids_of(fields)
    text = graph_wire.text_of(fields, "query")
    limit = fields.whole("limit", 1, 60, 10) or 10
    config = replace(graph_wire.config_of(fields, NO_THRESHOLDS), max_snippets=limit)
    fields.done()
    knowledge = system_of(request).knowledge
    found = await search(knowledge, key.organization_id, graph_ids, search_of(config, text))
    return wire.answer({"data": [graph_wire.found(one) for one in found], "search": knowledge.search})


async def _passage_tokens(system: System, key: Key, name: str | None) -> int:
    try:
        model = await system.catalog.resolve(key.organization_id, name)
    except RunFailure:
        return DEFAULT_PASSAGE_TOKENS  # asking it says what is wrong
    return passage_tokens(model, await system.catalog.terms_of(model))


class _Answering:
    def __init__(self, system: System, key: Key, asked: GraphQuestion) -> None:
        self._system = system
        self._spender = Spender(key.organization_id, QUESTIONS, key_id=key.id)
        self._organization_id = key.organization_id
        self._asked = asked
        self._calls: list[Call] = []
        provider = system.catalog.provider_for(key.organization_id)
        self._provider: Provider = CountedProvider(provider, "question", self._calls, time.monotonic)

    async def whole(self, request: Request) -> Response:
        most_s = self._system.settings.generate_timeout_s
        try:
            asking = ask(self._system.knowledge, self._provider, self._organization_id, self._asked)
            answer = await unless_gone(request, asking, most_s)
        except TimeoutError:
            raise too_long(most_s) from None
        except RunFailure as failure:
            raise refused(failure) from failure
        finally:
            await self._count()
        return wire.answer(answer.as_data())

    async def streamed(self, request: Request) -> Response:
        """The status is sent with the first piece, so that what fails before it fails as any request does."""
        most_s = self._system.settings.generate_timeout_s
        pieces = stream(self._system.knowledge, self._provider, self._organization_id, self._asked)
        begun = False
        try:
            first = await unless_gone(request, _first(pieces), most_s)
            begun = True
        except TimeoutError:
            raise too_long(most_s) from None
        except RunFailure as failure:
            raise refused(failure) from failure
        finally:
            if not begun:  # else it is counted at the end
                await asyncio.shield(self._count())
        headers = {"x-accel-buffering": "no"}
        return StreamingResponse(self._events(first, pieces), media_type="text/event-stream", headers=headers)

    async def _events(
        self, first: str | GraphAnswer, pieces: AsyncGenerator[str | GraphAnswer, None]
    ) -> AsyncIterator[bytes]:
        try:
            async with aclosing(pieces):
                yield self._event(first)
                async for piece in with_silences(pieces, self._system.settings.keep_alive_s):
                    yield KEEP_ALIVE if piece is None else self._event(piece)
            yield b"data: [DONE]\n\n"
        except RunFailure as failure:
            log.warn(ServerEvent.STREAM_FAILED, error_code=failure.code, error=failure.message)
            yield b"event: error\ndata: " + msgspec.json.encode(problems.body(refused(failure))) + b"\n\n"
        finally:
            await asyncio.shield(self._count())

    def _event(self, piece: str | GraphAnswer) -> bytes:
        """A piece of the answer; the last event has no text, and all that it rests on."""
        if isinstance(piece, GraphAnswer):
            data: dict[str, Any] = {**piece.as_data(), "answer": ""}
        else:
            data = {"question": self._asked.question, "answer": piece, "sources": [], "subqueries": []}
        return b"data: " + msgspec.json.encode({"data": data}) + b"\n\n"

    async def _count(self) -> None:
        await paid_calls.count(self._system.store, self._spender, self._calls)


async def _first(pieces: AsyncGenerator[str | GraphAnswer, None]) -> str | GraphAnswer:
    return await anext(pieces)

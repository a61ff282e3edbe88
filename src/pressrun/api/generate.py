"""Generating at once: the answer in the response, whole or piece by piece."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response
from starlette.responses import StreamingResponse

from pressrun.agents.definition import AgentDefinition
from pressrun.agents.inputs import check
from pressrun.agents.outcome import Call, Result
from pressrun.agents.run import Values, check_fan_out, run
from pressrun.agents.stream import stream
from pressrun.api import problems, wire
from pressrun.api.access import require
from pressrun.api.json_body import Fields, read_object
from pressrun.api.request_schemas import GenerateRequest, body_of
from pressrun.api.schemas import Generated, errors
from pressrun.api.state import system_of
from pressrun.errors import Code, PressrunError, Problem, RunFailure
from pressrun.jobs import model_calls, spending
from pressrun.jobs.admission import tokens_spent
from pressrun.jobs.spending import Spender
from pressrun.jobs.usage import usage
from pressrun.models.provider import Provider
from pressrun.organizations.keys import Scope
from pressrun.store.store import Transaction
from pressrun.system import System
from pressrun.telemetry import log
from pressrun.telemetry.events import ServerEvent

router = APIRouter(prefix="/v1/applications", tags=["agents"])

RESPONSES = errors(Generated, 400, 401, 403, 404, 413, 429, 502, 504)
RESPONSES["2XX"]["content"] = {"text/event-stream": {"schema": {}}}

KEEP_ALIVE_S = 15.0
"""Silence after which a stream says that it lives; proxies cut silent ones."""


@router.post(
    "/{application_id}",
    responses=RESPONSES,
    openapi_extra=body_of(GenerateRequest),
    summary="Generate content at once",
)
async def generate(request: Request, application_id: str) -> Response:
    """Run the deployed version and answer with its text; `stream` sends the text as events while it is written."""
    key = require(request, Scope.JOBS_WRITE)
    values, _ = await read_object(request)
    fields = Fields(values)
    streamed: bool = fields.take("stream", bool, "true or false", default=False)
    fan_out: bool | None = fields.take("fan_out", bool, "true or false")
    if "inputs" not in values:
        fields.fault("inputs", "inputs is required: a list of {id, value}")
    fields.done()
    system = system_of(request)
    await _tokens_are_left(system, key.organization_id)
    agent, definition = await system.deployed.find(key.organization_id, application_id)
    run_values = check(definition, values.get("inputs"))
    if fan_out is None:
        fan_out = definition.settings.fan_out
    if fan_out:
        check_fan_out(definition)
    provider = system.catalog.provider_for(key.organization_id)
    spender = Spender(key.organization_id, agent.id, key_id=key.id)
    generation = _Generation(request, spender, definition, run_values, provider, fan_out)
    return await (generation.streamed() if streamed else generation.whole())


async def _tokens_are_left(system: System, organization_id: str) -> None:
    used = await system.store.read(lambda tx: usage(tx, organization_id))
    if used.most_tokens is not None and used.tokens_today >= used.most_tokens:
        raise tokens_spent(used.most_tokens)


class _Generation:
    def __init__(
        self,
        request: Request,
        spender: Spender,
        definition: AgentDefinition,
        values: Values,
        provider: Provider,
        fan_out: bool,
    ) -> None:
        self._store = system_of(request).store
        self._timeout_s = system_of(request).settings.generate_timeout_s
        self._spender = spender
        self._definition = definition
        self._values = values
        self._provider = provider
        self._fan_out = fan_out
        self._calls: list[Call] = []

    async def whole(self) -> Response:
        try:
            async with asyncio.timeout(self._timeout_s):
                result = await run(self._definition, self._values, self._provider, self._calls, fan_out=self._fan_out)
        except TimeoutError:
            raise self._too_long() from None
        except RunFailure as failure:
            raise refused(failure) from failure
        finally:
            await self._count()
        parts = {} if result.results is None else {"results": result.results}
        return wire.answer({"title": result.title, "suggestion": result.suggestion, **parts})

    async def streamed(self) -> Response:
        """The status is sent with the first piece, so that what fails before it fails as any request does."""
        pieces = stream(self._definition, self._values, self._provider, self._calls, fan_out=self._fan_out)
        try:
            async with asyncio.timeout(self._timeout_s):
                first = await anext(pieces)
        except TimeoutError:
            await self._count()
            raise self._too_long() from None
        except RunFailure as failure:
            await self._count()
            raise refused(failure) from failure
        return StreamingResponse(self._events(first, pieces), media_type="text/event-stream")

    async def _events(self, first: str | Result, pieces: AsyncGenerator[str | Result, None]) -> AsyncIterator[bytes]:
        title = self._definition.output.title
        try:
            async with aclosing(pieces):
                yield _chunk(title, first)
                async for piece in _with_silences(pieces):
                    yield b": keep-alive\n\n" if piece is None else _chunk(title, piece)
            yield b"data: [DONE]\n\n"
        except RunFailure as failure:
            log.warn(ServerEvent.STREAM_FAILED, error_code=failure.code, error=failure.message)
            error = problems.body(refused(failure))
            yield b"event: error\ndata: " + msgspec.json.encode(error) + b"\n\n"
        finally:
            await asyncio.shield(self._count())

    async def _count(self) -> None:
        calls = [call.as_counted() for call in self._calls]
        self._calls.clear()

        async def work(tx: Transaction) -> None:
            await model_calls.count(tx, [(self._spender.organization_id, call) for call in calls])
            await spending.record(tx, [(self._spender, call) for call in calls])

        if calls:
            await self._store.write(work)

    def _too_long(self) -> PressrunError:
        return PressrunError(
            Code.TIMEOUT, f"the text was not done after {self._timeout_s:g} seconds; create a job for long work"
        )


def refused(failure: RunFailure) -> PressrunError:
    """A failed run as a refusal of the request that asked for it."""
    retry_after_s = (failure.retry_after_s or 1.0) if failure.retryable else None
    problem = Problem(failure.message, {"error_code": failure.code})
    return PressrunError(Code.MODEL_FAILED, problem, retry_after_s=retry_after_s)


async def _with_silences(pieces: AsyncGenerator[str | Result, None]) -> AsyncIterator[str | Result | None]:
    """The pieces, and a None for every KEEP_ALIVE_S of silence between them."""
    upcoming: asyncio.Task[Any] = asyncio.ensure_future(anext(pieces, None))
    try:
        while True:
            done, _ = await asyncio.wait({upcoming}, timeout=KEEP_ALIVE_S)
            if not done:
                yield None
                continue
            piece = upcoming.result()
            if piece is None:
                return
            yield piece
            upcoming = asyncio.ensure_future(anext(pieces, None))
    finally:
        upcoming.cancel()
        await asyncio.gather(upcoming, return_exceptions=True)


def _chunk(title: str, piece: str | Result) -> bytes:
    """One server-sent event; without an `event:` line, which Writer's clients would drop."""
    delta = {"title": title, "content": "" if isinstance(piece, Result) else piece}
    return b"data: " + msgspec.json.encode({"delta": delta}) + b"\n\n"

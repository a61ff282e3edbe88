"""Generating at once: the answer in the response, whole or piece by piece."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response
from starlette.responses import StreamingResponse

from pressrun.agents.context import Context, GraphContext
from pressrun.agents.definition import AgentDefinition
from pressrun.agents.outcome import Call, Result
from pressrun.agents.run import Values, check_fan_out, run
from pressrun.agents.stream import stream
from pressrun.agents.submit import checked
from pressrun.api import paid_calls, problems, wire
from pressrun.api.access import require
from pressrun.api.json_body import Fields, read_object
from pressrun.api.leaving import unless_gone
from pressrun.api.request_schemas import GenerateRequest, body_of
from pressrun.api.schemas import Generated, errors
from pressrun.api.silences import KEEP_ALIVE, with_silences
from pressrun.api.state import system_of
from pressrun.errors import Code, FailureCode, PressrunError, Problem, RunFailure
from pressrun.jobs.spending import Spender
from pressrun.models.provider import Provider
from pressrun.organizations.keys import Scope
from pressrun.telemetry import log
from pressrun.telemetry.events import ServerEvent

router = APIRouter(prefix="/v1/applications", tags=["agents"])

OF_FILES = frozenset(
    {
        FailureCode.FILE_MISSING,
        FailureCode.INPUT_REFUSED,
        FailureCode.PARSE_LIMIT,
        FailureCode.UNREADABLE_FILE,
        FailureCode.URL_FAILED,
    }
)
"""Failures that are the request's: a file in it cannot be used."""

RESPONSES = errors(Generated, 400, 401, 403, 404, 413, 429, 502, 504)
RESPONSES["2XX"]["content"]["text/event-stream"] = {"schema": {}}


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
    await paid_calls.tokens_are_left(system.store, key.organization_id)
    agent, definition = await system.deployed.find(key.organization_id, application_id)
    run_values = await checked(system.attachments, key.organization_id, definition, values.get("inputs"))
    if fan_out is None:
        fan_out = definition.settings.fan_out
    if fan_out:
        check_fan_out(definition)
    provider = system.catalog.provider_for(key.organization_id)
    context = GraphContext(system.knowledge, system.catalog, key.organization_id)
    try:
        attached = await system.attachments.attach(key.organization_id, definition, run_values, provider)
    except RunFailure as failure:
        raise refused(failure) from failure
    spender = Spender(key.organization_id, agent.id, key_id=key.id)
    generation = _Generation(request, spender, definition, attached.values, attached.provider, fan_out, context)
    return await (generation.streamed() if streamed else generation.whole())


class _Generation:
    def __init__(
        self,
        request: Request,
        spender: Spender,
        definition: AgentDefinition,
        values: Values,
        provider: Provider,
        fan_out: bool,
        context: Context,
    ) -> None:
        self._request = request
        self._store = system_of(request).store
        self._timeout_s = system_of(request).settings.generate_timeout_s
        self._silent_s = system_of(request).settings.keep_alive_s
        self._spender = spender
        self._definition = definition
        self._values = values
        self._provider = provider
        self._fan_out = fan_out
        self._context = context
        self._calls: list[Call] = []

    async def whole(self) -> Response:
        try:
            running = run(
                self._definition,
                self._values,
                self._provider,
                self._calls,
                fan_out=self._fan_out,
                context=self._context,
            )
            result = await unless_gone(self._request, running, self._timeout_s)
        except TimeoutError:
            raise too_long(self._timeout_s) from None
        except RunFailure as failure:
            raise refused(failure) from failure
        finally:
            await asyncio.shield(self._count())
        parts: dict[str, Any] = {} if result.results is None else {"results": result.results}
        if result.sources is not None:
            parts["sources"] = [one.as_data() for one in result.sources]
        return wire.answer({"title": result.title, "suggestion": result.suggestion, **parts})

    async def streamed(self) -> Response:
        """The status is sent with the first piece, so that what fails before it fails as any request does."""
        pieces = stream(
            self._definition,
            self._values,
            self._provider,
            self._calls,
            fan_out=self._fan_out,
            context=self._context,
        )
        try:
            async with asyncio.timeout(self._timeout_s):
                first = await anext(pieces)
        except TimeoutError:
            await self._count()
            raise too_long(self._timeout_s) from None
        except RunFailure as failure:
            await self._count()
            raise refused(failure) from failure
        return StreamingResponse(self._events(first, pieces), media_type="text/event-stream")

    async def _events(self, first: str | Result, pieces: AsyncGenerator[str | Result, None]) -> AsyncIterator[bytes]:
        title = self._definition.output.title
        try:
            async with aclosing(pieces):
                yield _chunk(title, first)
                async for piece in with_silences(pieces, self._silent_s):
                    yield KEEP_ALIVE if piece is None else _chunk(title, piece)
            yield b"data: [DONE]\n\n"
        except RunFailure as failure:
            log.warn(ServerEvent.STREAM_FAILED, error_code=failure.code, error=failure.message)
            error = problems.body(refused(failure))
            yield b"event: error\ndata: " + msgspec.json.encode(error) + b"\n\n"
        finally:
            await asyncio.shield(self._count())

    async def _count(self) -> None:
        await paid_calls.count(self._store, self._spender, self._calls)


def too_long(most_s: float) -> PressrunError:
    """The refusal of a request whose text takes longer than it may."""
    return PressrunError(Code.TIMEOUT, f"the text was not done after {most_s:g} seconds; create a job for long work")


def refused(failure: RunFailure) -> PressrunError:
    """A failed run as a refusal of the request that asked for it."""
    if failure.code in OF_FILES:
        return PressrunError(Code.INVALID, Problem(failure.message, {"error_code": failure.code}))
    if failure.code == FailureCode.FILE_NOT_READY:
        return PressrunError(Code.UNAVAILABLE, failure.message, retry_after_s=failure.retry_after_s)
    retry_after_s = (failure.retry_after_s or 1.0) if failure.retryable else None
    problem = Problem(failure.message, {"error_code": failure.code})
    return PressrunError(Code.MODEL_FAILED, problem, retry_after_s=retry_after_s)


def _chunk(title: str, piece: str | Result) -> bytes:
    """One server-sent event; without an `event:` line, which Writer's clients would drop."""
    delta = {"title": title, "content": "" if isinstance(piece, Result) else piece}
    return b"data: " + msgspec.json.encode({"delta": delta}) + b"\n\n"

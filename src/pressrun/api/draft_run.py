"""A draft is tried out: what its prompts ask and what comes back, as server-sent events while it happens."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any

import msgspec
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel
from starlette.responses import StreamingResponse

from pressrun.agents import check
from pressrun.agents.agent import Agent, find_agent
from pressrun.agents.context import GraphContext
from pressrun.agents.definition import AgentDefinition
from pressrun.agents.drafts import draft_of
from pressrun.agents.outcome import Call
from pressrun.agents.run import Values, check_fan_out
from pressrun.agents.submit import checked
from pressrun.agents.told_run import Begun, Ended, Heard, Told, told_run
from pressrun.api import asked_wire, paid_calls, problems
from pressrun.api.access import require
from pressrun.api.asked_wire import DraftRunDelta, DraftRunPrompt, DraftRunResult
from pressrun.api.generate import refused, too_long
from pressrun.api.json_body import Fields, read_object
from pressrun.api.known_graphs import unknown_graphs
from pressrun.api.known_models import unknown_models
from pressrun.api.request_schemas import DraftRunRequest, body_of
from pressrun.api.schemas import ErrorBody, streams
from pressrun.api.silences import KEEP_ALIVE, with_silences
from pressrun.api.state import system_of
from pressrun.errors import Code, PressrunError, Problem, RunFailure
from pressrun.jobs.spending import Spender
from pressrun.organizations.keys import Key, Scope
from pressrun.system import System

router = APIRouter(prefix="/v1/applications", tags=["agents"])

EVENTS: dict[str, type[BaseModel]] = {
    "prompt": DraftRunPrompt,
    "delta": DraftRunDelta,
    "result": DraftRunResult,
    "problem": ErrorBody,
}


@router.post(
    "/{application_id}/draft/run",
    responses=streams(EVENTS, 400, 401, 403, 404, 413, 429),
    openapi_extra=body_of(DraftRunRequest),
    summary="Try out a draft",
)
async def run_draft(request: Request, application_id: str) -> Response:
    """Run the draft, or the `definition` sent along, at once: events `prompt`, `delta`, then `result` or `problem`.

    Nothing is stored but what it cost; closing the connection ends the model's call.
    """
    key = require(request, Scope.AGENTS_WRITE)
    values, _ = await read_object(request)
    fields = Fields(values)
    fan_out: bool | None = fields.take("fan_out", bool, "true or false")
    given: dict[str, Any] | None = fields.take("definition", dict, "an agent's definition")
    fields.take("inputs", object, "a list of {id, value}")
    if "inputs" not in values:
        fields.fault("inputs", "inputs is required: a list of {id, value}")
    fields.done(closed=True)
    system = system_of(request)
    agent = await system.store.read(lambda tx: find_agent(tx, key.organization_id, application_id))
    definition = draft_of(agent) if given is None else check.check(given)
    run_values = await _checked(system, key, definition, values["inputs"])
    if fan_out is None:
        fan_out = definition.settings.fan_out
    if fan_out:
        check_fan_out(definition)
    await paid_calls.tokens_are_left(system.store, key.organization_id)
    events = _events(system, key, agent, told=(definition, run_values, fan_out))
    return StreamingResponse(events, media_type="text/event-stream", headers={"x-accel-buffering": "no"})


async def _checked(system: System, key: Key, definition: AgentDefinition, given: object) -> Values:
    """The values of the inputs; raises PressrunError (invalid) with everything that keeps the draft from running."""
    faults: list[Problem] = []
    values: Values = {}
    try:
        values = await checked(system.attachments, key.organization_id, definition, given)
    except PressrunError as error:
        faults += error.problems
    faults += await unknown_models(system.catalog, key.organization_id, definition)
    faults += await unknown_graphs(system.store, key.organization_id, definition)
    if faults:
        raise PressrunError(Code.INVALID, faults)
    return values


async def _events(
    system: System, key: Key, agent: Agent, told: tuple[AgentDefinition, Values, bool]
) -> AsyncIterator[bytes]:
    definition, values, fan_out = told
    most_s = system.settings.generate_timeout_s
    calls: list[Call] = []
    started = time.monotonic()
    provider = system.catalog.provider_for(key.organization_id)
    context = GraphContext(system.knowledge, system.catalog, key.organization_id)
    try:
        attached = await system.attachments.attach(key.organization_id, definition, values, provider)
        values, provider = attached.values, attached.provider
        async with aclosing(told_run(definition, values, provider, calls, fan_out=fan_out, context=context)) as run:
            async for one in with_silences(run, system.settings.keep_alive_s, most_s):
                yield KEEP_ALIVE if one is None else _event(one, time.monotonic() - started)
    except TimeoutError:
        yield _as_event("problem", problems.body(too_long(most_s)))
    except RunFailure as failure:
        yield _as_event("problem", problems.body(refused(failure)))
    finally:
        spender = Spender(key.organization_id, agent.id, key_id=key.id)
        await asyncio.shield(paid_calls.count(system.store, spender, calls))


def _event(one: Told, duration_s: float) -> bytes:
    match one:
        case Begun(part, prompt, model):
            return _as_event("prompt", {"part": part, "prompt": prompt, "model": model})
        case Heard(part, prompt, text):
            return _as_event("delta", {"part": part, "prompt": prompt, "text": text})
        case Ended():
            return _as_event("result", asked_wire.draft_result(one, duration_s))


def _as_event(name: str, data: Mapping[str, Any]) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + msgspec.json.encode(data) + b"\n\n"

"""The jobs of all agents over HTTP."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from pressrun.agents.agent import find_agent
from pressrun.api import wire
from pressrun.api.access import require
from pressrun.api.batch_schemas import Tokens
from pressrun.api.excerpts import inputs_excerpt, output_excerpt
from pressrun.api.pages import size_of, storable
from pressrun.api.schemas import Shape, errors
from pressrun.api.state import system_of
from pressrun.batches import read as batches
from pressrun.errors import Code, PressrunError, Problem
from pressrun.jobs import listing
from pressrun.jobs.ingest import lane_of
from pressrun.jobs.job import Kind, State
from pressrun.jobs.listing import SINGLE, Filter, JobLine
from pressrun.money import dollars
from pressrun.organizations.keys import Scope
from pressrun.store.clock import microseconds
from pressrun.store.store import Transaction

router = APIRouter(tags=["jobs"])

DEFAULT_LINES = 50
MOST_LINES = 500


class JobLineShape(Shape):
    """A job as lists show it: how its inputs and its text begin; `duration_ms` is that of its last attempt."""

    id: str
    application_id: str
    application_name: str | None
    agent_version: int
    state: Literal["queued", "running", "waiting", "completed", "failed", "cancelled"]
    created_at: str
    updated_at: str
    started_at: str | None
    completed_at: str | None
    duration_ms: int | None
    attempts: int
    generation: int
    error: str | None
    error_code: str | None
    cancel_requested: bool
    batch_id: str | None
    row: int | None
    reused_from: str | None
    inputs: dict[str, str]
    output: str | None
    usage: Tokens
    cost: float | None


class JobLines(Shape):
    """A page of jobs; `next` is what to go on `before`, null at the end. It may be short although more follow."""

    data: list[JobLineShape]
    has_more: bool
    next: str | None


@router.get("/v1/jobs", responses=errors(JobLines, 400, 401, 404), summary="List the jobs of all agents")
async def list_all_jobs(
    request: Request,
    state: Annotated[str, Query(description="One or more states, with commas between")] = "",
    application_id: str = "",
    batch_id: Annotated[str, Query(description="A batch, or `none`: jobs that belong to no batch")] = "",
    kind: Annotated[str, Query(description="`agent`: runs of agents; `ingest`: files and pages taken in")] = "agent",
    error_code: Annotated[str, Query(description="Jobs that failed with it; with `state` those that wait, too")] = "",
    accepted_from: Annotated[str, Query(alias="from", description="Accepted then or later, ISO 8601")] = "",
    accepted_to: Annotated[str, Query(alias="to", description="Accepted before then, ISO 8601")] = "",
    before: Annotated[str, Query(description="`next` of the page before")] = "",
    limit: str | None = None,
) -> Response:
    """Jobs of agents, the newest first, or those that take files in.

    A page may be short, or empty, although more follow: `has_more` tells.
    """
    key = require(request, Scope.JOBS_READ)
    size = size_of(limit, DEFAULT_LINES, MOST_LINES)
    problems: list[Problem] = []
    states = states_of(state, {*State}, problems)
    if kind not in set(Kind):
        problems.append(Problem(f"kind is agent or ingest, not {kind[:50]!r}", {"field": "kind"}))
    from_us, to_us = time_of("from", accepted_from, problems), time_of("to", accepted_to, problems)
    if problems:
        raise PressrunError(Code.INVALID, problems)
    batch = storable(batch_id)

    async def work(tx: Transaction) -> listing.Page:
        agent_id = (await find_agent(tx, key.organization_id, application_id)).id if application_id else ""
        if kind == Kind.INGEST:
            agent_id = agent_id or lane_of(key.organization_id)
        if batch and batch != SINGLE:
            await batches.find_or_fail(tx, key.organization_id, batch)
        wanted = Filter(frozenset(map(State, states)), agent_id, batch, storable(error_code), from_us, to_us)
        return await listing.page(tx, key.organization_id, wanted, before=storable(before), limit=size)

    found = await system_of(request).store.read(work)
    return wire.answer(
        {"data": [_line(one) for one in found.lines], "has_more": found.next is not None, "next": found.next}
    )


def states_of(text: str, known: set[str], problems: list[Problem]) -> list[str]:
    """States from a query, with commas between them."""
    states = [word.strip() for word in text.split(",") if word.strip()]
    unknown = [word for word in states if word not in known]
    if unknown:
        message = f"state is one or more of {', '.join(sorted(known))}, not {unknown[0][:50]!r}"
        problems.append(Problem(message, {"field": "state"}))
    return states


def time_of(name: str, text: str, problems: list[Problem]) -> int | None:
    """A time from a query, in microseconds since the epoch; without a zone it is in UTC."""
    if not text:
        return None
    try:
        return microseconds(datetime.fromisoformat(text.replace(" ", "+")))
    except (ValueError, OverflowError):
        message = f"{name} is a time such as 2026-11-25T10:00:00Z, or a day, not {text[:40]!r}"
        problems.append(Problem(message, {"field": name}))
        return None


def duration_ms(started_at: int | None, completed_at: int | None) -> int | None:
    """How long the last attempt took; None while it is not over, or where there was none."""
    return None if started_at is None or completed_at is None else max(0, completed_at - started_at) // 1000


def _line(one: JobLine) -> dict[str, Any]:
    return {
        "id": one.id,
        "application_id": one.agent_id,
        "application_name": one.agent_name,
        "agent_version": one.agent_version,
        "state": one.state,
        "created_at": wire.timestamp(one.created_at),
        "updated_at": wire.timestamp(one.updated_at),
        "started_at": wire.maybe_timestamp(one.started_at),
        "completed_at": wire.maybe_timestamp(one.completed_at),
        "duration_ms": duration_ms(one.started_at, one.completed_at),
        "attempts": one.attempts,
        "generation": one.generation,
        "error": one.error,
        "error_code": one.error_code,
        "cancel_requested": one.cancel_requested,
        "batch_id": one.batch_id or None,
        "row": one.batch_row,
        "reused_from": one.same_as if one.state == State.COMPLETED else None,
        "inputs": inputs_excerpt(one.inputs),
        "output": output_excerpt(one.result),
        "usage": {
            "prompt_tokens": one.prompt_tokens,
            "completion_tokens": one.completion_tokens,
            "total_tokens": one.prompt_tokens + one.completion_tokens,
        },
        "cost": dollars(one.cost),
    }

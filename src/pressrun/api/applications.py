"""Agents over HTTP, as Writer's applications: list and look at, make and change."""

from typing import Any, Literal

from fastapi import APIRouter, Request, Response

from pressrun.agents import drafts
from pressrun.agents.agent import Agent, find_agent, find_deployed
from pressrun.agents.definition import AgentDefinition, digest, to_json
from pressrun.agents.drafts import draft_of
from pressrun.agents.listing import DEFAULT_LIMIT, list_agents
from pressrun.api import wire
from pressrun.api.access import require
from pressrun.api.audited import write_audited
from pressrun.api.definition_body import read_definition
from pressrun.api.json_body import read_object
from pressrun.api.pages import number
from pressrun.api.request_schemas import body_of, definition_body
from pressrun.api.schemas import ApplicationPage, ApplicationShape, Deleted, errors
from pressrun.api.state import system_of
from pressrun.errors import Code, PressrunError, Problem
from pressrun.jobs import cancel
from pressrun.organizations.audit import Action
from pressrun.organizations.keys import Scope
from pressrun.store.store import Transaction
from pressrun.system import System

router = APIRouter(prefix="/v1/applications", tags=["agents"])

Order = Literal["asc", "desc"]

LONGEST_SEARCH = 200


async def shape(tx: Transaction, system: System, agent: Agent) -> dict[str, Any]:
    """An agent as Writer shows it, with the inputs of the version that runs."""
    if agent.deployed_version is None:
        return wire.application(agent, draft_of(agent))
    definition = await system.definitions.find(tx, agent.organization_id, agent.id, agent.deployed_version)
    return wire.application(agent, definition, digest(definition))


@router.get("", responses=errors(ApplicationPage, 400, 401), summary="List agents")
async def list_applications(
    request: Request,
    order: str | None = None,
    before: str | None = None,
    after: str | None = None,
    limit: str | None = None,
    type: str | None = None,  # noqa: A002 - Writer's name for it
    include: str | None = None,
    q: str | None = None,
) -> Response:
    """Deployed agents, newest first; `include=drafts` adds those that were never deployed.

    `q`: only those whose name or alias has these words, in this order, or whose id begins so.
    """
    key = require(request, Scope.AGENTS_READ)
    if order not in {None, "", "asc", "desc"}:
        raise PressrunError(Code.INVALID, Problem("order must be asc or desc", {"field": "order"}))
    if type not in {None, "", "generation"}:
        raise PressrunError(Code.INVALID, Problem("type must be generation", {"field": "type"}))
    system = system_of(request)

    async def work(tx: Transaction) -> dict[str, Any]:
        page = await list_agents(
            tx,
            key.organization_id,
            order="asc" if order == "asc" else "desc",
            after=after,
            before=before,
            limit=number("limit", limit, DEFAULT_LIMIT),
            include_drafts=include == "drafts",
            words=(q or "")[:LONGEST_SEARCH],
        )
        return {
            "data": [await shape(tx, system, agent) for agent in page.agents],
            "has_more": page.has_more,
            "first_id": page.first_id,
            "last_id": page.last_id,
        }

    return wire.answer(await system.store.read(work))


@router.get("/{application_id}", responses=errors(ApplicationShape, 401, 404), summary="Retrieve an agent")
async def get_application(request: Request, application_id: str, include: str | None = None) -> Response:
    """A deployed agent by id or alias; `include=drafts` finds one that was never deployed too."""
    key = require(request, Scope.AGENTS_READ)
    system = system_of(request)
    find = find_agent if include == "drafts" else find_deployed

    async def work(tx: Transaction) -> dict[str, Any]:
        return await shape(tx, system, await find(tx, key.organization_id, application_id))

    return wire.answer(await system.store.read(work))


@router.post(
    "",
    status_code=201,
    responses=errors(ApplicationShape, 400, 401, 403, 409),
    openapi_extra=definition_body(),
    summary="Create an agent",
)
async def create_application(request: Request, id: str | None = None) -> Response:  # noqa: A002 - its name on the wire
    """A new agent as a draft, from its definition in JSON or YAML."""
    key = require(request, Scope.AGENTS_WRITE)
    definition = await read_definition(request)
    agent = await write_audited(
        request,
        Action.AGENT_CREATED,
        lambda tx: drafts.add_agent(tx, key.organization_id, definition, id, saved_by=key.id),
        lambda made: made.id,
        name=definition.name,
    )
    return await _answer(request, agent, 201)


@router.patch(
    "/{application_id}",
    responses=errors(ApplicationShape, 400, 401, 403, 404, 409),
    openapi_extra=body_of(dict),
    summary="Change an agent's draft",
)
async def patch_application(request: Request, application_id: str) -> Response:
    """Replace some top-level fields of the draft; `null` removes one. What is deployed stays as it is.

    With `If-Match: "<digest>"` only if nobody changed the draft meanwhile; the answer's `ETag` is the new digest.
    """
    key = require(request, Scope.AGENTS_WRITE)
    changes, _ = await read_object(request)
    agent = await write_audited(
        request,
        Action.AGENT_CHANGED,
        lambda tx: drafts.patch_draft(
            tx, key.organization_id, application_id, changes, expected_digest(request), saved_by=key.id
        ),
        lambda changed: changed.id,
        fields=sorted(changes),
    )
    return await _answer(request, agent)


@router.get("/{application_id}/draft", responses=errors(AgentDefinition, 401, 403, 404), summary="Retrieve a draft")
async def get_draft(request: Request, application_id: str) -> Response:
    """The definition that will be deployed next, in the form it was applied."""
    key = require(request, Scope.AGENTS_WRITE)  # prompts are for those who edit them
    agent = await system_of(request).store.read(lambda tx: find_agent(tx, key.organization_id, application_id))
    headers = {"x-draft-digest": agent.draft_digest, **etag(agent)}
    return Response(to_json(draft_of(agent)), headers=headers, media_type="application/json")


@router.put(
    "/{application_id}/draft",
    responses=errors(ApplicationShape, 400, 401, 403, 404, 409),
    openapi_extra=definition_body(),
    summary="Replace a draft",
)
async def replace_draft(request: Request, application_id: str) -> Response:
    """The whole definition anew, in JSON or YAML; with `If-Match: <digest>` only if nobody changed it meanwhile."""
    key = require(request, Scope.AGENTS_WRITE)
    definition = await read_definition(request)
    agent = await write_audited(
        request,
        Action.AGENT_CHANGED,
        lambda tx: drafts.replace_draft(
            tx, key.organization_id, application_id, definition, expected_digest(request), saved_by=key.id
        ),
        lambda changed: changed.id,
    )
    return await _answer(request, agent)


@router.delete("/{application_id}", responses=errors(Deleted, 400, 401, 403, 404), summary="Delete an agent")
async def delete_application(request: Request, application_id: str, jobs: str | None = None) -> Response:
    """Nobody can run it any more; jobs already accepted finish on their versions, or are cancelled with `jobs=cancel`.

    Either way they stay readable under their ids.
    """
    key = require(request, Scope.AGENTS_WRITE)
    if jobs not in {None, "", "drain", "cancel"}:
        raise PressrunError(Code.INVALID, Problem("jobs must be drain or cancel", {"field": "jobs"}))
    store = system_of(request).store
    agent = await write_audited(
        request,
        Action.AGENT_DELETED,
        lambda tx: drafts.delete_agent(tx, key.organization_id, application_id, cancel_jobs=jobs == "cancel"),
        lambda deleted: deleted.id,
    )
    if jobs == "cancel":
        # The wish is stored with the deletion: should this process die now, upkeep goes on with it.
        while await store.write(lambda tx: cancel.cancel_of_agent(tx, key.organization_id, agent.id)):
            store.bells.ring("cancels")
        store.bells.ring("finished")
    return wire.answer({"id": agent.id, "deleted": True})


def expected_digest(request: Request) -> str | None:
    """The digest that the draft must still have, from `If-Match`; None for any."""
    told = (request.headers.get("if-match") or "").strip().removeprefix("W/").strip('"')
    return None if told in {"", "*"} else told


def etag(agent: Agent) -> dict[str, str]:
    """The header that names the draft as it is now, for the next `If-Match`."""
    return {"etag": f'"{agent.draft_digest}"'}


async def _answer(request: Request, agent: Agent, status: int = 200) -> Response:
    system = system_of(request)
    return wire.answer(await system.store.read(lambda tx: shape(tx, system, agent)), status, etag(agent))

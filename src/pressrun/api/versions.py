"""Deploying, and the versions that leaves."""

from typing import Any

from fastapi import APIRouter, Request, Response

from pressrun.agents import versions
from pressrun.agents.agent import find_agent
from pressrun.agents.definition import AgentDefinition, to_json
from pressrun.agents.drafts import draft_of
from pressrun.agents.lint import lint
from pressrun.api import wire
from pressrun.api.access import actor, require
from pressrun.api.applications import expected_digest, shape
from pressrun.api.json_body import Fields, read_object
from pressrun.api.known_graphs import unknown_graphs
from pressrun.api.known_models import unknown_models
from pressrun.api.request_schemas import DeployRequest, RollbackRequest, body_of
from pressrun.api.schemas import ApplicationShape, DeployedApplication, VersionPage, errors
from pressrun.api.state import system_of
from pressrun.errors import Code, PressrunError
from pressrun.organizations import audit
from pressrun.organizations.audit import Action
from pressrun.organizations.keys import Scope
from pressrun.store.store import Transaction

router = APIRouter(prefix="/v1/applications/{application_id}", tags=["agents"])


@router.post(
    "/deploy",
    responses=errors(DeployedApplication, 400, 401, 403, 404, 409),
    openapi_extra=body_of(DeployRequest, required=False),
    summary="Deploy an agent's draft",
)
async def deploy(request: Request, application_id: str) -> Response:
    """Make the draft the next version and run new jobs on it; `warnings` lists what looks unintended.

    With `If-Match: "<digest>"` only if the draft is still the one that was looked at.
    """
    key = require(request, Scope.AGENTS_WRITE)
    values, _ = await read_object(request, empty_is={})
    fields = Fields(values)
    note: str = fields.take("note", str, "a string", "")
    fields.done(closed=True)
    system = system_of(request)
    draft = draft_of(await system.store.read(lambda tx: find_agent(tx, key.organization_id, application_id)))
    unknown = await unknown_models(system.catalog, key.organization_id, draft)
    unknown += await unknown_graphs(system.store, key.organization_id, draft)
    if unknown:
        raise PressrunError(Code.INVALID, unknown)
    blind = await system.attachments.warnings(key.organization_id, draft)
    who, seen = actor(request), expected_digest(request)

    async def work(tx: Transaction) -> dict[str, Any]:
        agent = await versions.deploy_agent(
            tx, key.organization_id, application_id, note=note, created_by=key.id, expected_digest=seen
        )
        await audit.record(tx, who, Action.AGENT_DEPLOYED, agent.id, version=agent.deployed_version, note=note)
        return await shape(tx, system, agent)

    return wire.answer({**await system.store.write(work), "warnings": [*lint(draft), *blind]})


@router.get("/versions", responses=errors(VersionPage, 401, 404), summary="List an agent's versions")
async def list_versions(request: Request, application_id: str) -> Response:
    """Every version, newest first."""
    key = require(request, Scope.AGENTS_READ)

    async def work(tx: Transaction) -> list[dict[str, Any]]:
        agent = await find_agent(tx, key.organization_id, application_id)
        return [
            {
                "version": version.version,
                "deployed": version.version == agent.deployed_version,
                "note": version.note,
                "digest": version.digest,
                "created_at": wire.timestamp(version.created_at),
                "created_by": version.created_by,
                "created_by_name": version.created_by_name,
            }
            for version in await versions.list_versions(tx, key.organization_id, agent.id)
        ]

    return wire.answer({"data": await system_of(request).store.read(work)})


@router.get("/versions/{version}", responses=errors(AgentDefinition, 401, 403, 404), summary="Retrieve a version")
async def get_version(request: Request, application_id: str, version: str) -> Response:
    """The definition of one version."""
    key = require(request, Scope.AGENTS_WRITE)  # prompts are for those who edit them

    async def work(tx: Transaction) -> AgentDefinition:
        agent = await find_agent(tx, key.organization_id, application_id)
        number = int(version) if version.isdecimal() and len(version) < 19 else 0
        return await versions.find_definition(tx, key.organization_id, agent.id, number)

    definition = await system_of(request).store.read(work)
    return Response(to_json(definition), media_type="application/json")


@router.post(
    "/rollback",
    responses=errors(ApplicationShape, 400, 401, 403, 404),
    openapi_extra=body_of(RollbackRequest),
    summary="Deploy an earlier version again",
)
async def rollback(request: Request, application_id: str) -> Response:
    """Run new jobs on an earlier version; the draft stays as it is, and so do jobs already accepted."""
    key = require(request, Scope.AGENTS_WRITE)
    values, _ = await read_object(request)
    fields = Fields(values)
    version = fields.whole("version", 1, 2**62)
    if version is None:
        fields.fault("version", "version is required: the number of the version to deploy again")
    fields.done(closed=True)
    assert version is not None
    number = version
    system = system_of(request)

    who = actor(request)

    async def work(tx: Transaction) -> dict[str, Any]:
        agent = await versions.roll_back(tx, key.organization_id, application_id, number)
        await audit.record(tx, who, Action.AGENT_ROLLED_BACK, agent.id, version=number)
        return await shape(tx, system, agent)

    return wire.answer(await system.store.write(work))

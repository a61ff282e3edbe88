"""The graphs of an agent over HTTP, as Writer's client asks for them."""

from fastapi import APIRouter, Request, Response

from pressrun.agents import graphs as agent_graphs
from pressrun.api import graph_wire, wire
from pressrun.api.access import actor, require
from pressrun.api.graph_schemas import AgentGraphs, GraphsRequest
from pressrun.api.json_body import Fields, read_object
from pressrun.api.request_schemas import body_of
from pressrun.api.schemas import errors
from pressrun.api.state import system_of
from pressrun.organizations import audit
from pressrun.organizations.audit import Action
from pressrun.organizations.keys import Scope
from pressrun.store.store import Transaction

router = APIRouter(prefix="/v1/applications/{application_id}/graphs", tags=["agents"])


@router.get("", responses=errors(AgentGraphs, 401, 403, 404), summary="Retrieve an agent's graphs")
async def get_graphs(request: Request, application_id: str) -> Response:
    """Those of the deployed version, or of the draft of an agent that was never deployed."""
    key = require(request, Scope.AGENTS_READ)
    found = await system_of(request).store.read(
        lambda tx: agent_graphs.graphs_of(tx, key.organization_id, application_id)
    )
    return wire.answer({"graph_ids": list(found)})


@router.put(
    "",
    responses=errors(AgentGraphs, 400, 401, 403, 404, 409),
    openapi_extra=body_of(GraphsRequest),
    summary="Replace an agent's graphs",
)
async def put_graphs(request: Request, application_id: str) -> Response:
    """The draft gets these graphs; a deployed agent gets a new version that differs in nothing else."""
    key = require(request, Scope.AGENTS_WRITE)
    values, _ = await read_object(request)
    fields = Fields(values)
    if "graph_ids" not in values:
        fields.fault("graph_ids", "graph_ids is required: a list of the ids of graphs, empty for none")
    wanted = graph_wire.graph_ids_of(fields, least=0)
    fields.done()
    who = actor(request)

    async def work(tx: Transaction) -> None:
        agent = await agent_graphs.replace_graphs(tx, key.organization_id, application_id, wanted, by=key.id)
        await audit.record(tx, who, Action.AGENT_CHANGED, agent.id, fields=["graphs"])

    await system_of(request).store.write(work)
    return wire.answer({"graph_ids": list(wanted)})

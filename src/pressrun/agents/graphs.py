"""The graphs of an agent: part of its definition, so that a job keeps those of its version."""

import json
from collections.abc import Sequence

from pressrun.agents.agent import Agent, find_agent
from pressrun.agents.definition import AgentDefinition, digest, from_json, to_json
from pressrun.agents.drafts import draft_of, replace_draft
from pressrun.agents.versions import deploy_definition, find_definition
from pressrun.knowledge.search import check_graphs
from pressrun.store.store import Transaction

NOTE = "other graphs"


async def graphs_of(tx: Transaction, organization_id: str, reference: str) -> Sequence[str]:
    """Those of the deployed version, or of the draft where there is none; raises PressrunError (not_found)."""
    return (await _definition(tx, await find_agent(tx, organization_id, reference))).graphs


async def replace_graphs(
    tx: Transaction, organization_id: str, reference: str, graph_ids: Sequence[str], *, by: str = ""
) -> Agent:
    """The agent with other graphs: in its draft, and in a new version where one is deployed.

    What else the draft changes is not deployed with it. Raises PressrunError: not_found for the agent or for graphs,
    conflict when somebody else changes the agent at the same time.
    """
    agent = await find_agent(tx, organization_id, reference)
    await check_graphs(tx, organization_id, graph_ids)
    agent = await replace_draft(tx, organization_id, agent.id, _with(draft_of(agent), graph_ids), saved_by=by)
    if agent.deployed_version is None:
        return agent
    deployed = await _definition(tx, agent)
    changed = _with(deployed, graph_ids)
    if digest(changed) == digest(deployed):
        return agent
    return await deploy_definition(tx, agent, changed, note=NOTE, created_by=by)


async def _definition(tx: Transaction, agent: Agent) -> AgentDefinition:
    if agent.deployed_version is None:
        return draft_of(agent)
    return await find_definition(tx, agent.organization_id, agent.id, agent.deployed_version)


def _with(definition: AgentDefinition, graph_ids: Sequence[str]) -> AgentDefinition:
    data = {**json.loads(to_json(definition)), "graphs": list(graph_ids)}
    return from_json(json.dumps(data).encode())

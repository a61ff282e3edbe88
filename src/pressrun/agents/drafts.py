"""Drafts: made, changed and deleted; what runs is not touched before it is deployed."""

import json
from collections.abc import Mapping
from typing import Any

from pressrun.agents.agent import Agent, find_agent
from pressrun.agents.check import check
from pressrun.agents.definition import AgentDefinition, digest, from_json, to_json
from pressrun.agents.names import is_uuid
from pressrun.errors import Code, PressrunError, Problem
from pressrun.ids import new_id
from pressrun.store.clock import iso
from pressrun.store.store import Row, Transaction


async def add_agent(
    tx: Transaction,
    organization_id: str,
    definition: AgentDefinition,
    agent_id: str | None = None,
    *,
    saved_by: str = "",
) -> Agent:
    """A new agent with this draft, saved by a key of this id.

    Raises PressrunError: invalid for an id that is no UUID, conflict if it is taken.
    """
    if agent_id is not None and not is_uuid(agent_id):
        raise PressrunError(Code.INVALID, "the id of an agent must be a UUID: leave it out to get one")
    await _alias_is_free(tx, organization_id, definition, but_for=None)
    row = await tx.one(
        "add_agent",
        agent_id=new_id() if agent_id is None else agent_id.lower(),
        organization_id=organization_id,
        saved_by=saved_by,
        **_columns(definition),
    )
    if row is None:
        raise PressrunError(Code.CONFLICT, "an agent with this id or alias exists already: choose another")
    return Agent.from_row(row)


async def patch_draft(
    tx: Transaction,
    organization_id: str,
    reference: str,
    changes: Mapping[str, Any],
    expected_digest: str | None = None,
    *,
    saved_by: str = "",
) -> Agent:
    """The agent with some top-level fields of its draft replaced; a field set to None is left out of it.

    Raises PressrunError: not_found, invalid with every fault, or conflict when the draft is not the one with
    `expected_digest`, has just been changed by somebody else, or the alias is taken.
    """
    agent = await find_agent(tx, organization_id, reference)
    data = {**json.loads(agent.draft), **changes}
    definition = check({field: value for field, value in data.items() if value is not None or field not in changes})
    return await _change(tx, agent, definition, expected_digest, saved_by)


async def replace_draft(
    tx: Transaction,
    organization_id: str,
    reference: str,
    definition: AgentDefinition,
    expected_digest: str | None = None,
    *,
    saved_by: str = "",
) -> Agent:
    """The agent with another draft; raises PressrunError as `patch_draft` does."""
    agent = await find_agent(tx, organization_id, reference)
    return await _change(tx, agent, definition, expected_digest, saved_by)


async def delete_agent(tx: Transaction, organization_id: str, reference: str, *, cancel_jobs: bool = False) -> Agent:
    """The agent as it was; jobs already accepted finish on their versions, or are cancelled soon (`cancel_jobs`).

    Raises PressrunError (not_found).
    """
    agent = await find_agent(tx, organization_id, reference)
    values = {"organization_id": organization_id, "agent_id": agent.id}
    if await tx.one("delete_agent", **values, cancel_jobs=int(cancel_jobs)) is None:
        raise PressrunError(Code.NOT_FOUND, "the agent has just been deleted by somebody else")
    return agent


def draft_of(agent: Agent) -> AgentDefinition:
    """The draft as a definition."""
    return from_json(agent.draft)


async def refuse_another(tx: Transaction, agent: Agent, expected_digest: str | None) -> None:
    """Raises PressrunError (conflict) when the draft is not the one somebody has seen; None: they have seen none.

    Its extras name the digest of the one that is there, and who saved it when.
    """
    if expected_digest is None or expected_digest == agent.draft_digest:
        return
    saver = await tx.one("find_draft_saver", organization_id=agent.organization_id, agent_id=agent.id)
    about = {
        "draft_digest": agent.draft_digest,
        "saved_by": None if saver is None else saver["name"],
        "saved_at": iso(agent.draft_saved_at),
    }
    message = "the draft has changed since it was read: read it again"
    raise PressrunError(Code.CONFLICT, Problem(message, about))


async def _change(
    tx: Transaction, agent: Agent, definition: AgentDefinition, expected_digest: str | None, saved_by: str
) -> Agent:
    await refuse_another(tx, agent, expected_digest)
    columns = _columns(definition)
    if columns["draft_digest"] == agent.draft_digest:
        return agent
    await _alias_is_free(tx, agent.organization_id, definition, but_for=agent.id)
    row = await tx.one(
        "change_draft",
        organization_id=agent.organization_id,
        agent_id=agent.id,
        seen_digest=agent.draft_digest,
        saved_by=saved_by,
        **columns,
    )
    if row is None:
        raise PressrunError(Code.CONFLICT, "the draft has just been changed by somebody else: read it again")
    return Agent.from_row(row)


async def _alias_is_free(
    tx: Transaction, organization_id: str, definition: AgentDefinition, *, but_for: str | None
) -> None:
    if definition.alias is None:
        return
    holder: Row | None = await tx.one("find_agent_by_alias", organization_id=organization_id, alias=definition.alias)
    if holder is not None and holder["id"] != but_for:
        message = (
            f'the alias "{definition.alias}" belongs to the agent "{holder["name"]}" ({holder["id"]}): choose another'
        )
        raise PressrunError(Code.CONFLICT, message)


def _columns(definition: AgentDefinition) -> dict[str, str | bytes | None]:
    return {
        "alias": definition.alias,
        "name": definition.name,
        "draft": to_json(definition),
        "draft_digest": digest(definition),
    }

"""Versions: numbered, never changed, one of them deployed; a job runs on the one deployed when it was accepted."""

import json
from dataclasses import dataclass
from typing import Self

from pressrun.agents.agent import Agent, find_agent
from pressrun.agents.definition import AgentDefinition, digest, from_json, to_json
from pressrun.agents.drafts import draft_of, refuse_another
from pressrun.errors import Code, PressrunError
from pressrun.store.store import Row, Transaction

MAX_NOTE_CHARS = 1_000
MAX_PAGE = 1_000
MAX_VERSION = 2**63 - 1
RACES = 5
"""Times a deployment looks again after somebody else deployed at the same moment."""


@dataclass(frozen=True, slots=True)
class Version:
    """A version without its definition; `created_at` is microseconds since the epoch.

    `created_by` is the id of the key or the person that deployed it, `created_by_name` its name while that is known.
    """

    agent_id: str
    version: int
    digest: str
    note: str
    created_at: int
    created_by: str
    created_by_name: str | None

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """The record of what `list_agent_versions` returns."""
        return cls(**{name: row[name] for name in cls.__dataclass_fields__})


async def deploy_agent(
    tx: Transaction,
    organization_id: str,
    reference: str,
    *,
    note: str = "",
    created_by: str = "",
    expected_digest: str | None = None,
) -> Agent:
    """The agent with its draft deployed, as a new version unless the deployed one is equal to it.

    Raises PressrunError: not_found, invalid for a note that cannot be kept, conflict when others keep deploying or the
    draft is not the one with `expected_digest`.
    """
    if len(note) > MAX_NOTE_CHARS or "\0" in note or any("\ud800" <= letter <= "\udfff" for letter in note):
        raise PressrunError(Code.INVALID, f"note must be text of at most {MAX_NOTE_CHARS} characters, without NUL")
    for _ in range(RACES):
        agent = await find_agent(tx, organization_id, reference)
        await refuse_another(tx, agent, expected_digest)
        if await _deployed_digest(tx, agent) == agent.draft_digest:
            return agent
        deployed = await _deploy(tx, agent, draft_of(agent), note, created_by)
        if deployed is not None:
            return deployed
    raise PressrunError(Code.CONFLICT, "the agent is being changed by somebody else: deploy again")


async def deploy_definition(
    tx: Transaction, agent: Agent, definition: AgentDefinition, *, note: str, created_by: str
) -> Agent:
    """The agent with this definition deployed as a new version, its draft untouched.

    Raises PressrunError (conflict).
    """
    deployed = await _deploy(tx, agent, definition, note, created_by)
    if deployed is None:
        raise PressrunError(Code.CONFLICT, "the agent is being changed by somebody else: try again")
    return deployed


async def roll_back(tx: Transaction, organization_id: str, reference: str, version: int) -> Agent:
    """The agent with an existing version deployed again, its draft untouched; raises PressrunError (not_found)."""
    agent = await find_agent(tx, organization_id, reference)
    definition = await find_definition(tx, organization_id, agent.id, version)
    if agent.deployed_version == version:
        return agent
    row = await tx.one(
        "deploy_version",
        organization_id=organization_id,
        agent_id=agent.id,
        version=version,
        concurrency=definition.settings.concurrency,
        models=json.dumps(definition.lane_models),
    )
    if row is None:
        raise PressrunError(Code.NOT_FOUND, "the agent has just been deleted by somebody else")
    return Agent.from_row(row)


async def list_versions(
    tx: Transaction, organization_id: str, reference: str, *, limit: int = 100, offset: int = 0
) -> list[Version]:
    """The versions of an agent, newest first; raises PressrunError (not_found)."""
    agent = await find_agent(tx, organization_id, reference)
    rows = await tx.all(
        "list_agent_versions",
        organization_id=organization_id,
        agent_id=agent.id,
        limit=max(1, min(limit, MAX_PAGE)),
        offset=max(0, min(offset, MAX_VERSION)),
    )
    return [Version.from_row(row) for row in rows]


async def find_definition(tx: Transaction, organization_id: str, agent_id: str, version: int) -> AgentDefinition:
    """The definition of a version, of a deleted agent too, as jobs may be pinned to it.

    `agent_id` is the id, never an alias. Raises PressrunError (not_found).
    """
    row = await _version_row(tx, organization_id, agent_id, version) if 0 < version <= MAX_VERSION else None
    if row is None:
        message = f"the agent has no version {version}: list them with `pressrun agents versions {agent_id}`"
        raise PressrunError(Code.NOT_FOUND, message)
    return from_json(bytes(row["definition"]))


async def _deploy(
    tx: Transaction, agent: Agent, definition: AgentDefinition, note: str, created_by: str
) -> Agent | None:
    row = await tx.one(
        "deploy_agent",
        organization_id=agent.organization_id,
        agent_id=agent.id,
        draft_digest=agent.draft_digest,
        last_version=agent.last_version,
        concurrency=definition.settings.concurrency,
        models=json.dumps(definition.lane_models),
    )
    if row is None:
        return None
    await tx.one(
        "add_agent_version",
        organization_id=agent.organization_id,
        agent_id=agent.id,
        version=row["deployed_version"],
        definition=to_json(definition),
        digest=digest(definition),
        note=note,
        created_by=created_by,
    )
    return Agent.from_row(row)


async def _deployed_digest(tx: Transaction, agent: Agent) -> str | None:
    if agent.deployed_version is None:
        return None
    row = await _version_row(tx, agent.organization_id, agent.id, agent.deployed_version)
    return None if row is None else str(row["digest"])


async def _version_row(tx: Transaction, organization_id: str, agent_id: str, version: int) -> Row | None:
    return await tx.one("find_agent_version", organization_id=organization_id, agent_id=agent_id, version=version)

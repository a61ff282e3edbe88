"""An agent as it is kept: a draft that changes, and the version that runs."""

from dataclasses import dataclass
from typing import Self

from pressrun.agents.check import shown
from pressrun.errors import Code, PressrunError
from pressrun.store.store import Row, Transaction


@dataclass(frozen=True, slots=True)
class Agent:
    """Times are microseconds since the epoch. `draft` is the definition as JSON, `draft_digest` its SHA-256."""

    id: str
    organization_id: str
    alias: str | None
    name: str
    draft: bytes
    draft_digest: str
    deployed_version: int | None
    last_version: int
    concurrency: int | None
    created_at: int
    updated_at: int
    last_deployed_at: int | None
    draft_saved_at: int

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """The record of a row of `agents`."""
        return cls(
            id=row["id"],
            organization_id=row["organization_id"],
            alias=row["alias"],
            name=row["name"],
            draft=bytes(row["draft"]),
            draft_digest=row["draft_digest"],
            deployed_version=row["deployed_version"],
            last_version=row["last_version"],
            concurrency=row["concurrency"],
            created_at=row["created_at"],
            updated_at=row["updated_at"],
            last_deployed_at=row["last_deployed_at"],
            draft_saved_at=row["draft_saved_at"],
        )

    @property
    def deployed(self) -> bool:
        """Whether jobs can be made for it."""
        return self.deployed_version is not None


async def find_agent(tx: Transaction, organization_id: str, reference: str) -> Agent:
    """The agent with this id or alias, deployed or not; raises PressrunError (not_found)."""
    row = await _row(tx, organization_id, reference)
    if row is None:
        message = f"there is no agent {shown(reference)} that this key may use: list them to see their ids"
        raise PressrunError(Code.NOT_FOUND, message)
    return Agent.from_row(row)


async def find_deployed(tx: Transaction, organization_id: str, reference: str) -> Agent:
    """The agent with this id or alias, if it can be run; raises PressrunError (not_found) that says why not."""
    agent = await find_agent(tx, organization_id, reference)
    if not agent.deployed:
        message = f"the agent {shown(agent.name)} exists but is not deployed; deploy it with `{how_to_deploy(agent)}`"
        raise PressrunError(Code.NOT_FOUND, message)
    return agent


def how_to_deploy(agent: Agent) -> str:
    """The command that makes the draft run."""
    return f"pressrun agents deploy {agent.alias or agent.id}"


async def _row(tx: Transaction, organization_id: str, reference: str) -> Row | None:
    # PostgreSQL refuses these as text; no id or alias holds them.
    if "\0" in reference or any("\ud800" <= letter <= "\udfff" for letter in reference):
        return None
    return await tx.one("find_agent", organization_id=organization_id, reference=reference)

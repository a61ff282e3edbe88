"""Lists of agents, a page at a time, in the order of their making."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pressrun.agents.agent import Agent
from pressrun.agents.names import is_uuid
from pressrun.store.store import Transaction

MAX_LIMIT = 100
DEFAULT_LIMIT = 50

Order = Literal["asc", "desc"]
_Position = tuple[int, str]
_SIGNS = re.compile(r"[\\%_]")
_FIRST: _Position = (-1, "")
_LAST: _Position = (2**63 - 1, "")


@dataclass(frozen=True, slots=True)
class AgentPage:
    """Some agents in the order asked for; `has_more` is about the direction in which the page was turned."""

    agents: tuple[Agent, ...]
    has_more: bool

    @property
    def first_id(self) -> str | None:
        """Where a page before this one ends."""
        return self.agents[0].id if self.agents else None

    @property
    def last_id(self) -> str | None:
        """Where a page after this one begins."""
        return self.agents[-1].id if self.agents else None


async def list_agents(
    tx: Transaction,
    organization_id: str,
    *,
    order: Order = "desc",
    after: str | None = None,
    before: str | None = None,
    limit: int = DEFAULT_LIMIT,
    include_drafts: bool = False,
    words: str = "",
) -> AgentPage:
    """The agents that follow `after`, or directly precede `before`, or stand between the two.

    A cursor is an agent's id; after one that is unknown nothing follows. `limit` is brought into 1 to 100. `words` are
    in the agent's name and alias, in this order, whatever their case; or its id begins with them.
    """
    following = await _position(tx, organization_id, after)
    preceding = await _position(tx, organization_id, before)
    if (after is not None and following is None) or (before is not None and preceding is None):
        return AgentPage((), has_more=False)
    backwards = before is not None and after is None
    low, high = (following, preceding) if order == "asc" else (preceding, following)
    limit = max(1, min(limit, MAX_LIMIT))
    rows = await tx.all(
        "list_agents_upwards" if (order == "asc") != backwards else "list_agents_downwards",
        organization_id=organization_id,
        with_drafts=int(include_drafts),
        pattern=_pattern(words.split(), "%"),
        id_pattern=_pattern([words.strip()], ""),
        low_at=(low or _FIRST)[0],
        low_id=(low or _FIRST)[1],
        high_at=(high or _LAST)[0],
        high_id=(high or _LAST)[1],
        limit=limit + 1,
    )
    agents = [Agent.from_row(row) for row in rows[:limit]]
    if backwards:
        agents.reverse()
    return AgentPage(tuple(agents), has_more=len(rows) > limit)


def _pattern(words: Sequence[str], before: str) -> str:
    """What LIKE finds words by, with `before` before each; signs that mean something to it are none of theirs."""
    escaped = (_SIGNS.sub(r"\\\g<0>", word.replace("\x00", "")) for word in words)
    return "".join(f"{before}{word}" for word in escaped) + "%"


async def _position(tx: Transaction, organization_id: str, agent_id: str | None) -> _Position | None:
    if agent_id is None or not is_uuid(agent_id):
        return None
    row = await tx.one("find_agent_position", organization_id=organization_id, agent_id=agent_id)
    return None if row is None else (row["created_at"], row["id"])

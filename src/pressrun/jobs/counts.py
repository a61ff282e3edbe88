"""How many jobs of each agent are in each state, kept as they move: totals are never counted over rows.

Every process adds to its own slot of a counter, so that two of them never wait for the same row.
"""

import os
from collections import Counter
from collections.abc import Iterable

from pressrun.jobs.job import PHASES, Phase, State
from pressrun.store.store import Transaction

SLOTS = 16
SLOT = os.getpid() % SLOTS

Move = tuple[str, str, State | None, State | None]
"""Organization, agent, the state a job left (None: it is new), the state it came to (None: it is gone)."""


async def move(tx: Transaction, moves: Iterable[Move]) -> None:
    """Count jobs out of one state and into another."""
    deltas: Counter[tuple[str, str, State]] = Counter()
    for organization_id, agent_id, left, came in moves:
        if left is not None:
            deltas[agent_id, organization_id, left] -= 1
        if came is not None:
            deltas[agent_id, organization_id, came] += 1
    # In order, so that two transactions never wait for each other's rows.
    await tx.each(
        "add_to_counts",
        [
            {"organization_id": organization_id, "agent_id": agent_id, "state": state, "slot": SLOT, "jobs": jobs}
            for (agent_id, organization_id, state), jobs in sorted(deltas.items())
            if jobs
        ],
    )


async def forget(tx: Transaction, gone: Iterable[tuple[str, str, State]]) -> None:
    """Take jobs that were deleted (organization, agent, state) out of the counters, and keep how many there were.

    Totals of what has ended are of all times: what watches them takes a fall for a new start.
    """
    gone = list(gone)
    await move(tx, [(organization_id, agent_id, state, None) for organization_id, agent_id, state in gone])
    by_organization = Counter((organization_id, state) for organization_id, _, state in gone)
    await tx.each(
        "add_to_forgotten_counts",
        [
            {"organization_id": organization_id, "state": state, "jobs": jobs}
            for (organization_id, state), jobs in sorted(by_organization.items())
        ],
    )


async def by_state(tx: Transaction, organization_id: str, agent_id: str) -> dict[State, int]:
    """How many jobs of an agent are in each state."""
    rows = await tx.all("count_jobs", organization_id=organization_id, agent_id=agent_id)
    return {State(row["state"]): int(row["jobs"]) for row in rows}


async def total(tx: Transaction, organization_id: str, agent_id: str, phase: Phase | None) -> int:
    """How many jobs of an agent are in a phase, or at all."""
    counted = await by_state(tx, organization_id, agent_id)
    return sum(jobs for state, jobs in counted.items() if phase is None or state in PHASES[phase])


async def everywhere(tx: Transaction) -> dict[State, int]:
    """How many jobs of the whole server are in each state, those that retention deleted among them."""
    rows = await tx.all("count_all_jobs")
    return {State(row["state"]): int(row["jobs"]) for row in rows}

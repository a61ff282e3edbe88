"""Definitions at hand."""

import pytest

from pressrun.agents.agent import Agent
from pressrun.agents.cache import Definitions
from pressrun.agents.definition import AgentDefinition
from pressrun.store.store import Store
from tests.agents.samples import added, definition

pytestmark = pytest.mark.usefixtures("organizations")


async def test_definitions_are_kept_parsed_and_a_bounded_number_of_them(store: Store) -> None:
    kept = Definitions(count=2)
    agents = [await added(store, definition(name=f"n{number}"), deploy=True) for number in range(3)]

    async def find(agent: Agent) -> AgentDefinition:
        return await store.read(lambda tx: kept.find(tx, "ours", agent.id, 1))

    first = await find(agents[0])
    assert first.name == "n0"
    assert await find(agents[0]) is first
    await find(agents[1])
    await find(agents[0])
    await find(agents[2])
    assert kept.kept("ours", agents[0].id, 1) is first
    assert kept.kept("ours", agents[1].id, 1) is None
    assert kept.kept("theirs", agents[0].id, 1) is None

"""The agents that requests ask for, remembered between them."""

from collections import OrderedDict

from pressrun.agents.agent import Agent, find_deployed
from pressrun.agents.cache import Definitions
from pressrun.agents.definition import AgentDefinition
from pressrun.store.store import Store, Transaction

MOST_REMEMBERED = 1000


class Deployed:
    """Deployed agents and the definitions of their versions, by id or alias."""

    def __init__(self, store: Store, definitions: Definitions) -> None:
        self._store = store
        self._definitions = definitions
        self._remembered: OrderedDict[tuple[str, str], tuple[Agent, AgentDefinition]] = OrderedDict()

    def remembered(self, organization_id: str, reference: str) -> tuple[Agent, AgentDefinition] | None:
        """What was found last: it may have been deployed anew, renamed or deleted since."""
        return self._remembered.get((organization_id, reference))

    async def find(self, organization_id: str, reference: str) -> tuple[Agent, AgentDefinition]:
        """An agent and the definition of its deployed version; raises PressrunError (not_found) that says why not."""
        self._remembered.pop((organization_id, reference), None)

        async def work(tx: Transaction) -> tuple[Agent, AgentDefinition]:
            agent = await find_deployed(tx, organization_id, reference)
            assert agent.deployed_version is not None
            return agent, await self._definitions.find(tx, organization_id, agent.id, agent.deployed_version)

        found = await self._store.read(work)
        self._remembered[organization_id, reference] = found
        if len(self._remembered) > MOST_REMEMBERED:
            self._remembered.popitem(last=False)
        return found

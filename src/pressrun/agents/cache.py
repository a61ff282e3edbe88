"""Definitions kept parsed: a version never changes, so neither does what was read of it."""

import threading
from collections import OrderedDict

from pressrun.agents.definition import AgentDefinition
from pressrun.agents.versions import find_definition
from pressrun.store.store import Transaction

DEFAULT_COUNT = 256

_Key = tuple[str, str, int]


class Definitions:
    """At most `count` definitions, the least recently used forgotten first. Works of a store run in several threads."""

    def __init__(self, count: int = DEFAULT_COUNT) -> None:
        self._count = count
        self._kept: OrderedDict[_Key, AgentDefinition] = OrderedDict()
        self._lock = threading.Lock()

    def kept(self, organization_id: str, agent_id: str, version: int) -> AgentDefinition | None:
        """The definition, if it is at hand."""
        key = (organization_id, agent_id, version)
        with self._lock:
            definition = self._kept.get(key)
            if definition is not None:
                self._kept.move_to_end(key)
            return definition

    async def find(self, tx: Transaction, organization_id: str, agent_id: str, version: int) -> AgentDefinition:
        """The definition, read if need be; raises PressrunError (not_found)."""
        definition = self.kept(organization_id, agent_id, version)
        if definition is None:
            definition = await find_definition(tx, organization_id, agent_id, version)
            self._keep((organization_id, agent_id, version), definition)
        return definition

    def _keep(self, key: _Key, definition: AgentDefinition) -> None:
        with self._lock:
            self._kept[key] = definition
            self._kept.move_to_end(key)
            while len(self._kept) > self._count:
                self._kept.popitem(last=False)

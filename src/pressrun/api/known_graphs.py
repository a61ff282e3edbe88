"""Whether the graphs that an agent names are there."""

from pressrun.agents.definition import AgentDefinition
from pressrun.errors import Code, PressrunError, Problem
from pressrun.knowledge.search import check_graphs
from pressrun.store.store import Store


async def unknown_graphs(store: Store, organization_id: str, definition: AgentDefinition) -> list[Problem]:
    """A problem for each graph of an agent that is not there."""
    if not definition.graphs:
        return []
    try:
        await store.read(lambda tx: check_graphs(tx, organization_id, definition.graphs))
    except PressrunError as error:
        if error.code != Code.NOT_FOUND:
            raise
        return [Problem(f"graphs: {one.description}", one.extras) for one in error.problems]
    return []

"""Which files are in which graphs; passages are kept as long as any graph holds their file."""

from pressrun.errors import Code, PressrunError, Problem
from pressrun.knowledge import graphs, ingest
from pressrun.knowledge.graphs import Graph
from pressrun.store.store import Transaction


async def add(tx: Transaction, organization_id: str, graph_id: str, file_id: str, *, url: str = "") -> None:
    """A file is in a graph from now on; raises PressrunError (not_found) for either. It is indexed by its job."""
    row = await tx.one(
        "join_graph",
        organization_id=organization_id,
        graph_id=graph_id.replace("\x00", ""),
        file_id=file_id.replace("\x00", ""),
        url=url,
    )
    if row is None:
        await graphs.find(tx, organization_id, graph_id)
        message = f"there is no file {file_id[:100]!r} that this key may use"
        raise PressrunError(Code.NOT_FOUND, Problem(message, {"file_id": file_id[:100]}))


async def remove(tx: Transaction, organization_id: str, graph_id: str, file_id: str) -> None:
    """A file is in a graph no longer; raises PressrunError (not_found)."""
    await graphs.find(tx, organization_id, graph_id)
    row = await tx.one(
        "leave_graph",
        organization_id=organization_id,
        graph_id=graph_id,
        file_id=file_id.replace("\x00", ""),
    )
    if row is None:
        message = f"the graph has no file {file_id[:100]!r}"
        raise PressrunError(Code.NOT_FOUND, Problem(message, {"file_id": file_id[:100]}))
    await forget_if_unused(tx, organization_id, file_id)


async def delete_graph(tx: Transaction, organization_id: str, graph_id: str) -> Graph:
    """The graph that is gone now; its files stay. Passages that no graph holds any more are swept (`forgetting`).

    The caller rings the bell "passages" after the commit.
    """
    row = await tx.one("delete_graph", organization_id=organization_id, graph_id=graph_id.replace("\x00", ""))
    if row is None:
        raise graphs.no_graph(graph_id)
    graph = Graph.from_row(row)
    await tx.run("leave_all_of_graph", organization_id=organization_id, graph_id=graph.id)
    await tx.run("drop_graph_urls", organization_id=organization_id, graph_id=graph.id)
    return graph


async def forget_file(tx: Transaction, organization_id: str, file_id: str) -> None:
    """A file is deleted: it is in no graph any more, and has no passages."""
    await tx.run("forget_file_in_graphs", organization_id=organization_id, file_id=file_id)
    await ingest.forget(tx, organization_id, file_id)


async def is_in_a_graph(tx: Transaction, organization_id: str, file_id: str) -> bool:
    """Whether any graph holds a file."""
    return await tx.one("is_in_a_graph", organization_id=organization_id, file_id=file_id) is not None


async def forget_if_unused(tx: Transaction, organization_id: str, file_id: str) -> None:
    """The passages of a file that no graph holds are gone."""
    if not await is_in_a_graph(tx, organization_id, file_id):
        await ingest.forget(tx, organization_id, file_id)

"""Graphs: collections of files that are searched together."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pressrun.errors import Code, PressrunError, Problem
from pressrun.ids import new_id
from pressrun.store.store import Row, Transaction

LONGEST_NAME = 255
LONGEST_DESCRIPTION = 255
UNNAMED = "Untitled graph"
LAST = 2**62


class GraphType(StrEnum):
    """Where a graph's files come from: uploads, pages of the web, or a program that brings them."""

    MANUAL = "manual"
    WEB = "web"
    CONNECTOR = "connector"


@dataclass(frozen=True, slots=True)
class Graph:
    """A graph. Times are microseconds since the epoch."""

    seq: int
    organization_id: str
    id: str
    name: str
    description: str | None
    type: GraphType
    created_at: int
    updated_at: int

    @classmethod
    def from_row(cls, row: Row) -> "Graph":
        """A graph from a row of `graphs`."""
        return cls(**{name: row[name] for name in cls.__dataclass_fields__} | {"type": GraphType(row["type"])})


@dataclass(frozen=True, slots=True)
class FileStatus:
    """How many files of a graph stand where."""

    in_progress: int = 0
    completed: int = 0
    failed: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.in_progress + self.completed + self.failed


@dataclass(frozen=True, slots=True)
class Page:
    """Some graphs in order, and whether more follow in the direction in which they were asked for."""

    graphs: Sequence[Graph]
    has_more: bool


async def create(
    tx: Transaction,
    organization_id: str,
    name: str | None = None,
    description: str | None = None,
    *,
    type: GraphType = GraphType.MANUAL,  # noqa: A002 - the word on the wire
    graph_id: str | None = None,
) -> Graph:
    """A new graph without files; raises PressrunError: invalid, or conflict when `graph_id` is taken."""
    _refuse_faults(name, description)
    row = await tx.one(
        "add_graph",
        organization_id=organization_id,
        graph_id=graph_id or new_id(),
        name=(name or "").strip() or UNNAMED,
        description=description,
        type=type,
    )
    if row is None:
        raise PressrunError(Code.CONFLICT, f"a graph with the id {graph_id} exists already")
    return Graph.from_row(row)


async def find(tx: Transaction, organization_id: str, graph_id: str) -> Graph:
    """One graph of an organization; raises PressrunError (not_found)."""
    row = await tx.one("find_graph", graph_id=graph_id.replace("\x00", ""), organization_id=organization_id)
    if row is None:
        raise no_graph(graph_id)
    return Graph.from_row(row)


def no_graph(graph_id: str) -> PressrunError:
    """What somebody is told who names a graph that is not there."""
    shown = graph_id[:100]
    message = f"there is no graph {shown!r} that this key may use: list them to see their ids"
    return PressrunError(Code.NOT_FOUND, Problem(message, {"graph_id": shown}))


async def page(
    tx: Transaction,
    organization_id: str,
    *,
    after: str = "",
    before: str = "",
    limit: int,
    newest_first: bool = True,
) -> Page:
    """Graphs behind the one `after`, or right before the one `before`, in order; none when there is no such graph."""
    low, high = -1, LAST
    for cursor, is_after in ((after, True), (before, False)):
        if not cursor:
            continue
        row = await tx.one("find_graph", graph_id=cursor.replace("\x00", ""), organization_id=organization_id)
        if row is None:
            return Page((), has_more=False)
        if is_after == newest_first:
            high = min(high, int(row["seq"]))
        else:
            low = max(low, int(row["seq"]))
    backwards = bool(before) and not after
    query = "list_graphs" if newest_first != backwards else "list_graphs_upwards"
    rows = await tx.all(query, organization_id=organization_id, low=low, high=high, limit=limit + 1)
    found = [Graph.from_row(row) for row in rows[:limit]]
    return Page(found[::-1] if backwards else found, has_more=len(rows) > limit)


async def change(
    tx: Transaction,
    organization_id: str,
    graph_id: str,
    *,
    name: str | None = None,
    description: str | None = None,
    type: GraphType | None = None,  # noqa: A002 - the word on the wire
) -> Graph:
    """A graph with another name, description or type; None leaves one as it is. Raises PressrunError."""
    _refuse_faults(name, description)
    graph = await find(tx, organization_id, graph_id)
    row = await tx.one(
        "change_graph",
        organization_id=organization_id,
        graph_id=graph.id,
        name=graph.name if name is None else name.strip() or graph.name,
        description=graph.description if description is None else description,
        type=graph.type if type is None else type,
    )
    if row is None:
        raise no_graph(graph_id)
    return Graph.from_row(row)


async def file_status(tx: Transaction, graph: Graph) -> FileStatus:
    """How many files of a graph stand where."""
    rows = await tx.all("count_files_of_graph", organization_id=graph.organization_id, graph_id=graph.id)
    return FileStatus(**{row["state"]: int(row["files"]) for row in rows})


async def passages(tx: Transaction, graph: Graph) -> int:
    """How many passages a graph has."""
    row = await tx.one("count_passages_of_graph", organization_id=graph.organization_id, graph_id=graph.id)
    return 0 if row is None else int(row["passages"])


def _refuse_faults(name: str | None, description: str | None) -> None:
    faults = []
    for field, text, longest in (
        ("name", name, LONGEST_NAME),
        ("description", description, LONGEST_DESCRIPTION),
    ):
        if text is None:
            continue
        if len(text) > longest:
            faults.append(Problem(f"{field} must not be longer than {longest} characters", {"field": field}))
        if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
            faults.append(Problem(f"{field} must be text without NUL", {"field": field}))
    if faults:
        raise PressrunError(Code.INVALID, faults)

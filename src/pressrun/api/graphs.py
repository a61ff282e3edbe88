"""Graphs over HTTP: made, filled, changed and deleted."""

from typing import Any

from fastapi import APIRouter, Request, Response

from pressrun.api import graph_wire, wire
from pressrun.api.access import actor, require
from pressrun.api.file_schemas import FileShape
from pressrun.api.files import shape as file_shape
from pressrun.api.graph_schemas import GraphChange, GraphFile, GraphPage, GraphRequest, GraphShape
from pressrun.api.json_body import Fields, read_object
from pressrun.api.pages import number, storable
from pressrun.api.request_schemas import body_of
from pressrun.api.schemas import Deleted, errors
from pressrun.api.state import system_of
from pressrun.errors import Code, PressrunError, Problem
from pressrun.knowledge import files, graphs, members, pages, take_in
from pressrun.knowledge.forgetting import LEFT
from pressrun.knowledge.graphs import Graph, GraphType
from pressrun.organizations import audit
from pressrun.organizations.audit import Action
from pressrun.organizations.keys import Scope
from pressrun.store.store import Transaction

router = APIRouter(prefix="/v1/graphs", tags=["graphs"])

DEFAULT_LIMIT = 50
MOST = 100


@router.get("", responses=errors(GraphPage, 400, 401, 403), summary="List graphs")
async def list_graphs(
    request: Request,
    order: str | None = None,
    before: str | None = None,
    after: str | None = None,
    limit: str | None = None,
) -> Response:
    """The organization's graphs, newest first."""
    key = require(request, Scope.GRAPHS_READ)
    if order not in {None, "", "asc", "desc"}:
        raise PressrunError(Code.INVALID, Problem("order must be asc or desc", {"field": "order"}))
    size = max(1, min(MOST, number("limit", limit, DEFAULT_LIMIT)))
    knowledge = system_of(request).knowledge

    async def work(tx: Transaction) -> dict[str, Any]:
        page = await graphs.page(
            tx,
            key.organization_id,
            after=storable(after or ""),
            before=storable(before or ""),
            limit=size,
            newest_first=order != "asc",
        )
        return {
            "data": [await graph_wire.graph(tx, knowledge, one) for one in page.graphs],
            "has_more": page.has_more,
            "first_id": page.graphs[0].id if page.graphs else None,
            "last_id": page.graphs[-1].id if page.graphs else None,
        }

    return wire.answer(await knowledge.store.read(work))


@router.post(
    "",
    responses=errors(GraphShape, 400, 401, 403),
    openapi_extra=body_of(GraphRequest, required=False),
    summary="Create a graph",
)
async def create_graph(request: Request) -> Response:
    """A graph without files; one without a name gets one."""
    key = require(request, Scope.GRAPHS_WRITE)
    values, _ = await read_object(request, empty_is={})
    fields = Fields(values)
    name: str | None = fields.take("name", str, "a string")
    description: str | None = fields.take("description", str, "a string")
    kind = fields.word("type", tuple(GraphType))
    fields.done()
    system, who = system_of(request), actor(request)

    async def work(tx: Transaction) -> dict[str, Any]:
        made = await graphs.create(tx, key.organization_id, name, description, type=GraphType(kind))
        await audit.record(tx, who, Action.GRAPH_CREATED, made.id, name=made.name)
        return await graph_wire.graph(tx, system.knowledge, made)

    return wire.answer(await system.store.write(work))


@router.get("/{graph_id}", responses=errors(GraphShape, 401, 403, 404), summary="Retrieve a graph")
async def get_graph(request: Request, graph_id: str) -> Response:
    """One graph, with what became of its files."""
    key = require(request, Scope.GRAPHS_READ)
    knowledge = system_of(request).knowledge

    async def work(tx: Transaction) -> dict[str, Any]:
        return await graph_wire.graph(tx, knowledge, await graphs.find(tx, key.organization_id, storable(graph_id)))

    return wire.answer(await knowledge.store.read(work))


@router.put(
    "/{graph_id}",
    responses=errors(GraphShape, 400, 401, 403, 404),
    openapi_extra=body_of(GraphChange, required=False),
    summary="Change a graph",
)
async def update_graph(request: Request, graph_id: str) -> Response:
    """Another name or description; `urls` replaces the pages of the web that it takes in, and takes them in."""
    key = require(request, Scope.GRAPHS_WRITE)
    values, _ = await read_object(request, empty_is={})
    fields = Fields(values)
    name: str | None = fields.take("name", str, "a string")
    description: str | None = fields.take("description", str, "a string")
    urls: list[Any] | None = fields.take("urls", list, "a list of {url, type, exclude_urls}")
    wanted = None if urls is None else pages.read_sources(urls, fields.fault)
    fields.done()
    system, who = system_of(request), actor(request)
    reference = storable(graph_id)

    async def work(tx: Transaction) -> dict[str, Any]:
        changed = await graphs.change(tx, key.organization_id, reference, name=name, description=description)
        if wanted is not None:
            rules = pages.rules_of(system.settings)
            changed = await pages.replace_sources(tx, changed, wanted, rules, key_id=key.id)
        await audit.record(tx, who, Action.GRAPH_CHANGED, changed.id, fields=sorted(values))
        return await graph_wire.graph(tx, system.knowledge, changed)

    changed = await system.store.write(work)
    system.store.bells.ring("jobs")
    return wire.answer(changed)


@router.delete("/{graph_id}", responses=errors(Deleted, 401, 403, 404), summary="Delete a graph")
async def delete_graph(request: Request, graph_id: str) -> Response:
    """Its files stay; their passages go where no other graph holds them. Agents that name it fail until they do not."""
    key = require(request, Scope.GRAPHS_WRITE)
    system, who = system_of(request), actor(request)

    async def work(tx: Transaction) -> Graph:
        deleted = await members.delete_graph(tx, key.organization_id, storable(graph_id))
        await audit.record(tx, who, Action.GRAPH_DELETED, deleted.id, name=deleted.name)
        return deleted

    deleted = await system.store.write(work)
    system.store.bells.ring(LEFT)
    return wire.answer({"id": deleted.id, "deleted": True})


@router.post(
    "/{graph_id}/file",
    responses=errors(FileShape, 400, 401, 403, 404),
    openapi_extra=body_of(GraphFile),
    summary="Add a file to a graph",
)
async def add_file(request: Request, graph_id: str) -> Response:
    """A file that was uploaded; it is `in_progress` until its passages can be found."""
    key = require(request, Scope.GRAPHS_WRITE)
    values, _ = await read_object(request)
    fields = Fields(values)
    file_id: str = fields.take("file_id", str, "the id of a file", "")
    if not file_id:
        fields.fault("file_id", "file_id is required: the id of a file, as POST /v1/files answers it")
    fields.done()
    system, who = system_of(request), actor(request)

    async def work(tx: Transaction) -> dict[str, Any]:
        await members.add(tx, key.organization_id, storable(graph_id), storable(file_id))
        await take_in.ingest_again(tx, key.organization_id, storable(file_id), key.id)
        await audit.record(tx, who, Action.GRAPH_FILE_ADDED, graph_id, file=file_id)
        file = await files.find_or_fail(tx, key.organization_id, storable(file_id))
        return file_shape(file, (await files.uses(tx, key.organization_id, [file.id]))[file.id])

    found = await system.store.write(work)
    system.store.bells.ring("jobs")
    return wire.answer(found)


@router.delete(
    "/{graph_id}/file/{file_id}", responses=errors(Deleted, 401, 403, 404), summary="Remove a file from a graph"
)
async def remove_file(request: Request, graph_id: str, file_id: str) -> Response:
    """The file itself stays."""
    key = require(request, Scope.GRAPHS_WRITE)
    system, who = system_of(request), actor(request)

    async def work(tx: Transaction) -> None:
        await members.remove(tx, key.organization_id, storable(graph_id), storable(file_id))
        await audit.record(tx, who, Action.GRAPH_FILE_REMOVED, graph_id, file=file_id)

    await system.store.write(work)
    return wire.answer({"id": file_id, "deleted": True})

"""Files over HTTP: upload, list, look at, delete, take in again."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from pressrun.api import wire
from pressrun.api.access import require
from pressrun.api.audited import write_audited
from pressrun.api.disposition import name_of
from pressrun.api.file_schemas import FilePage, FileShape, FilesRetried
from pressrun.api.json_body import Fields, read_object
from pressrun.api.pages import number, storable
from pressrun.api.request_schemas import FilesRetry, body_of
from pressrun.api.schemas import Deleted, errors
from pressrun.api.state import system_of
from pressrun.errors import Code, PressrunError, Problem
from pressrun.jobs.floors import RETURNED
from pressrun.knowledge import files
from pressrun.knowledge.files import File, FileState, Filter, Use
from pressrun.knowledge.kinds import normal
from pressrun.knowledge.retrying import retry_files
from pressrun.knowledge.sweep import DELETED
from pressrun.knowledge.upload import FileLimits, NewFile, keep_file
from pressrun.organizations.audit import Action
from pressrun.organizations.keys import Scope
from pressrun.store.store import Transaction

router = APIRouter(prefix="/v1/files", tags=["files"])

DEFAULT_FILES = 50
MOST_FILES = 100
MOST_RETRIED = 1000

UPLOAD = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    },
    "parameters": [
        {
            "name": "Content-Disposition",
            "in": "header",
            "required": True,
            "description": 'The file\'s name: `attachment; filename="report.pdf"`',
            "schema": {"type": "string"},
        }
    ],
}


@router.post(
    "", responses=errors(FileShape, 400, 401, 403, 404, 413, 507), openapi_extra=UPLOAD, summary="Upload a file"
)
async def upload_file(
    request: Request,
    graph_id: Annotated[str, Query(alias="graphId", description="A graph to add the file to")] = "",
) -> Response:
    """Keep the body as a file, durably, and have its text extracted; the name stands in `Content-Disposition`.

    What kind of file it is is told by its name and its first bytes; `Content-Type` counts only where they do not tell.
    """
    key = require(request, Scope.FILES_WRITE)
    system = system_of(request)
    media_type = request.headers.get("content-type", "")
    if media_type.lower().startswith(("multipart/", "application/x-www-form-urlencoded")):
        message = (
            "send the bytes of the file as the body, without a form around them, and its name in Content-Disposition"
        )
        raise PressrunError(Code.INVALID, Problem(message, {"field": "Content-Type"}))
    announced = request.headers.get("content-length", "")
    new = NewFile(
        key.organization_id,
        name_of(request.headers.get("content-disposition")),
        media_type,
        key.id,
        storable(graph_id) or None,
        int(announced) if announced.isdigit() else None,
    )
    limits = FileLimits(system.settings.max_file_bytes, system.settings.max_stored_bytes)
    file = await keep_file(system.store, system.blobs, new, request.stream(), limits)
    return wire.answer(shape(file, Use([] if new.graph_id is None else [new.graph_id])))


@router.get("", responses=errors(FilePage, 400, 401, 403), summary="List files")
async def list_files(
    request: Request,
    order: str | None = None,
    before: str | None = None,
    after: str | None = None,
    limit: str | None = None,
    graph_id: Annotated[str, Query(description="Files of this graph")] = "",
    status: Annotated[str, Query(description="`in_progress`, `completed` or `failed`")] = "",
    file_types: Annotated[str, Query(description="Extensions, with commas between")] = "",
    q: Annotated[str, Query(description="Part of a name")] = "",
) -> Response:
    """Files, the newest first."""
    key = require(request, Scope.FILES_READ)
    if order not in {None, "", "asc", "desc"}:
        raise PressrunError(Code.INVALID, Problem("order must be asc or desc", {"field": "order"}))
    if status and status not in set(FileState):
        message = f"status must be one of {', '.join(FileState)}, not {status[:50]!r}"
        raise PressrunError(Code.INVALID, Problem(message, {"field": "status"}))
    types = tuple(normal(word.strip()) for word in storable(file_types).split(",") if word.strip())
    wanted = Filter(status, types, storable(graph_id), storable(q))
    system = system_of(request)

    async def work(tx: Transaction) -> dict[str, Any]:
        page = await files.page(
            tx,
            key.organization_id,
            wanted,
            after=storable(after or ""),
            before=storable(before or ""),
            limit=max(1, min(MOST_FILES, number("limit", limit, DEFAULT_FILES))),
            newest_first=order != "asc",
        )
        uses = await files.uses(tx, key.organization_id, [file.id for file in page.files])
        totals = await tx.one("find_file_totals", organization_id=key.organization_id)
        return {
            "data": [shape(file, uses[file.id]) for file in page.files],
            "has_more": page.has_more,
            "first_id": page.files[0].id if page.files else None,
            "last_id": page.files[-1].id if page.files else None,
            "stored_files": 0 if totals is None else int(totals["files"]),
            "stored_bytes": 0 if totals is None else int(totals["bytes"]),
            "max_stored_bytes": system.settings.max_stored_bytes,
        }

    return wire.answer(await system.store.read(work))


@router.post(
    "/retry",
    responses=errors(FilesRetried, 400, 401, 403),
    openapi_extra=body_of(FilesRetry),
    summary="Take failed files in again",
)
async def retry_failed_files(request: Request) -> Response:
    """Those of the files that have failed are taken in again; others, and unknown ones, are left alone."""
    key = require(request, Scope.FILES_WRITE)
    values, _ = await read_object(request)
    fields = Fields(values)
    ids: list[str] = fields.take("file_ids", list, "a list of ids", [])
    if not all(isinstance(one, str) for one in ids) or len(ids) > MOST_RETRIED:
        fields.fault("file_ids", f"file_ids is a list of up to {MOST_RETRIED:,} ids")
    fields.done(closed=False)
    store = system_of(request).store
    wanted = [storable(one) for one in ids]
    job_ids = await store.write(lambda tx: retry_files(tx, key.organization_id, wanted, key.id))
    if job_ids:
        store.bells.ring("jobs")
        store.bells.ring(RETURNED)
    return wire.answer({"success": True, "job_ids": job_ids})


@router.get("/{file_id}", responses=errors(FileShape, 401, 403, 404), summary="Retrieve a file")
async def get_file(request: Request, file_id: str) -> Response:
    """What is known of a file, and how far it was taken in."""
    key = require(request, Scope.FILES_READ)

    async def work(tx: Transaction) -> dict[str, Any]:
        file = await files.find_or_fail(tx, key.organization_id, storable(file_id))
        return shape(file, (await files.uses(tx, key.organization_id, [file.id]))[file.id])

    return wire.answer(await system_of(request).store.read(work))


@router.delete("/{file_id}", responses=errors(Deleted, 401, 403, 404), summary="Delete a file")
async def delete_file(request: Request, file_id: str) -> Response:
    """A file is gone for good: its bytes, its text, and its places in graphs. Jobs that wait for it will fail."""
    key = require(request, Scope.FILES_WRITE)
    deleted = await write_audited(
        request,
        Action.FILE_DELETED,
        lambda tx: files.delete(tx, key.organization_id, storable(file_id)),
        lambda file: file.id,
    )
    for bell in (DELETED, "cancels"):
        system_of(request).store.bells.ring(bell)
    return wire.answer({"id": deleted.id, "deleted": True})


def shape(file: File, use: Use) -> dict[str, Any]:
    """A file on the wire."""
    return {
        "id": file.id,
        "created_at": wire.timestamp(file.created_at),
        "name": file.name,
        "graph_ids": use.graph_ids,
        "status": file.state,
        "updated_at": wire.timestamp(file.updated_at),
        "media_type": file.media_type,
        "size": file.size,
        "digest": file.digest,
        "has_text": file.has_text,
        "words": file.words,
        "pages": file.pages,
        "characters": file.characters,
        "passages": use.passages,
        "passages_total": use.passages_total,
        "error": file.error,
        "error_code": file.error_code,
        "job_id": file.job_id,
    }

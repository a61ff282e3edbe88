"""What is in a file, over HTTP: its bytes, which no browser ever shows, and its text."""

import re
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from pressrun.api import problems, wire
from pressrun.api.access import require
from pressrun.api.disposition import attachment
from pressrun.api.file_schemas import FileText
from pressrun.api.pages import number, storable
from pressrun.api.schemas import errors, files
from pressrun.api.state import system_of
from pressrun.errors import Code, PressrunError, Problem
from pressrun.knowledge.files import find_or_fail
from pressrun.knowledge.kinds import KINDS
from pressrun.knowledge.text import BETWEEN, Section, read_sections
from pressrun.organizations.keys import Scope

router = APIRouter(prefix="/v1/files", tags=["files"])

DEFAULT_CHARACTERS = 20_000
MOST_CHARACTERS = 1_000_000

SANDBOX = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox"
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


CONTENT = files(sorted({kind.media_type for kind in KINDS.values()}), 401, 403, 404, 416)


@router.get(
    "/{file_id}/download",
    responses={**CONTENT, 206: CONTENT["2XX"]},
    summary="Download a file",
)
async def download_file(request: Request, file_id: str) -> Response:
    """The bytes as they were uploaded, always as an attachment; one `Range` is served, several are refused with 416."""
    key = require(request, Scope.FILES_READ)
    system = system_of(request)
    file = await system.store.read(lambda tx: find_or_fail(tx, key.organization_id, storable(file_id)))
    etag = f'"{file.digest}"'
    headers = {
        "content-disposition": attachment(file.name),
        "content-security-policy": SANDBOX,
        "accept-ranges": "bytes",
        "etag": etag,
    }
    start, end, status = 0, file.size, 200
    asked = request.headers.get("range")
    if asked is not None and request.headers.get("if-range", etag) == etag:
        found = byte_range(asked, file.size)
        if found is None:
            message = f"one range of bytes within the {file.size:,} of the file is served: Range: bytes=0-99"
            refusal = problems.response(PressrunError(Code.NO_SUCH_RANGE, Problem(message, {"field": "Range"})))
            refusal.headers["content-range"] = f"bytes */{file.size}"
            return refusal
        start, end = found
        if (start, end) != (0, file.size):
            status, headers["content-range"] = 206, f"bytes {start}-{end - 1}/{file.size}"
    headers["content-length"] = str(end - start)
    await system.blobs.size(file.blob)  # before the answer begins: what is missing is then told
    return StreamingResponse(system.blobs.read(file.blob, start, end), status, headers, file.media_type)


def byte_range(text: str, size: int) -> tuple[int, int] | None:
    """The first byte that `Range` asks for of `size`, and the one behind the last; None for what cannot be served.

    What is no range is all of it.
    """
    if "," in text:
        return None
    match = RANGE.fullmatch(text.strip())
    if match is None or not (match[1] or match[2]):
        return 0, size
    if not match[1]:  # the last so many bytes
        start, end = max(0, size - int(match[2])), size
    else:
        start, end = int(match[1]), min(size, int(match[2]) + 1) if match[2] else size
    return (start, end) if start < end else None


@router.get("/{file_id}/text", responses=errors(FileText, 400, 401, 403, 404), summary="Retrieve a file's text")
async def file_text(request: Request, file_id: str, offset: str | None = None, limit: str | None = None) -> Response:
    """Some of the text that was extracted, and which pages, slides or sheets it is of; empty where there is none."""
    key = require(request, Scope.FILES_READ)
    system = system_of(request)
    file = await system.store.read(lambda tx: find_or_fail(tx, key.organization_id, storable(file_id)))
    sections = await read_sections(system.blobs, file)
    start = max(0, number("offset", offset, 0))
    end = start + max(1, min(MOST_CHARACTERS, number("limit", limit, DEFAULT_CHARACTERS)))
    return wire.answer(_some(sections, start, end))


def _some(sections: list[Section], start: int, end: int) -> dict[str, Any]:
    pieces: list[str] = []
    touched: list[dict[str, Any]] = []
    at = 0
    for index, section in enumerate(sections):
        text = section.text + (BETWEEN if index + 1 < len(sections) else "")
        if at < end and at + len(text) > start:
            pieces.append(text[max(0, start - at) : end - at])
            touched.append({"offset": at, "page": section.page, "label": section.label})
        at += len(text)
    return {"text": "".join(pieces), "offset": start, "total": at, "sections": touched}

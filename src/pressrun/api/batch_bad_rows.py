"""Every row of a file that cannot be run, as a file of their own: the estimate lists a thousand."""

import csv
import io
import tempfile
from collections.abc import AsyncIterator, Sequence
from typing import IO

from fastapi import APIRouter, Request, Response
from starlette.responses import StreamingResponse

from pressrun.api.access import require
from pressrun.api.batch_file import incoming
from pressrun.api.request_schemas import BatchUpload, body_of
from pressrun.api.schemas import files
from pressrun.api.state import system_of
from pressrun.batches.files.bad_rows import BadRow
from pressrun.batches.files.formula_safe import formula_safe
from pressrun.batches.files.rows import read_rows
from pressrun.batches.files.text_results import BOM
from pressrun.organizations.keys import Scope

router = APIRouter(tags=["batches"])

COLUMNS = ("row", "line", "column", "problem")
IN_MEMORY = 1024 * 1024
PIECE_BYTES = 64 * 1024


@router.post(
    "/v1/applications/{application_id}/batches/bad-rows",
    responses=files(["text/csv"], 400, 401, 404, 408, 413),
    openapi_extra=body_of(BatchUpload),
    summary="All rows of a file that cannot be run",
)
async def bad_rows(request: Request, application_id: str) -> Response:
    """A line for everything that is wrong with a row, as CSV; nothing is stored, and no model is asked."""
    key = require(request, Scope.JOBS_WRITE)
    _, definition = await system_of(request).deployed.find(key.organization_id, application_id)
    file = await incoming(request)
    # A client that is still sending reads no answer, so it waits in a file until all is read.
    found = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - the answer closes it
    try:
        found.write(BOM.encode() + _lines([COLUMNS]))
        async with read_rows(file.chunks, file.told, definition, file.options.column_map) as rows:
            rows.bad.most = None
            async for _ in rows:
                found.write(_lines(map(_cells, rows.bad.take())))
    except BaseException:
        found.close()
        raise
    found.seek(0)
    headers = {"content-disposition": 'attachment; filename="bad-rows.csv"'}
    return StreamingResponse(_pieces(found), media_type="text/csv", headers=headers)


async def _pieces(file: IO[bytes]) -> AsyncIterator[bytes]:
    with file:
        while piece := file.read(PIECE_BYTES):
            yield piece


def _cells(one: BadRow) -> Sequence[object]:
    return one.row, one.line, formula_safe(one.column or ""), formula_safe(one.reason)


def _lines(rows: "map[Sequence[object]] | list[tuple[str, ...]]") -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8", "replace")

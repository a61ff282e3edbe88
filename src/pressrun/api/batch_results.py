"""The results of a batch as a file, at any moment, and the file to fill in for an agent."""

import re
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request, Response
from starlette.responses import StreamingResponse

from pressrun.api.access import require
from pressrun.api.schemas import files
from pressrun.api.state import system_of
from pressrun.batches import read
from pressrun.batches.files.results import ResultColumns
from pressrun.batches.files.template import template_csv, template_xlsx
from pressrun.batches.files.text_results import csv_results, jsonl_results
from pressrun.batches.files.xlsx_results import refuse_too_long, xlsx_results
from pressrun.batches.results import result_blocks
from pressrun.errors import Code, PressrunError, Problem
from pressrun.organizations.keys import Scope

router = APIRouter(tags=["batches"])

MEDIA_TYPES = {
    "csv": "text/csv",
    "jsonl": "application/x-ndjson",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@router.get(
    "/v1/batches/{batch_id}/results",
    responses=files(list(MEDIA_TYPES.values()), 400, 401, 404),
    summary="The results as a file",
)
async def batch_results(
    request: Request,
    batch_id: str,
    format: str = "csv",  # noqa: A002 - the word of the URL
    raw: str = "false",
    only: str = "all",
) -> Response:
    """One line for every row of the file, in its order, with what is known by now; `raw` leaves formulas be.

    `only=failed`: the rows that failed, were cancelled or could not be run, to be corrected and sent back.
    """
    key = require(request, Scope.JOBS_READ)
    kind, rows = _format(format), _word("only", only, ("all", "failed"))
    system = system_of(request)
    batch = await system.store.read(lambda tx: read.find_or_fail(tx, key.organization_id, batch_id))
    failed = batch.invalid + batch.counts.failed + batch.counts.cancelled
    if kind == "xlsx":
        refuse_too_long(failed if rows == "failed" else batch.rows)
    definition = await system.definition(key.organization_id, batch.agent_id, batch.agent_version)
    columns = ResultColumns(batch.columns, [prompt.name for prompt in definition.prompts])
    blocks = result_blocks(system.store, batch, definition, only_failed=rows == "failed")
    pieces: AsyncIterator[bytes]
    match kind:
        case "csv":
            pieces = csv_results(columns, blocks, raw=raw == "true", bom=raw != "true")
        case "jsonl":
            pieces = jsonl_results(columns, blocks)
        case _:
            pieces = xlsx_results(columns, blocks)
    name = f"{batch.name}-{'failed' if rows == 'failed' else 'results'}"
    return StreamingResponse(pieces, media_type=MEDIA_TYPES[kind], headers=_as_file(name, kind))


@router.get(
    "/v1/applications/{application_id}/batches/template",
    responses=files([MEDIA_TYPES["csv"], MEDIA_TYPES["xlsx"]], 400, 401, 404),
    summary="A file to fill in for an agent",
)
async def batch_template(request: Request, application_id: str, format: str = "csv") -> Response:  # noqa: A002
    """The agent's inputs as columns, and one row that shows what goes where."""
    key = require(request, Scope.AGENTS_READ)
    kind = _format(format, ("csv", "xlsx"))
    agent, definition = await system_of(request).deployed.find(key.organization_id, application_id)
    content = template_csv(definition) if kind == "csv" else template_xlsx(definition)
    return Response(
        content, media_type=MEDIA_TYPES[kind], headers=_as_file(f"{agent.alias or definition.name}-template", kind)
    )


def _format(word: str, known: tuple[str, ...] = tuple(MEDIA_TYPES)) -> str:
    return _word("format", word, known)


def _word(name: str, word: str, known: tuple[str, ...]) -> str:
    if word not in known:
        raise PressrunError(
            Code.INVALID, Problem(f"{name} must be one of {', '.join(known)}, not {word[:50]!r}", {"field": name})
        )
    return word


def _as_file(name: str, kind: str) -> dict[str, str]:
    return {"content-disposition": f'attachment; filename="{UNSAFE.sub("-", name)[:100].strip("-") or "batch"}.{kind}"'}

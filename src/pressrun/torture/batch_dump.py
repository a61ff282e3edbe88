"""How every batch ended, as the public API tells it: the batch, its rows, its result file."""

from collections.abc import AsyncIterator
from typing import Any

from pressrun.torture.batch_history import ENDED
from pressrun.torture.batch_records import FileLine, FinalBatch, FinalRow
from pressrun.torture.client import Client, Failure
from pressrun.torture.dump import TRIES, get, patiently
from pressrun.torture.files import NONCE, NOTE, PLACE, read_csv, read_jsonl
from pressrun.torture.journal import Journal
from pressrun.torture.uploads import Uploads, nano_of

PAGE = 100
ROWS = 500


async def open_batches(client: Client) -> int | None:
    """How many batches have not ended; None when the server does not say. Paused ones are let go on, without a cap."""
    found = 0
    try:
        async for batch in _batches(client):
            if batch["state"] not in ENDED:
                found += 1
            if batch["state"] == "paused":
                await _let_go_on(Uploads(client), batch)
    except (*Failure, RuntimeError):
        return None
    return found


async def _let_go_on(uploads: Uploads, batch: dict[str, Any]) -> None:
    if batch["pause_code"] == "max_cost":
        await uploads.act("uncap", batch["id"])
    await uploads.act("resume", batch["id"])


async def dump_batches(client: Client, log: Journal) -> None:
    """Write every batch, its rows, and the lines of its results: as CSV or as JSON lines, in turn."""
    number = 0
    async for batch in _batches(client, tries=TRIES):
        log.write(FinalBatch(batch["id"], batch["state"], dict(batch["counts"]), nano_of(batch)))
        await _dump_rows(client, batch["id"], log)
        await _dump_file(client, batch["id"], log, "csv" if number % 2 else "jsonl")
        number += 1


async def _batches(client: Client, tries: int = 1) -> AsyncIterator[dict[str, Any]]:
    offset = 0
    while page := (await get(client, f"/v1/batches?limit={PAGE}&offset={offset}", tries))["result"]:
        offset += len(page)
        for batch in page:
            yield batch


async def _dump_rows(client: Client, batch_id: str, log: Journal) -> None:
    after, more = 0, True
    while more:
        page = await get(client, f"/v1/batches/{batch_id}/rows?after={after}&limit={ROWS}")
        for row in page["data"]:
            after = row["row"]
            cells = row["cells"]
            log.write(
                FinalRow(
                    batch_id,
                    row["row"],
                    cells[PLACE],
                    cells[NONCE],
                    row["state"],
                    row["job_id"],
                    row["suggestion"],
                    row["reused_from"],
                )
            )
        more = page["has_more"]


async def _dump_file(client: Client, batch_id: str, log: Journal, kind: str) -> None:
    content = await patiently(client, f"/v1/batches/{batch_id}/results?format={kind}&raw=true")
    lines: list[dict[str, Any]] = [*(read_csv(content) if kind == "csv" else read_jsonl(content))]
    for line in lines:
        place = line[PLACE] if line["Note"] == NOTE else "its own column has changed"
        log.write(FileLine(batch_id, place, line[NONCE], line["status"], line["suggestion"] or None, int(line["row"])))

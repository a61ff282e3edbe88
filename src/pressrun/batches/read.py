"""Looking at batches: one, a page of them, its errors, a page of its rows."""

from collections.abc import Sequence
from dataclasses import dataclass

from pressrun.batches.batch import Batch
from pressrun.errors import Code, PressrunError
from pressrun.store.store import Row, Transaction


@dataclass(frozen=True, slots=True)
class RowResult:
    """A row of the file and what became of it; `cells` is a JSON list of its texts, `result` the job's JSON.

    `state` is None while the row is not a job yet. `problem` tells why a row was skipped. Money is nano-dollars.
    """

    row: int
    row_id: str | None
    cells: bytes
    problem: str | None
    job_id: str | None
    state: str | None
    agent_version: int | None
    attempts: int | None
    generation: int | None
    error_code: str | None
    error: str | None
    prompt_tokens: int | None
    completion_tokens: int | None
    cost: int | None
    same_as: str | None
    started_at: int | None
    completed_at: int | None
    result: bytes | None

    @classmethod
    def from_row(cls, row: Row) -> "RowResult":
        """A row from what `list_batch_results` returns."""
        return cls(**{name: row[name] for name in cls.__dataclass_fields__})


async def find(tx: Transaction, organization_id: str, batch_id: str) -> Batch | None:
    """A batch with its counts, or None."""
    row = await tx.one("find_batch", organization_id=organization_id, batch_id=batch_id)
    return None if row is None else await _counted(tx, row)


async def find_or_fail(tx: Transaction, organization_id: str, batch_id: str) -> Batch:
    """A batch; raises PressrunError (not_found)."""
    batch = await find(tx, organization_id, batch_id.replace("\x00", ""))
    if batch is None:
        raise PressrunError(Code.NOT_FOUND, f"there is no batch {batch_id[:100]!r} that this key may see")
    return batch


async def page(
    tx: Transaction, organization_id: str, agent_id: str | None, *, offset: int, limit: int
) -> tuple[list[Batch], int]:
    """Batches, newest first, of one agent or of all, and how many there are altogether."""
    wanted = {"organization_id": organization_id, "agent_id": agent_id or ""}
    rows = await tx.all("list_batches", **wanted, offset=offset, limit=limit)
    total = await tx.one("count_batches", **wanted)
    assert total is not None
    return [await _counted(tx, row) for row in rows], int(total["batches"])


async def errors(tx: Transaction, batch: Batch) -> list[tuple[str, int]]:
    """The codes of errors among the failed rows, the most frequent first, with how many rows each has."""
    if not batch.counts.failed and not batch.counts.cancelled:
        return []
    rows = await tx.all("count_batch_errors", organization_id=batch.organization_id, batch_id=batch.id)
    return [(str(row["error_code"]), int(row["rows"])) for row in rows]


async def results(tx: Transaction, batch: Batch, *, after: int, limit: int) -> Sequence[RowResult]:
    """A page of rows in the order of the file, from behind row `after`."""
    rows = await tx.all(
        "list_batch_results", organization_id=batch.organization_id, batch_id=batch.id, after=after, limit=limit
    )
    return [RowResult.from_row(row) for row in rows]


async def _counted(tx: Transaction, row: Row) -> Batch:
    counts = await tx.one("sum_batch_counts", organization_id=row["organization_id"], batch_id=row["id"])
    return Batch.from_row(row, counts)

"""Which rows of a batch a file of corrections means, and where they stand."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from pressrun.batches.batch import Batch
from pressrun.batches.files.corrections import Correction, Corrections
from pressrun.store.store import Row, Store, Value

PAGE = 5000
"""Ids that are looked through at a time: there is no index on them, as only corrections ask for one."""


async def match(store: Store, batch: Batch, found: Corrections) -> tuple[Corrections, dict[int, Row]]:
    """The same corrections, those that give an id with the number of its row too, and all their rows by number."""
    wanted = {one.row_id for one in found.rows if one.row_id is not None}
    numbers = await find_ids(store, batch, wanted) if wanted else {}
    rows = [_numbered(one, numbers) for one in found.rows]
    names = {"organization_id": batch.organization_id, "batch_id": batch.id}
    asked: list[Mapping[str, Value]] = [
        {**names, "row": number} for number in sorted({one.row for one in rows if one.row is not None})
    ]
    standing = await store.read(lambda tx: tx.each("find_correctable_rows", asked))
    return replace(found, rows=rows), {int(row["row"]): row for row in standing}


def _numbered(one: Correction, numbers: Mapping[str, int]) -> Correction:
    return one if one.row_id is None else one._replace(row=numbers.get(one.row_id))


async def find_ids(store: Store, batch: Batch, wanted: Collection[str]) -> dict[str, int]:
    """The numbers of the rows that have these ids."""
    found: dict[str, int] = {}
    after = 0
    names = {"organization_id": batch.organization_id, "batch_id": batch.id}
    while len(found) < len(wanted):
        page = await store.read(lambda tx, after=after: tx.all("list_row_ids", **names, after=after, limit=PAGE))  # type: ignore[misc]
        found |= {row["row_id"]: int(row["row"]) for row in page if row["row_id"] in wanted}
        if len(page) < PAGE:
            break
        after = int(page[-1]["row"])
    return found

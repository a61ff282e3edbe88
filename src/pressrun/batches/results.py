"""What became of each row, page by page, for whoever writes it into a file."""

from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from pressrun.agents.definition import AgentDefinition
from pressrun.batches import read
from pressrun.batches.batch import Batch
from pressrun.batches.files.results import ResultRow
from pressrun.batches.read import RowResult
from pressrun.jobs.job import State
from pressrun.jobs.lanes import DEFAULT_MODEL
from pressrun.store.store import Store

PAGE = 500
NANO = Decimal(1_000_000_000)
INVALID = "invalid"


async def result_blocks(
    store: Store, batch: Batch, definition: AgentDefinition, *, only_failed: bool = False
) -> AsyncIterator[Sequence[ResultRow]]:
    """Every row in the order of the file, as it stands when its page is read; `definition` names the models.

    `only_failed` leaves out those that need no correction.
    """
    models = ", ".join(dict.fromkeys(prompt.model or DEFAULT_MODEL for prompt in definition.prompts))
    after = 0
    while True:
        page = await store.read(lambda tx, after=after: read.results(tx, batch, after=after, limit=PAGE))  # type: ignore[misc]
        if page:
            yield [result_row(one, models) for one in page if not only_failed or _has_failed(one)]
        if len(page) < PAGE:
            return
        after = page[-1].row


def _has_failed(row: RowResult) -> bool:
    return row.problem is not None or row.state in {State.FAILED, State.CANCELLED}


def result_row(row: RowResult, models: str) -> ResultRow:
    """A row as result files tell it; one that is no job yet is queued. What another row's answer gave costs nothing."""
    result: dict[str, Any] = {} if row.result is None else msgspec.json.decode(row.result)
    state = INVALID if row.problem is not None else row.state or State.QUEUED
    return ResultRow(
        row=row.row,
        cells=row.cells,
        status=state,
        prompts=result.get("prompts", {}),
        suggestion=result.get("suggestion"),
        error=row.problem or row.error,
        error_code=INVALID if row.problem is not None else row.error_code,
        attempts=row.attempts or 0,
        prompt_tokens=row.prompt_tokens or 0,
        completion_tokens=row.completion_tokens or 0,
        cost=None if row.cost is None else Decimal(row.cost) / NANO,
        model=_answered(result, models) if state == State.COMPLETED else None,
        version=row.agent_version,
        reused_from=row.same_as if state == State.COMPLETED else None,
        job_id=row.job_id,
    )


def _answered(result: dict[str, Any], models: str) -> str:
    """The models that gave a row's answers, each once; those its agent names where the result does not tell."""
    return ", ".join(dict.fromkeys(result.get("models", {}).values())) or models

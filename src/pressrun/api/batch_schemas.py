"""The shapes of answers about batches, for `/openapi.json`; money is US dollars."""

from typing import Any, Literal

from pydantic import Field

from pressrun.api.schemas import Pagination, Shape


class Tokens(Shape):
    """Tokens of all calls together."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int


class BatchCounts(Shape):
    """Where the rows stand; the others always come to `total`."""

    total: int
    queued: int
    running: int
    waiting: int
    completed: int
    failed: int
    cancelled: int
    invalid: int


class BatchError(Shape):
    """An error code and how many rows failed with it."""

    error_code: str
    rows: int


class BatchOptionsShape(Shape):
    """How the rows are run; `stop_on_errors` is a share of 1."""

    priority: int
    dedupe: bool
    reuse: bool
    fan_out: bool
    sample: int
    canary: int
    stop_on_errors: float | None


class BatchShape(Shape):
    """A batch; money is US dollars."""

    id: str
    application_id: str
    agent_version: int
    name: str
    state: Literal["loading", "running", "paused", "completed", "completed_with_errors", "cancelled"]
    pause_code: str | None
    paused_reason: str | None
    cancel_requested: bool
    retrying: bool
    counts: BatchCounts
    errors: list[BatchError]
    reused: int
    usage: Tokens
    cost: float | None
    max_cost: float | None
    currency: Literal["USD"]
    columns: list[str]
    options: BatchOptionsShape
    metadata: dict[str, str]
    created_at: str
    updated_at: str
    started_at: str | None
    completed_at: str | None
    deadline_at: str


class CostRange(Shape):
    """US dollars; null when a price is not known."""

    low: float | None
    high: float | None
    most: float | None


class SecondsRange(Shape):
    """Seconds."""

    low: int
    high: int


class BadRowShape(Shape):
    """One fault of a row that cannot be run."""

    row: int
    line: int
    column: str | None
    input: str | None
    reason: str


class BatchEstimateShape(Shape):
    """What a file of rows would take if it were run."""

    rows: int
    bad_rows: int
    distinct_rows: int
    prompt_tokens: int
    cost: CostRange
    currency: Literal["USD"]
    unbounded: list[str]
    duration_s: SecondsRange | None
    format: Literal["csv", "json", "jsonl", "xlsx"]
    encoding: str | None
    delimiter: str | None
    columns: list[str]
    first_rows: list[list[str]]
    inputs: dict[str, list[str]]
    problems: list[BadRowShape]


class LikelyCost(Shape):
    """A range that probably holds the cost; null while no row is done, or where a price is not known."""

    low: float | None
    high: float | None


class BatchProjectionShape(Shape):
    """What a batch will have cost, told from `rows` that are done; `rows_left` are still to be asked, at most.

    They will take `duration_s`; null when no row is done, or no worker alive.
    """

    rows: int
    rows_left: int
    cost_per_row: float | None
    cost: LikelyCost
    currency: Literal["USD"]
    duration_s: SecondsRange | None


class Pace(Shape):
    """How fast a batch is now."""

    rows_per_s: float
    tokens_per_s: float


class BatchProgress(BatchShape):
    """`event: progress`: a batch, how fast it is, when it will probably be done, and what makes its rows wait."""

    limited_by: str | None
    pace: Pace
    eta_s: SecondsRange | None


class BatchDeleted(Shape):
    """`event: deleted`: the batch is gone."""


class BatchPage(Shape):
    """A page of batches by offset."""

    result: list[BatchShape]
    totalCount: int  # noqa: N815 - as for jobs
    pagination: Pagination


class BatchRowShape(Shape):
    """A row of a batch's file and what became of it; `duration_ms` is that of the last attempt.

    `inputs` and `output` are how they begin; with `short` there are neither `cells` nor the whole `suggestion`.
    """

    row: int
    id: str | None
    cells: dict[str, Any] | None
    inputs: dict[str, str]
    state: Literal["queued", "running", "waiting", "completed", "failed", "cancelled", "invalid"]
    job_id: str | None
    output: str | None
    suggestion: str | None
    error: str | None
    error_code: str | None
    attempts: int
    usage: Tokens
    cost: float | None
    duration_ms: int | None
    started_at: str | None
    completed_at: str | None
    agent_version: int | None
    reused_from: str | None


class BatchRows(Shape):
    """A page of rows; `total` is the number of all that are wanted."""

    data: list[BatchRowShape]
    has_more: bool
    total: int


class SeriesPoint(Shape):
    """What ended in one step of time from `at` on; tokens and cost are those of the rows that ended.

    `p50_ms` and `p95_ms` tell how long the rows took that were asked, to a tenth; `errors` counts failed rows by code.
    """

    at: str
    completed: int
    failed: int
    cancelled: int
    tokens: int
    cost: float
    p50_ms: int | None
    p95_ms: int | None
    errors: dict[str, int]


class BatchSeries(Shape):
    """The life of a batch in at most 240 steps of `step_s` seconds, as it was known at `as_of`."""

    begin: str = Field(alias="from")
    end: str = Field(alias="to")
    as_of: str
    step_s: int
    currency: Literal["USD"]
    points: list[SeriesPoint]

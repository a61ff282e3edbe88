"""The batch: what was uploaded, how it is to be run, and where its rows stand."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec

from pressrun.store.store import Row


class State(StrEnum):
    """Where a batch stands. While it is `loading` its rows become jobs, and run already."""

    UPLOADING = "uploading"
    LOADING = "loading"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    COMPLETED_WITH_ERRORS = "completed_with_errors"
    CANCELLED = "cancelled"


ENDED = frozenset({State.COMPLETED, State.COMPLETED_WITH_ERRORS, State.CANCELLED})


class PauseCode(StrEnum):
    """Who or what paused a batch."""

    REQUESTED = "requested"
    TRIAL = "trial"
    ERRORS = "errors"
    MAX_COST = "max_cost"
    QUOTA = "quota"


class BatchOptions(msgspec.Struct, frozen=True, omit_defaults=True):
    """How the rows are run.

    `dedupe`: rows of the same inputs are asked once; `reuse`: results of earlier batches stand for theirs too.
    `sample`: the trial's rows are run, then the batch waits for its sender. `deadline_s` counts from the upload.
    `column_map` is what was said of the file's columns, for rows that are sent again.
    """

    dedupe: bool = True
    reuse: bool = False
    sample: bool = False
    fan_out: bool = False
    deadline_s: int = 0
    metadata: dict[str, str] = {}
    column_map: dict[str, str] = {}


class Retrying(msgspec.Struct, frozen=True, omit_defaults=True):
    """A retry that is under way: which of the rows that had failed `before` (microseconds), and how far it has come.

    `version` is the agent's version to go on with, None for the one that each row had.
    """

    before: int
    error_code: str = ""
    rows: list[int] | None = None
    version: int | None = None
    after: int = 0


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the rows at one moment. `cost` is nano-dollars; `reused` rows are among those completed."""

    jobs: int = 0
    queued: int = 0
    running: int = 0
    waiting: int = 0
    following: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    reused: int = 0
    deaths: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost: int = 0

    @property
    def open(self) -> int:
        """Jobs that have not ended."""
        return self.queued + self.running + self.waiting

    @property
    def ended(self) -> int:
        """Jobs that have."""
        return self.completed + self.failed + self.cancelled


@dataclass(frozen=True, slots=True)
class Batch:
    """A batch as it stands. Times are microseconds since the epoch, money nano-dollars.

    `columns` are those of the file, in its order. `stop_errors` is a rate in 1/10,000. `cancel_requested`: 1, what runs
    may end; 2, it is cut off.
    """

    id: str
    organization_id: str
    agent_id: str
    agent_version: int
    key_id: str | None
    name: str
    state: State
    pause_code: str | None
    pause_reason: str | None
    cancel_requested: int
    rows: int
    invalid: int
    loaded: int
    loaded_row: int
    columns: list[str]
    options: BatchOptions
    priority: int
    max_cost: int | None
    reserve: int
    trial_rows: int
    passed: bool
    stop_errors: int | None
    retrying: Retrying | None
    deadline_at: int
    created_at: int
    updated_at: int
    started_at: int | None
    completed_at: int | None
    counts: Counts = Counts()

    @classmethod
    def from_row(cls, row: Row, counts: Row | None = None) -> "Batch":
        """A batch from a row of `batches`, with the sums of its counters."""
        values: dict[str, Any] = {name: row[name] for name in BATCH_COLUMNS}
        values["state"] = State(values["state"])
        values["passed"] = bool(values["passed"])
        values["columns"] = msgspec.json.decode(values["columns"], type=list[str])
        values["options"] = msgspec.json.decode(values["options"], type=BatchOptions)
        retrying = values["retrying"]
        values["retrying"] = None if retrying is None else msgspec.json.decode(retrying, type=Retrying)
        if counts is not None:
            values["counts"] = Counts(**{name: int(counts[name]) for name in Counts.__dataclass_fields__})
        return cls(**values)

    @property
    def queued(self) -> int:
        """Rows that wait, those among them that are not jobs yet."""
        return self.rows - self.invalid - self.counts.jobs + self.counts.queued


BATCH_COLUMNS = tuple(name for name in Batch.__dataclass_fields__ if name != "counts")

"""Lines about files of rows and the batches they become. Money is nano-dollars, times as in `records`."""

from typing import Literal

import msgspec

from pressrun.torture.records import Line, Outcome

BatchAct = Literal["pause", "resume", "cancel", "retry", "uncap"]
"""What is asked of a batch; `uncap` takes its cap away."""


class UploadBegan(Line):
    """A file is about to be sent; `nonces` are its rows, in order; `cut`: the connection will be broken off in it."""

    id: int
    t: float
    nonces: tuple[str, ...]
    key: str | None
    dedupe: bool = True
    max_cost: int | None = None
    cut: bool = False


class UploadEnded(Line):
    """How it ended after `tries` requests were sent."""

    id: int
    t: float
    outcome: Outcome
    status: int | None
    batch_id: str | None
    tries: int


class BatchActBegan(Line):
    """Something is about to be asked of a batch."""

    id: int
    t: float
    kind: BatchAct
    batch_id: str


class BatchActEnded(Line):
    """How it was answered; `state` and `running` (rows) are the batch's in the answer."""

    id: int
    t: float
    status: int | None
    state: str | None = None
    running: int | None = None


class BatchSeen(Line):
    """A batch as one answer showed it; in `counts` the total is `total`."""

    t0: float
    t1: float
    batch_id: str
    status: int
    state: str | None = None
    counts: dict[str, int] = msgspec.field(default_factory=dict)
    cost: int = 0


class FinalBatch(Line):
    """A batch at the end, as the API lists it."""

    id: str
    state: str
    counts: dict[str, int]
    cost: int


class FinalRow(Line):
    """A row of a batch at the end; `place` is what its own column of that name says, `text` its result."""

    batch_id: str
    row: int
    place: str
    nonce: str
    state: str
    job_id: str | None
    text: str | None
    reused_from: str | None = None


class FileLine(Line):
    """A line of a batch's result file at the end, in the order of the file."""

    batch_id: str
    place: str
    nonce: str
    status: str
    text: str | None
    row: int


class BatchHook(Line):
    """A webhook about a batch came in: `verified` says whether its signature is right."""

    t: float
    id: str
    batch_id: str
    event: str
    verified: bool


ANY = (
    UploadBegan | UploadEnded | BatchActBegan | BatchActEnded | BatchSeen | FinalBatch | FinalRow | FileLine | BatchHook
)

"""What happened to files of rows, put together from the logs."""

from dataclasses import dataclass

from pressrun.torture.batch_records import (
    BatchAct,
    BatchActBegan,
    BatchActEnded,
    BatchHook,
    BatchSeen,
    FileLine,
    FinalBatch,
    FinalRow,
    UploadBegan,
    UploadEnded,
)
from pressrun.torture.logs import Logs
from pressrun.torture.records import NEVER, Outcome

ENDED = frozenset({"completed", "completed_with_errors", "cancelled"})
"""States in which a batch has come to its end."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was sent; one that was never answered is `unknown`."""

    nonces: tuple[str, ...]
    key: str | None
    t0: float
    t1: float = NEVER
    outcome: Outcome = "unknown"
    status: int | None = None
    batch_id: str | None = None
    tries: int = 1
    dedupe: bool = True
    max_cost: int | None = None
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """Something that was asked of a batch."""

    kind: BatchAct
    batch_id: str
    t0: float
    t1: float = NEVER
    status: int | None = None
    state: str | None = None
    running: int | None = None

    @property
    def held(self) -> bool:
        """Whether the answer says that it is so."""
        return self.status is not None and self.status < 300

    @property
    def may_be(self) -> bool:
        """Whether it may be so: that, or nobody answered, or only somebody on the way did."""
        return self.status is None or self.held or self.status >= 500


@dataclass(frozen=True, slots=True)
class Batches:
    """Everything the auditor saw of batches."""

    uploads: tuple[Upload, ...] = ()
    acts: tuple[Asked, ...] = ()
    sights: tuple[BatchSeen, ...] = ()
    batches: tuple[FinalBatch, ...] = ()
    rows: tuple[FinalRow, ...] = ()
    lines: tuple[FileLine, ...] = ()
    hooks: tuple[BatchHook, ...] = ()

    @property
    def observed(self) -> bool:
        """Whether there was anything to see."""
        return bool(self.uploads or self.batches)

    def rows_of(self, batch_id: str) -> list[FinalRow]:
        """The rows of a batch, as the API listed them."""
        return [row for row in self.rows if row.batch_id == batch_id]

    def acts_on(self, batch_id: str, *kinds: BatchAct) -> list[Asked]:
        """What was asked of a batch, in order."""
        found = (act for act in self.acts if act.batch_id == batch_id and act.kind in kinds)
        return sorted(found, key=lambda act: act.t0)

    def upload_of(self, batch_id: str) -> Upload | None:
        """The file a batch was made of, where its sender was told."""
        return next((one for one in self.uploads if one.batch_id == batch_id and one.outcome == "ok"), None)


def assemble_batches(logs: Logs) -> Batches:
    """The batches of a run."""
    return Batches(
        uploads=_uploads(logs),
        acts=_acts(logs),
        sights=tuple(sorted(logs.of(BatchSeen), key=lambda line: line.t1)),
        batches=tuple(logs.of(FinalBatch)),
        rows=tuple(logs.of(FinalRow)),
        lines=tuple(logs.of(FileLine)),
        hooks=tuple(logs.of(BatchHook)),
    )


def _uploads(logs: Logs) -> tuple[Upload, ...]:
    return logs.joined(
        UploadBegan,
        UploadEnded,
        lambda line: Upload(line.nonces, line.key, line.t, dedupe=line.dedupe, max_cost=line.max_cost, cut=line.cut),
        *("outcome", "status", "batch_id", "tries"),
    )


def _acts(logs: Logs) -> tuple[Asked, ...]:
    return logs.joined(
        BatchActBegan,
        BatchActEnded,
        lambda line: Asked(line.kind, line.batch_id, line.t),
        *("status", "state", "running"),
    )

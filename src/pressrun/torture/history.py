"""What happened, put together from the logs: the only thing the checker sees."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from pressrun.torture.batch_history import Batches, assemble_batches
from pressrun.torture.logs import Logs
from pressrun.torture.records import (
    NEVER,
    ActBegan,
    ActEnded,
    CallBegan,
    CallEnded,
    FaultBegan,
    FaultEnded,
    FinalEvent,
    FinalJob,
    Hook,
    Line,
    Outcome,
    Polled,
    Run,
    SubmitBegan,
    SubmitEnded,
)

TERMINAL = frozenset({"completed", "failed", "cancelled"})


@dataclass(frozen=True, slots=True)
class Submit:
    """A create request; one that was never answered is `unknown`."""

    nonces: tuple[str, ...]
    key: str | None
    t0: float
    t1: float = NEVER
    outcome: Outcome = "unknown"
    status: int | None = None
    job_id: str | None = None
    tries: int = 1


@dataclass(frozen=True, slots=True)
class Act:
    """A cancel or a retry."""

    kind: Literal["cancel", "retry"]
    job_id: str
    t0: float
    t1: float = NEVER
    status: int | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the provider; `outcome` is aborted while nothing else is known."""

    nonce: str
    serial: int
    t0: float
    t1: float = NEVER
    outcome: Literal["answered", "error", "aborted"] = "aborted"
    status: int | None = None
    port: int = 0
    prompt: str = ""
    host: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """The time of one fault."""

    name: str
    t0: float
    t1: float
    detail: str = ""


@dataclass(frozen=True)
class History:
    """Everything the auditor's programs saw. `hooks` is None where no sink was listening."""

    submits: tuple[Submit, ...] = ()
    acts: tuple[Act, ...] = ()
    calls: tuple[Call, ...] = ()
    polls: tuple[Polled, ...] = ()
    faults: tuple[Window, ...] = ()
    jobs: tuple[FinalJob, ...] = ()
    events: tuple[FinalEvent, ...] = ()
    hooks: tuple[Hook, ...] | None = None
    files: Batches = field(default_factory=Batches)
    slots: int = 1
    ended_at: float = NEVER
    _calls_of: dict[str, tuple[Call, ...]] = field(init=False, default_factory=dict, compare=False, repr=False)

    def calls_of(self, nonce: str) -> tuple[Call, ...]:
        """The calls of a nonce, in order."""
        if not self._calls_of:
            by_nonce: defaultdict[str, list[Call]] = defaultdict(list)
            for call in self.calls:
                by_nonce[call.nonce].append(call)
            self._calls_of.update(
                {key: tuple(sorted(found, key=lambda call: call.t0)) for key, found in by_nonce.items()}
            )
        return self._calls_of.get(nonce, ())


def assemble(lines: Iterable[Line]) -> History:
    """A history from log lines, in whatever order they come."""
    logs = Logs(lines)
    run = next(iter(logs.of(Run)), Run(slots=1, ended_at=NEVER))
    return History(
        submits=_submits(logs),
        acts=_acts(logs),
        calls=_calls(logs),
        polls=tuple(sorted(logs.of(Polled), key=lambda line: line.t1)),
        faults=_windows(logs, run.ended_at),
        jobs=tuple(logs.of(FinalJob)),
        events=tuple(logs.of(FinalEvent)),
        hooks=tuple(logs.of(Hook)) if run.hooks_observed else None,
        files=assemble_batches(logs),
        slots=run.slots,
        ended_at=run.ended_at,
    )


def _submits(logs: Logs) -> tuple[Submit, ...]:
    return logs.joined(
        SubmitBegan,
        SubmitEnded,
        lambda line: Submit(line.nonces, line.key, line.t),
        *("outcome", "status", "job_id", "tries"),
    )


def _acts(logs: Logs) -> tuple[Act, ...]:
    return logs.joined(ActBegan, ActEnded, lambda line: Act(line.kind, line.job_id, line.t), "status", "state")


def _calls(logs: Logs) -> tuple[Call, ...]:
    return logs.joined(
        CallBegan,
        CallEnded,
        lambda line: Call(line.nonce, line.serial, line.t, port=line.port, prompt=line.prompt, host=line.host),
        *("outcome", "status"),
        by=("nonce", "serial"),
    )


def _windows(logs: Logs, ended_at: float) -> tuple[Window, ...]:
    ends = {line.id: line.t for line in logs.of(FaultEnded)}
    return tuple(Window(line.name, line.t, ends.get(line.id, ended_at), line.detail) for line in logs.of(FaultBegan))

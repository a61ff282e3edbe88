"""The jobs a worker has in hand."""

import asyncio
from dataclasses import dataclass, field
from enum import StrEnum

from pressrun.jobs.job import Claim
from pressrun.jobs.outcome import Cancelled, Outcome, Released


class Stop(StrEnum):
    """Why a running job is interrupted."""

    CANCEL = "cancel"
    RELEASE = "release"
    FENCE = "fence"

    @property
    def outcome(self) -> Outcome | None:
        """How a run that was interrupted so has ended; None when nothing of it may be written."""
        match self:
            case Stop.CANCEL:
                return Cancelled()
            case Stop.RELEASE:
                return Released()
            case Stop.FENCE:
                return None


@dataclass(slots=True)
class Run:
    """One claim being carried out; `stop` says why it was interrupted, if it was.

    `begun`: its task has taken its first step; one that is cancelled before that never runs, not even its `finally`.
    """

    claim: Claim
    task: "asyncio.Task[None] | None" = None
    stop: Stop | None = None
    begun: bool = False
    recording: bool = False

    @property
    def interrupted(self) -> Outcome | None:
        """How a run that was interrupted has ended; None when nothing of it may be written."""
        return None if self.stop is None else self.stop.outcome


@dataclass(slots=True)
class Running:
    """All of them, by job id; `freed` is set whenever one ends, or only waits for its outcome to be recorded."""

    runs: dict[str, Run] = field(default_factory=dict)
    freed: asyncio.Event = field(default_factory=asyncio.Event)
    recording: int = 0
    ended: int = 0
    """How many outcomes were known so far."""

    def __len__(self) -> int:
        return len(self.runs)

    def free(self, places: int) -> int:
        """How many jobs may be started where so many may be asked about at a time.

        A run that is being recorded asks no model: its place is the next one's. Half as many as there are places may
        stand beside them, which bounds what waits in memory. Of one place none may: a suspect runs alone to its end.
        """
        return places - len(self.runs) + min(self.recording, places // 2)

    def record(self, run: Run) -> None:
        """A run's outcome is known and cannot be changed any more."""
        run.recording = True
        self.recording += 1
        self.ended += 1
        self.freed.set()

    def interrupt(self, run: Run, reason: Stop) -> None:
        """Stop a run, unless its outcome is already being recorded or it was stopped before."""
        if run.stop is None and not run.recording and run.task is not None:
            run.stop = reason
            if run.begun:
                run.task.cancel()

    def interrupt_all(self, reason: Stop) -> None:
        """Stop everything."""
        for run in list(self.runs.values()):
            self.interrupt(run, reason)

    def remove(self, run: Run) -> None:
        """A run ended; a newer claim of the same job stays."""
        if self.runs.get(run.claim.id) is run:
            del self.runs[run.claim.id]
        self.recording -= run.recording
        self.freed.set()

    async def drain(self, timeout_s: float) -> bool:
        """Wait until nothing runs; False when the time ran out first."""
        tasks = [run.task for run in self.runs.values() if run.task is not None]
        if not tasks:
            return True
        _, pending = await asyncio.wait(tasks, timeout=timeout_s)
        return not pending

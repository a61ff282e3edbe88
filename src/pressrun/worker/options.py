"""How a worker behaves."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WorkerOptions:
    """Durations are in seconds. `alone`: it takes suspects only, one at a time."""

    worker_id: str
    concurrency: int
    lease_s: float
    grace_s: float
    alone: bool = False

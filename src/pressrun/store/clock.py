"""Time, handed in."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], int]
"""Microseconds since the epoch."""

SECOND = 1_000_000
"""One second in the unit of every stored time."""


def system_clock() -> int:
    """The machine's clock, in microseconds since the epoch."""
    return time.time_ns() // 1000


def moment_of(microseconds: int) -> str:
    """A time of the store as people and programs read it, to the second."""
    return datetime.fromtimestamp(microseconds // SECOND, UTC).isoformat().replace("+00:00", "Z")

"""Time, handed in."""

import time
from collections.abc import Callable

Clock = Callable[[], int]
"""Microseconds since the epoch."""

SECOND = 1_000_000
"""One second in the unit of every stored time."""


def system_clock() -> int:
    """The machine's clock, in microseconds since the epoch."""
    return time.time_ns() // 1000

"""Time, handed in."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache

Clock = Callable[[], int]
"""Microseconds since the epoch."""

SECOND = 1_000_000
"""One second in the unit of every stored time."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

SPELLED = 4096
"""Seconds whose spelling is remembered: most answers of one moment tell times of few, and each tells several."""


def iso(microseconds: int) -> str:
    """A stored time as ISO 8601 in UTC, to the microsecond."""
    seconds, rest = divmod(microseconds, SECOND)
    return f"{_second(seconds)}.{rest:06}Z"


@lru_cache(SPELLED)
def _second(seconds: int) -> str:
    return (EPOCH + timedelta(seconds=seconds)).replace(tzinfo=None).isoformat()


def microseconds(moment: datetime) -> int:
    """A moment as it is stored; one without a zone is in UTC."""
    passed = (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)) - EPOCH
    return (passed.days * 86_400 + passed.seconds) * SECOND + passed.microseconds


def system_clock() -> int:
    """The machine's clock, in microseconds since the epoch."""
    return time.time_ns() // 1000


def moment_of(microseconds: int) -> str:
    """A time of the store as people and programs read it, to the second."""
    return datetime.fromtimestamp(microseconds // SECOND, UTC).isoformat().replace("+00:00", "Z")

"""When a message is tried again: the schedule of Standard Webhooks, some 75 hours in all."""

from collections.abc import Callable

WAITS_S = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""After the first, second, … attempt that failed: 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h."""

TRIES = len(WAITS_S) + 1

JITTER = 0.1
"""How much longer a wait may be, so that what failed together is not tried together."""

LONGEST_WISH_S = 86_400.0
"""Seconds that an endpoint may ask us to wait."""


def wait_s(tries: int, wish_s: float | None, random: Callable[[], float]) -> float | None:
    """Seconds until the next attempt after `tries` that failed; None when there is none.

    `wish_s` is what the endpoint asked for: it makes the wait longer, never shorter. `random` is within [0, 1).
    """
    if tries >= TRIES:
        return None
    wait = WAITS_S[tries - 1] * (1 + JITTER * random())
    return max(wait, min(wish_s or 0.0, LONGEST_WISH_S))

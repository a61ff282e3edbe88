"""How long to wait before another attempt: exponential, with full jitter, or as long as the provider asked for."""

from random import Random

FIRST_S = 1.0
LONGEST_S = 300.0
LONGEST_UNCHARGED_S = 15.0
"""Nobody is to blame for an outage and its end is not announced: look again soon."""


def wait_s(errors: int, retry_after_s: float | None, random: Random) -> float:
    """Seconds to wait after `errors` failed attempts (1 or more).

    Full jitter (uniform between 0 and the exponential bound) spreads a herd best; see "Exponential Backoff And Jitter",
    AWS Architecture Blog. A provider's own wish is a floor, with jitter on top so that its herd is spread too.
    """
    bound = min(LONGEST_S, FIRST_S * 2.0 ** min(errors - 1, 16))
    if retry_after_s is not None:
        return retry_after_s + random.uniform(0, min(bound, 1 + retry_after_s / 10))
    return random.uniform(0, bound)


def uncharged_wait_s(attempts: int, retry_after_s: float | None, random: Random) -> float:
    """Seconds to wait after an attempt that its job is not to blame for, the generation's `attempts`th (1 or more)."""
    bound = min(LONGEST_UNCHARGED_S, FIRST_S * 2.0 ** min(attempts, 16))
    if retry_after_s is not None:
        return retry_after_s + random.uniform(0, min(bound, 1 + retry_after_s / 10))
    return random.uniform(bound / 2, bound)

"""What a provider's headers say of the room that is left: OpenAI's names and Anthropic's."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from pressrun.models.retry_after import sane, seconds_of

PAIRS = tuple(
    pair
    for what in ("requests", "tokens", "input-tokens", "output-tokens")
    for pair in (
        (f"x-ratelimit-remaining-{what}", f"x-ratelimit-reset-{what}"),
        (f"anthropic-ratelimit-{what}-remaining", f"anthropic-ratelimit-{what}-reset"),
    )
)

REMAINING = frozenset(remaining for remaining, _ in PAIRS)

DURATION = re.compile(r"(?:(\d{1,6})h)?(?:(\d{1,6})m(?!s))?(?:(\d{1,6}(?:\.\d{1,9})?)s)?(?:(\d{1,9}(?:\.\d{1,9})?)ms)?")
"""As Go writes them: 1h2m3.5s, 6m0s, 120ms."""

NOTHING = re.compile(r"-?0+(\.0+)?|-\d+")


def pause_s(headers: Mapping[str, str], now_s: float) -> float | None:
    """Seconds until the provider has room again, when it says that none is left; None when there is, or nobody knows.

    `now_s` is the time in seconds since the epoch. What is garbled, past or absurd counts for nothing.
    """
    if REMAINING.isdisjoint(headers):  # what most providers send with most answers
        return None
    waits = [
        wait
        for remaining, reset in PAIRS
        if (left := headers.get(remaining))
        and NOTHING.fullmatch(left.strip())
        and (wait := reset_s(headers.get(reset, ""), now_s)) is not None
    ]
    return max(waits, default=None)


def reset_s(text: str, now_s: float) -> float | None:
    """Seconds in any of the forms that providers use: a number, Go's durations, a moment as RFC 3339 has it."""
    text = text.strip()
    seconds = seconds_of(text)
    if seconds is not None:
        return sane(seconds)
    found = DURATION.fullmatch(text)
    if found and text:
        hours, minutes, rest, milliseconds = (float(part or 0) for part in found.groups())
        return sane(hours * 3600 + minutes * 60 + rest + milliseconds / 1000)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    try:
        return sane(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() - now_s)
    except OverflowError:
        return None

"""How long a provider asks us to wait."""

import re
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime

LONGEST_S = 86_400.0
"""A wish beyond one day is a mistake of the provider's, not a plan of ours."""

NUMBER = re.compile(r"\d{1,18}(\.\d{1,9})?")


def retry_after_s(headers: Mapping[str, str], now_s: float) -> float | None:
    """Seconds to wait, from `retry-after-ms` or `Retry-After` (seconds or an HTTP date).

    `now_s` is the time in seconds since the epoch, for dates. None for whatever is absent, garbled, past or absurd.
    """
    milliseconds = seconds_of(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return sane(milliseconds / 1000)
    wish = headers.get("Retry-After")
    seconds = seconds_of(wish)
    if seconds is not None:
        return sane(seconds)
    return None if wish is None else sane(_until(wish, now_s))


def seconds_of(text: str | None) -> float | None:
    """A plain number of seconds; None for anything else."""
    return float(text) if text is not None and NUMBER.fullmatch(text.strip()) else None


def _until(date: str, now_s: float) -> float:
    try:
        moment = parsedate_to_datetime(date.strip())
    except (ValueError, OverflowError):
        return -1.0
    return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() - now_s


def sane(seconds: float) -> float | None:
    """The seconds, unless they are past or beyond what anybody can mean."""
    return seconds if 0 <= seconds <= LONGEST_S else None

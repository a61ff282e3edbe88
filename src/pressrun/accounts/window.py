"""What was permitted in the last minute, and what may be permitted now: exact, whatever the worker and the second.

A provider counts a call when it arrives. A permit is used within PERMIT_S of being asked for, or not at all, and the
network may delay one call a little more than another; so the calls of any 60 seconds were permitted within 60 seconds
and that much. Whole seconds are counted, the one that is beginning and the one that is ending too.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pressrun.accounts.account import Limits, Standing
from pressrun.store.clock import SECOND

MINUTE_S = 60
PERMIT_S = 3
NETWORK_S = 1
SPAN_S = MINUTE_S + PERMIT_S + NETWORK_S + 1
"""Seconds that are counted, the present one among them."""

PATIENCE_S = 0.5
"""When to ask again for a place among the calls under way, whose end nobody knows."""


@dataclass(frozen=True, slots=True)
class Second:
    """What was permitted in one second, counted from 1970."""

    second: int
    requests: int
    tokens: int


@dataclass(frozen=True, slots=True)
class Denied:
    """A call that may not be made now: for how many seconds nobody need ask, and why."""

    wait_s: float
    reason: str
    quota: bool = False


class Window:
    """The permits of one account while some are being handed out; `under_way` calls have begun and not ended."""

    def __init__(self, now: int, limits: Limits, standing: Standing, seconds: Sequence[Second], under_way: int) -> None:
        self._now = now
        self._standing = standing
        self._limits = limits
        self._pace = standing.pace(now, limits)
        self._seconds = [one for one in seconds if one.second > now // SECOND - SPAN_S]
        self._under_way = under_way
        self.requests = sum(one.requests for one in self._seconds)
        self.tokens = sum(one.tokens for one in self._seconds)
        self.added_requests = self.added_tokens = 0

    def permit(self, tokens: int) -> Denied | None:
        """None for a call that may be made, which is then counted with so many tokens."""
        denied = self._closed() or self._crowded() or self._full(tokens)
        if denied is None:
            self._under_way += 1
            self.added_requests += 1
            self.added_tokens += self.counted(tokens)
        return denied

    def counted(self, tokens: int) -> int:
        """A call that is larger than the limit takes all of it: it would never be permitted otherwise."""
        return tokens if self._limits.tpm is None else min(tokens, self._limits.tpm)

    @property
    def room(self) -> int | None:
        """How many calls might be under way at once if those that can begin now did; None for any number."""
        if self._closed() is not None:
            return 0 if self._standing.quota_failures else self._under_way
        most: list[int] = []
        if self._standing.quota_failures:
            most.append(1)
        if self._pace is not None:
            most.append(self._under_way + max(0, self._pace - self.requests))
        if self._limits.tpm is not None and self.requests:
            mean = max(1, self.tokens // self.requests)
            most.append(self._under_way + max(0, -(-(self._limits.tpm - self.tokens) // mean)))
        return min(most, default=None)

    def denied(self) -> Denied | None:
        """Why no call at all may be made now; None when one of no size may."""
        return self._closed() or self._crowded() or self._full(1)

    def _closed(self) -> Denied | None:
        standing = self._standing
        if self._now < standing.quota_until:
            return Denied((standing.quota_until - self._now) / SECOND, standing.quota_reason, quota=True)
        if self._now < standing.paused_until:
            return Denied((standing.paused_until - self._now) / SECOND, standing.pause_reason)
        return None

    def _crowded(self) -> Denied | None:
        most = 1 if self._standing.quota_failures else self._limits.concurrency
        if most is None or self._under_way < most:
            return None
        return Denied(PATIENCE_S, f"{_many(most, 'call')} at once {_are(most)} allowed and under way")

    def _full(self, tokens: int) -> Denied | None:
        if self._pace is not None and self.requests + self.added_requests >= self._pace:
            slowed = "" if self._pace == self._limits.rpm else ", fewer than usual after the provider refused some"
            return Denied(
                self._until(requests=1), f"{_many(self._pace, 'call')} a minute {_are(self._pace)} allowed{slowed}"
            )
        tpm = self._limits.tpm
        tokens = self.counted(tokens)
        if tpm is not None and self.tokens + self.added_tokens + tokens > tpm:
            return Denied(self._until(tokens=tokens), f"{_many(tpm, 'token')} a minute {_are(tpm)} allowed")
        return None

    def _until(self, requests: int = 0, tokens: int = 0) -> float:
        """Seconds until enough of what was permitted is old enough."""
        left_requests, left_tokens = self.requests + self.added_requests, self.tokens + self.added_tokens
        for one in self._seconds:
            left_requests -= one.requests
            left_tokens -= one.tokens
            fits_requests = self._pace is None or left_requests + requests <= self._pace
            fits_tokens = self._limits.tpm is None or left_tokens + tokens <= self._limits.tpm
            if fits_requests and fits_tokens:
                return max(0.05, one.second + SPAN_S - self._now / SECOND)
        return float(SPAN_S)


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"

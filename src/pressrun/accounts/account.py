"""A provider's account as all workers see it: what was set for it, and what the provider has said since."""

from dataclasses import dataclass, replace

from pressrun.store.clock import SECOND
from pressrun.store.store import Row

FIRST_QUOTA_PAUSE_S = 300.0
LONGEST_QUOTA_PAUSE_S = 3600.0
"""Money is added to an account by people: asking more often than this brings nothing."""

LONGEST_PAUSE_S = 3600.0
"""A provider that asks for more patience than this is asked again all the same."""

PAUSE_S = 1.0
"""How long nobody asks after a refusal that does not say for how long."""

SLOWER = 0.7
"""The share of the pace that is left after a refusal."""

FEWEST = 20
"""Calls a minute that the first refusal leaves: where little was asked, it was not the pace that was too much."""

SAME_EPISODE_S = 5.0
"""Refusals so shortly after one another tell of one excess, not of several."""

FASTER_EVERY_S = 120.0
"""The time in which a pace that was slowed grows by what it was slowed to."""

FORGOTTEN_AFTER_S = 600.0
"""So long after the last refusal the pace is free again, if no limit is set."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What was set for an account: calls and tokens a minute, and calls at once; None for no limit."""

    rpm: int | None = None
    tpm: int | None = None
    concurrency: int | None = None

    def __bool__(self) -> bool:
        return self.rpm is not None or self.tpm is not None or self.concurrency is not None

    def tightened(self, other: "Limits") -> "Limits":
        """The smaller of each: models that share an account share the smallest limit that any of them names."""
        return Limits(
            _least(self.rpm, other.rpm), _least(self.tpm, other.tpm), _least(self.concurrency, other.concurrency)
        )


def _least(one: int | None, other: int | None) -> int | None:
    return min((value for value in (one, other) if value is not None), default=None)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a provider has said of an account; times in microseconds since the epoch, 0 for none.

    Nobody asks before `paused_until` and `quota_until`; `slowed_to` calls a minute were right at `slowed_at`.
    """

    paused_until: int = 0
    pause_reason: str = ""
    slowed_at: int = 0
    slowed_to: int | None = None
    quota_until: int = 0
    quota_failures: int = 0
    quota_reason: str = ""

    @classmethod
    def from_row(cls, row: Row) -> "Standing":
        """From a row of `model_accounts`."""
        return cls(**{name: row[name] for name in cls.__dataclass_fields__})

    def pace(self, now: int, limits: Limits) -> int | None:
        """Calls a minute that are right now: what is set, or less while the provider is recovering from too many."""
        if self.slowed_to is None:
            return limits.rpm
        passed_s = max(0, now - self.slowed_at) / SECOND
        if passed_s >= FORGOTTEN_AFTER_S:
            return limits.rpm
        grown = int(self.slowed_to + passed_s * max(1 / 6, self.slowed_to / FASTER_EVERY_S))
        return _least(limits.rpm, max(1, grown))

    def is_over(self, now: int) -> bool:
        """Whether nothing that was said matters any more."""
        slow = self.slowed_to is not None and now - self.slowed_at < FORGOTTEN_AFTER_S * SECOND
        return not slow and now >= self.paused_until and not self.quota_failures

    def refused(self, now: int, pace: int, pause_s: float | None, reason: str) -> "Standing":
        """After a 429: nobody asks for a while, then fewer do; `pace` is how many asked in the last minute."""
        wait_s = PAUSE_S if pause_s is None else min(pause_s, LONGEST_PAUSE_S)
        paused = replace(self, paused_until=max(self.paused_until, now + int(wait_s * SECOND)), pause_reason=reason)
        if self.slowed_to is not None and now - self.slowed_at < SAME_EPISODE_S * SECOND:
            return paused
        fewest = FEWEST if self.slowed_to is None or now - self.slowed_at >= FORGOTTEN_AFTER_S * SECOND else 1
        return replace(paused, slowed_at=now, slowed_to=max(fewest, int(pace * SLOWER)))

    def paused(self, now: int, pause_s: float, reason: str) -> "Standing":
        """After an answer that said it was the last one for now."""
        until = now + int(min(pause_s, LONGEST_PAUSE_S) * SECOND)
        return replace(self, paused_until=max(self.paused_until, until), pause_reason=reason)

    def exhausted(self, now: int, reason: str) -> "Standing":
        """After a refusal for want of money: asked again after 5 minutes, then half as often each time."""
        if now < self.quota_until:  # a call that was under way says nothing new
            return self
        wait_s = min(LONGEST_QUOTA_PAUSE_S, FIRST_QUOTA_PAUSE_S * 2.0 ** min(self.quota_failures, 10))
        return replace(
            self,
            quota_until=now + int(wait_s * SECOND),
            quota_failures=self.quota_failures + 1,
            quota_reason=reason,
        )

    def answered(self) -> "Standing":
        """After an answer: there is money."""
        return replace(self, quota_until=0, quota_failures=0, quota_reason="") if self.quota_failures else self

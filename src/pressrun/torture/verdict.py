"""The numbers of a verdict, and the bar of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

BARS: dict[str, float] = {
    "lost": 0,
    "phantom": 0,
    "dup_by_key": 0,
    "unknown_multi": 0,
    "wrong_content": 0,
    "mutated": 0,
    "regressed": 0,
    "excess_calls": 0,
    "recalled_done_items": 0,
    "calls_after_cancel": 0,
    "stuck_max_s": 45,
    "hook_faults": 0,
    "unexplained": 0,
    "http_500": 0,
    "batch_lost": 0,
    "batch_phantom": 0,
    "batch_counts": 0,
    "batch_results": 0,
    "batch_repeats": 0,
    "batch_overrun": 0,
    "batch_overspent": 0,
}
"""The largest value that is no violation."""

SHOWN = 20
"""Offenders named for each number."""


@dataclass(frozen=True, slots=True)
class Number:
    """One number; None when there was nothing to look at. `offenders` say what it counts."""

    value: float | None
    offenders: tuple[str, ...] = ()

    @classmethod
    def of(cls, offenders: Sequence[str]) -> "Number":
        """The number of offenders."""
        return cls(len(offenders), tuple(offenders[:SHOWN]))


@dataclass(frozen=True, slots=True)
class Verdict:
    """All numbers by name, and how much they rest on."""

    numbers: dict[str, Number]
    counts: dict[str, int]

    @property
    def violated(self) -> list[str]:
        """The names of the numbers beyond their bars."""
        return [name for name, number in self.numbers.items() if (number.value or 0) > BARS[name]]

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "numbers": {name: number.value for name, number in self.numbers.items()},
            "bars": BARS,
            "violated": self.violated,
            "offenders": {name: list(number.offenders) for name, number in self.numbers.items() if number.offenders},
            "counts": self.counts,
        }

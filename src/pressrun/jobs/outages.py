"""A model whose provider serves nobody: its jobs stay queued, one at a time asks, and recovery is no stampede.

This is a circuit breaker (M. Nygard, "Release It!") kept in the store, so that all workers share it: closed (no row, or
too few failures), open (nobody is sent), then a growing allowance of jobs that may run at once.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pressrun.jobs.outcome import Call
from pressrun.store.clock import SECOND
from pressrun.store.store import Row, Transaction

OPENS_AFTER = 5
"""Outages in a row, without one answer between them, that open the circuit: a provider that fails for one in four
callers is no outage, and three in a row would come every few seconds."""

FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 15.0
GROWS_EVERY_S = 1.0
"""The allowance doubles at most this often, so that a provider that just came back is not knocked over again."""

CLOSES_AT = 256
"""An allowance that has grown this far is none any more."""

Name = tuple[str, str]
"""Organization and model."""


@dataclass(frozen=True, slots=True)
class Outage:
    """A model in trouble. `allowance` jobs may ask it at once, none while `is_open`; `age_us` since the last change."""

    failures: int
    openings: int
    allowance: int
    reason: str
    is_open: bool
    age_us: int
    since: int = 0
    open_until: int = 0

    @classmethod
    def from_row(cls, row: Row) -> "Outage":
        """From what `list_outages` returns."""
        return cls(
            row["failures"],
            row["openings"],
            row["allowance"],
            row["reason"],
            bool(row["is_open"]),
            int(row["age_us"]),
            row["since"],
            row["open_until"],
        )

    @property
    def limit(self) -> int | None:
        """Jobs that may ask the model at once; None for as many as like."""
        if not self.openings:
            return None
        return 0 if self.is_open else self.allowance


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of an outage: its new numbers, and for how long nobody asks, in seconds."""

    failures: int
    openings: int
    allowance: int
    closed_for_s: float = 0.0


def after(outage: Outage | None, answers: int, failures: int) -> Change | None:
    """How a model stands after some calls: unchanged (the same numbers), or None for a model that is well."""
    if answers:
        return _after_answers(outage)
    known = outage or Outage(0, 0, 0, "", is_open=False, age_us=0)
    if known.is_open:  # calls that were under way when it opened say nothing new
        return Change(known.failures, known.openings, known.allowance)
    counted = known.failures + failures
    is_probing = known.openings > 0 and known.allowance <= 1
    if counted < OPENS_AFTER and not is_probing:
        return Change(counted, known.openings, known.allowance)
    pause_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** min(known.openings, 10))
    return Change(counted, known.openings + 1, 1, pause_s)


def _after_answers(outage: Outage | None) -> Change | None:
    if outage is None or not outage.openings or outage.allowance >= CLOSES_AT:
        return None
    grown = outage.allowance * 2 if outage.age_us >= GROWS_EVERY_S * SECOND else outage.allowance
    return Change(0, 1, grown)  # the next pause is a short one again


async def find_all(tx: Transaction) -> dict[Name, Outage]:
    """Every model in trouble."""
    rows = await tx.all("list_outages")
    return {(row["organization_id"], row["model"]): Outage.from_row(row) for row in rows}


async def note(tx: Transaction, calls: Sequence[tuple[str, Call]], reasons: Mapping[Name, str]) -> None:
    """Take in how calls ended, each with its organization; `reasons` says what a provider in trouble said."""
    answers, failures = _sums(calls)
    known = await find_all(tx) if calls else {}
    # In order, so that two transactions never wait for each other's rows.
    for name in sorted({*failures, *(name for name in answers if name in known)}):
        change = after(known.get(name), answers[name], failures[name])
        await _set(tx, name, known.get(name), change, reasons.get(name))


async def _set(tx: Transaction, name: Name, known: Outage | None, change: Change | None, reason: str | None) -> None:
    organization_id, model = name
    if change is None:
        if known is not None:
            await tx.run("end_outage", organization_id=organization_id, model=model)
        return
    if known and change == Change(known.failures, known.openings, known.allowance):
        return
    await tx.run(
        "set_outage",
        organization_id=organization_id,
        model=model,
        failures=change.failures,
        openings=change.openings,
        closed_for_us=int(change.closed_for_s * SECOND),
        allowance=change.allowance,
        reason=reason or (known.reason if known else ""),
    )


def _sums(calls: Iterable[tuple[str, Call]]) -> tuple[Counter[Name], Counter[Name]]:
    """Answers and outages; any answer, even a refusal, shows that the provider is there."""
    answers: Counter[Name] = Counter()
    failures: Counter[Name] = Counter()
    for organization_id, call in calls:
        if call.outage:
            failures[organization_id, call.model] += 1
        elif call.outcome == "completed":
            answers[organization_id, call.model] += 1
    return answers, failures

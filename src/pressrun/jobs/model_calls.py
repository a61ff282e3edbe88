"""Calls of models, counted in the store, so that every process's figures outlive it and add up."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from pressrun.jobs import tokens
from pressrun.jobs.counts import SLOT
from pressrun.jobs.outcome import Call
from pressrun.store.store import Transaction

BUCKETS_MS = (50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 120_000)
"""Upper bounds of the latency histogram, in milliseconds; beyond the last stands BEYOND."""

BEYOND = 2**31


@dataclass(frozen=True, slots=True)
class ModelCalls:
    """Calls of one model with one outcome in one latency bucket, over the life of the store."""

    organization_id: str
    model: str
    outcome: str
    bucket_ms: int
    calls: int
    duration_us: int
    prompt_tokens: int
    completion_tokens: int


async def count(tx: Transaction, calls: Iterable[tuple[str, Call]]) -> None:
    """Add calls, each with its organization."""
    calls = list(calls)
    await tokens.spend(
        tx, [(organization_id, call.prompt_tokens + call.completion_tokens) for organization_id, call in calls]
    )
    sums: dict[tuple[str, str, str, int], Counter[str]] = {}
    for organization_id, call in calls:
        counter = sums.setdefault((organization_id, call.model, call.outcome, bucket(call.duration_s)), Counter())
        counter.update(
            calls=1,
            duration_us=int(call.duration_s * 1_000_000),
            prompt_tokens=call.prompt_tokens,
            completion_tokens=call.completion_tokens,
        )
    if sums:
        await tx.each("add_model_calls", [_values(key, counter) for key, counter in sorted(sums.items())])


def _values(key: tuple[str, str, str, int], counter: Counter[str]) -> dict[str, str | int]:
    organization_id, model, outcome, bucket_ms = key
    return {
        "organization_id": organization_id,
        "model": model,
        "outcome": outcome,
        "bucket_ms": bucket_ms,
        "slot": SLOT,
        "calls": counter["calls"],
        "duration_us": counter["duration_us"],
        "prompt_tokens": counter["prompt_tokens"],
        "completion_tokens": counter["completion_tokens"],
    }


def bucket(duration_s: float) -> int:
    """The upper bound, in milliseconds, of the bucket a duration falls into."""
    return next((bound for bound in BUCKETS_MS if duration_s * 1000 <= bound), BEYOND)


async def everywhere(tx: Transaction) -> list[ModelCalls]:
    """Every counter of the server."""
    rows = await tx.all("list_model_calls")
    return [ModelCalls(**{name: row[name] for name in ModelCalls.__dataclass_fields__}) for row in rows]

"""How fast a batch goes and when it will be done, as a range: what it does now, and what it did on the whole."""

from collections import deque
from dataclasses import dataclass

from pressrun.batches.batch import ENDED, Batch, State

WINDOW_S = 60.0
"""What counts as now."""

SECOND_US = 1_000_000
MARGIN = 0.25
"""How far off a rate may be that rests on one figure only."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Rows and tokens a second at the moment; the seconds until the end lie between `low_s` and `high_s`, if known."""

    rows_per_s: float
    tokens_per_s: float
    low_s: float | None
    high_s: float | None


@dataclass(frozen=True, slots=True)
class _Sample:
    at_s: float
    rows: int
    tokens: int


class Progress:
    """Looks at one batch again and again; `now_s` is any clock that goes forward."""

    def __init__(self) -> None:
        self._samples: deque[_Sample] = deque()

    def look(self, batch: Batch, now_s: float, store_now_us: int) -> Pace:
        """The pace at this moment; `store_now_us` is the store's own time, as the batch's times are."""
        counts = batch.counts
        sample = _Sample(now_s, counts.ended, counts.prompt_tokens + counts.completion_tokens)
        samples = self._samples
        if samples and samples[-1].rows > sample.rows:
            samples.clear()  # rows were retried: what ended once has not ended any more
        samples.append(sample)
        while len(samples) > 2 and now_s - samples[0].at_s > WINDOW_S:
            samples.popleft()
        recent, tokens = _rates(samples[0], sample)
        overall = _overall(batch, store_now_us)
        if len(samples) < 2:
            recent, tokens = overall, _per_second(sample.tokens, batch, store_now_us)
        if batch.state in ENDED:
            return Pace(recent, tokens, 0.0, 0.0)
        if batch.state == State.PAUSED:
            return Pace(recent, tokens, None, None)
        left = batch.rows - batch.invalid - counts.ended
        return Pace(recent, tokens, *_range(left, recent, overall))


def _rates(first: _Sample, last: _Sample) -> tuple[float, float]:
    took = last.at_s - first.at_s
    if took <= 0:
        return 0.0, 0.0
    return (last.rows - first.rows) / took, (last.tokens - first.tokens) / took


def _overall(batch: Batch, store_now_us: int) -> float:
    return _per_second(batch.counts.ended, batch, store_now_us)


def _per_second(count: int, batch: Batch, store_now_us: int) -> float:
    until = store_now_us if batch.completed_at is None else batch.completed_at
    took_s = (until - (batch.started_at or until)) / SECOND_US
    return count / took_s if took_s > 0 else 0.0


def _range(left: int, recent: float, overall: float) -> tuple[float | None, float | None]:
    rates = [rate for rate in (recent, overall) if rate > 0]
    if not rates:
        return None, None
    low, high = left / max(rates), left / min(rates)
    if high - low < MARGIN * low:
        middle = (low + high) / 2
        low, high = middle * (1 - MARGIN), middle * (1 + MARGIN)
    return low, high

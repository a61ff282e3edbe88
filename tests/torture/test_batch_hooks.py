"""What was told of batches: the checker passes what is right, and flags each of these."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from pressrun.torture.batch_records import BatchHook
from pressrun.torture.checker import check
from pressrun.torture.history import TERMINAL, History
from pressrun.torture.records import Hook
from tests.torture import good_batches as good


def ended(
    batch_id: str, t: float = 15, name: str = "h", event: str = "completed", *, verified: bool = True
) -> BatchHook:
    return BatchHook(t, f"{name}-{batch_id}", batch_id, f"batch.{event}", verified)


def heard(*of_batches: BatchHook) -> History:
    """The good history with a listener, who heard of every row's end and this of batches."""
    history = good.good()
    rows = tuple(
        Hook(15, f"h-{job.id}", job.id, job.state, True, job.generation)
        for job in history.jobs
        if job.state in TERMINAL
    )
    return good.with_files(replace(history, hooks=rows), hooks=of_batches)


ALL = (
    ended(good.TWINS),
    ended(good.CANCELLED, event="cancelled"),
    ended(good.RETRIED, 7, name="first"),
    ended(good.RETRIED),
    ended(good.CAPPED),
    ended(good.UNHEARD),
)

FLAGGED: dict[str, Callable[[], History]] = {
    "an end that nobody was told of": lambda: heard(*ALL[1:]),
    "told of another end": lambda: heard(ended(good.TWINS, event="cancelled"), *ALL[1:]),
    "told by somebody else": lambda: heard(*ALL, ended(good.TWINS, name="forged", verified=False)),
    "told twice under two ids": lambda: heard(*ALL, ended(good.TWINS, name="again")),
    "told more often than it could end": lambda: heard(*ALL, ended(good.RETRIED, name="third")),
    "told before the end": lambda: heard(ended(good.TWINS, 1), *ALL[1:]),
}


def test_everything_was_told() -> None:
    verdict = check(heard(*ALL))
    assert verdict.numbers["hook_faults"].value == 0, verdict.document()


def test_the_same_again_is_no_fault() -> None:
    verdict = check(heard(*ALL, *ALL, ended(good.CAPPED, 5, name="paused", event="paused")))
    assert verdict.numbers["hook_faults"].value == 0, verdict.document()


@pytest.mark.parametrize("name", FLAGGED)
def test_what_was_told_wrongly_is_flagged(name: str) -> None:
    verdict = check(FLAGGED[name]())
    assert verdict.violated == ["hook_faults"], verdict.document()
    assert verdict.numbers["hook_faults"].value == 1, verdict.document()

"""Trying a model out."""

import pytest

from pressrun.errors import RunFailure
from pressrun.models import trial
from pressrun.models.provider import Usage
from pressrun.models.scripted import Scripted


async def test_a_trial_tells_text_seconds_and_usage() -> None:
    ticks = iter([5.0, 6.5])
    found = await trial.try_model(Scripted(b"[{answer: Hello there}]"), "mine", clock=lambda: next(ticks))
    assert found == trial.Trial("Hello there", 1.5, Usage(6, 2))


async def test_a_trial_fails_as_a_run_does() -> None:
    with pytest.raises(RunFailure, match="Model 'mine' at scripted answered 401"):
        await trial.try_model(Scripted(b"[{fail: {status: 401}}]"), "mine")

"""Prompts with several models: the next one is asked when one cannot serve."""

from collections.abc import AsyncGenerator

import pytest

from pressrun.agents.definition import AgentDefinition
from pressrun.agents.outcome import Call
from pressrun.agents.run import run
from pressrun.errors import FailureCode, RunFailure
from pressrun.models.provider import Answer, Question
from pressrun.models.scripted import Scripted
from tests.agents.samples import VALUES, definition, heard


class Several(Scripted):
    """A provider whose models fail as told; the others answer with their name."""

    def __init__(self, **failures: RunFailure) -> None:
        super().__init__()
        self.failures = failures
        self.asked: list[tuple[str | None, bool]] = []

    async def complete(self, question: Question) -> Answer:
        self.asked.append((question.model, question.may_wait))
        if question.model in self.failures:
            raise self.failures[question.model]
        return Answer(str(question.model), model=question.model)

    async def stream(self, question: Question) -> AsyncGenerator[str | Answer]:
        answer = await self.complete(question)
        yield answer.text
        if answer.text == "broken":
            raise failure(FailureCode.MODEL_UNAVAILABLE)
        yield answer


def failure(code: FailureCode, **more: object) -> RunFailure:
    return RunFailure(code, str(code), **more)  # type: ignore[arg-type]


def agent(*models: str) -> AgentDefinition:
    return definition(prompts=[{"name": "p", "prompt": "@Tone", "models": list(models)}], output=None)


@pytest.mark.parametrize(
    "code",
    [
        FailureCode.MODEL_UNAVAILABLE,
        FailureCode.MODEL_RATE_LIMITED,
        FailureCode.MODEL_QUOTA_EXHAUSTED,
        FailureCode.MODEL_TIMEOUT,
    ],
)
async def test_the_next_model_answers(code: FailureCode) -> None:
    provider = Several(a=failure(code, outage=True))
    calls: list[Call] = []
    assert (await run(agent("a", "b", "c"), VALUES, provider, calls)).suggestion == "b"
    assert [(call.model, call.failure_code) for call in calls] == [("a", code), ("b", None)]
    assert provider.asked == [("a", False), ("b", False)]
    assert (await heard(agent("a", "b"), provider, []))[0] == "b"


async def test_a_refusal_is_the_prompts_own_fault() -> None:
    provider = Several(a=failure(FailureCode.MODEL_CONTENT_REFUSED))
    with pytest.raises(RunFailure) as refused:
        await run(agent("a", "b"), VALUES, provider, [])
    assert refused.value.code == FailureCode.MODEL_CONTENT_REFUSED
    assert provider.asked == [("a", False)]


async def test_when_none_can_serve_the_first_that_may_is_told_with_the_shortest_wait() -> None:
    provider = Several(
        a=failure(FailureCode.MODEL_RATE_LIMITED, retryable=True, retry_after_s=30.0),
        b=failure(FailureCode.MODEL_UNAVAILABLE, retryable=True, retry_after_s=2.0, outage=True),
        c=failure(FailureCode.MODEL_QUOTA_EXHAUSTED),
    )
    with pytest.raises(RunFailure) as told:
        await run(agent("a", "b", "c"), VALUES, provider, [])
    assert (told.value.code, told.value.retry_after_s) == (FailureCode.MODEL_RATE_LIMITED, 2.0)
    assert provider.asked == [("a", False), ("b", False), ("c", True)]


async def test_a_call_that_was_not_made_is_not_counted() -> None:
    provider = Several(a=failure(FailureCode.MODEL_RATE_LIMITED, retryable=True, called=False))
    calls: list[Call] = []
    await run(agent("a", "b"), VALUES, provider, calls)
    assert [call.model for call in calls] == ["b"]


async def test_nothing_is_said_twice() -> None:
    """Once a listener has heard a piece, another model would begin anew."""
    provider = Several()
    with pytest.raises(RunFailure) as told:
        await heard(agent("broken", "b"), provider, [])
    assert told.value.code == FailureCode.MODEL_UNAVAILABLE
    assert provider.asked == [("broken", False)]


def test_a_job_waits_for_no_model_that_another_can_stand_in_for() -> None:
    both = definition(
        prompts=[{"name": "p", "prompt": "x", "models": ["a", "b"]}, {"name": "q", "prompt": "x", "model": "c"}],
        output=None,
    )
    assert both.lane_models == ("c",)
    assert both.models == ("a", "b", "c")

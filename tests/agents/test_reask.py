"""Answers that do not fit their schema are asked for again, counted apart."""

from typing import Any

import pytest

from pressrun.agents.correcting import LONGEST_CORRECTION, LONGEST_SHOWN
from pressrun.agents.outcome import Call
from pressrun.agents.run import run
from pressrun.errors import Code, FailureCode, PressrunError, RunFailure
from pressrun.models.provider import Answer, Message, Question
from pressrun.models.scripted import Scripted
from tests.agents.samples import VALUES, definition, heard, script, with_schema

GOOD = '{"a": 1}'


class Listening(Scripted):
    """Answers in turn, and keeps what it was asked."""

    def __init__(self, *answers: str) -> None:
        super().__init__()
        self.answers = list(answers)
        self.asked: list[tuple[Message, ...]] = []

    async def complete(self, question: Question) -> Answer:
        self.asked.append(question.messages)
        return Answer(self.answers.pop(0), finish_reason="length" if not self.answers else "stop")


async def test_the_model_is_told_what_was_wrong_with_its_last_answer() -> None:
    provider = Listening('{"a": "x"}', "nonsense", GOOD)
    calls: list[Call] = []
    result = await run(with_schema(), VALUES, provider, calls)
    assert result.suggestion == GOOD
    first, second, third = provider.asked
    assert second[: len(first)] == third[: len(first)] == first
    assert second[-2] == Message("assistant", '{"a": "x"}')
    assert '"x" is not of type "integer"' in second[-1].content
    assert third[-2] == Message("assistant", "nonsense")
    assert len(third) == len(second)  # only the last answer is shown again
    assert [call.reask for call in calls] == [False, True, True]
    assert [call.as_counted().outcome for call in calls] == ["completed"] * 3


async def test_after_so_many_times_the_job_has_failed() -> None:
    for retries in (1, 2, 5):
        calls: list[Call] = []
        with pytest.raises(RunFailure) as failure:
            await run(with_schema(on_invalid={"retries": retries}), VALUES, script({"answer": "no"}), calls)
        assert (failure.value.code, failure.value.retryable) == (FailureCode.SCHEMA_ERROR, False)
        assert f"asked {retries + 1} times" in failure.value.message
        assert len(calls) == retries + 1


async def test_an_answer_that_was_cut_off_says_so() -> None:
    with pytest.raises(RunFailure, match="raise max_tokens"):
        await run(with_schema(on_invalid={"retries": 0}), VALUES, Listening('{"a": '), [])


async def test_it_is_asked_again_where_it_is_streamed_too() -> None:
    assert (await heard(with_schema(), Listening("no", GOOD), []))[0] == GOOD


async def test_what_is_shown_again_is_bounded() -> None:
    provider = Listening("x" * (2 * LONGEST_SHOWN), "", GOOD)
    await run(with_schema(json_schema={"enum": [{"a": 1}, "y" * 90_000]}), VALUES, provider, [])
    assert len(provider.asked[1][-2].content) == LONGEST_SHOWN
    assert provider.asked[2][-2].content == "(nothing)"
    assert all(len(asked[-1].content) <= LONGEST_CORRECTION for asked in provider.asked[1:])


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ({"on_invalid": {"retries": 1}, "json_schema": None}, "needs a json_schema"),
        ({"on_invalid": {"retries": 6}}, "between 0 and 5"),
        ({"on_invalid": {"times": 1}}, "retries"),
        ({"models": ["a", "a"]}, "twice"),
        ({"models": ["a"], "model": "b"}, "beside `model`"),
    ],
)
def test_what_cannot_be_is_refused(prompt: dict[str, Any], said: str) -> None:
    with pytest.raises(PressrunError, match=said) as refusal:
        with_schema(**prompt)
    assert refusal.value.code == Code.INVALID


def test_prompts_without_a_schema_are_asked_once() -> None:
    assert [prompt.reasks for prompt in definition().prompts] == [0, 0]
    assert with_schema().prompts[0].reasks == 2

"""What is heard is what is recorded, and a listener may leave at any time."""

from collections.abc import AsyncGenerator

import pytest

from pressrun.agents.outcome import Call
from pressrun.agents.run import run
from pressrun.agents.stream import stream
from pressrun.errors import FailureCode, RunFailure
from pressrun.models.provider import Answer, Question
from pressrun.models.scripted import Scripted
from tests.agents.samples import VALUES, definition, heard, one_list_agent, with_schema


@pytest.mark.parametrize(
    "template", [None, "@First / @Second", "@Second, then @First and @Second", "only text", "@Tone: @First!"]
)
@pytest.mark.parametrize("fan_out", [False, True])
async def test_what_is_heard_is_what_is_recorded(template: str | None, fan_out: bool) -> None:
    output = None if template is None else {"title": "Copy", "template": template}
    agent = definition(inputs=[*one_list_agent().model_dump(mode="json")["inputs"]], output=output)
    recorded: list[Call] = []
    calls: list[Call] = []
    result = await run(agent, VALUES, Scripted(), recorded, fan_out=fan_out)
    assert await heard(agent, Scripted(), calls, fan_out=fan_out) == (result.suggestion, result)
    assert sorted((call.prompt, call.usage.prompt_tokens) for call in calls) == sorted(
        (call.prompt, call.usage.prompt_tokens) for call in recorded
    )


async def test_a_listener_who_leaves_ends_the_call_and_it_is_counted() -> None:
    calls: list[Call] = []
    left: list[str] = []

    class Endless(Scripted):
        async def stream(self, question: Question) -> AsyncGenerator[str | Answer]:
            try:
                while True:
                    yield "more "
            finally:
                left.append(question.messages[-1].text)

    pieces = stream(with_schema(json_schema=None), VALUES, Endless(), calls)
    assert await anext(pieces) == "more "
    await pieces.aclose()
    assert left == ["friendly"]
    assert [call.failure_code for call in calls] == [FailureCode.CANCELLED]


async def test_a_stream_that_breaks_off_is_a_failure() -> None:
    class Broken(Scripted):
        async def stream(self, question: Question) -> AsyncGenerator[str | Answer]:  # noqa: ARG002 - the protocol's
            yield "some "

    calls: list[Call] = []
    with pytest.raises(RunFailure) as failure:
        await heard(with_schema(json_schema=None), Broken(), calls)
    assert (failure.value.code, failure.value.retryable) == (FailureCode.MODEL_UNAVAILABLE, True)
    assert [call.failure_code for call in calls] == [FailureCode.MODEL_UNAVAILABLE]

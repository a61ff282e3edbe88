"""Runs against a scripted model: order, references, schemas, limits, and every call counted."""

import asyncio
import json
from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pressrun.agents.asking import MAX_OUTPUT_BYTES
from pressrun.agents.definition import from_json, to_json
from pressrun.agents.inputs import check
from pressrun.agents.outcome import Call
from pressrun.agents.run import FAN_OUT_CONCURRENCY, check_fan_out, run
from pressrun.agents.stream import stream
from pressrun.errors import FailureCode, PressrunError, RunFailure
from pressrun.models.provider import Answer, Question, Usage
from pressrun.models.scripted import Scripted
from tests.agents.samples import SCHEMA, VALUES, definition, heard, one_list_agent, script, with_schema


def ticking() -> Iterator[float]:
    return (float(tick) for tick in count(1))


async def test_prompts_run_in_order_and_use_what_came_before() -> None:
    calls: list[Call] = []
    clock = ticking()
    provider = script(
        {"match": "describe", "answer": "<{prompt}>", "usage": {"prompt_tokens": 3, "completion_tokens": 2}}
    )
    result = await run(definition(), VALUES, provider, calls, clock=lambda: next(clock))
    first = "<describe Terra\nAqua, friendly>"
    assert result.prompts == {"First": first, "Second": first.join(["<shorten: ", ">"])}
    assert (result.title, result.suggestion, result.results) == ("Copy", f"{first} / <shorten: {first}>", None)
    assert [(call.prompt, call.model, call.failure_code) for call in calls] == [
        ("First", None, None),
        ("Second", "small", None),
    ]
    assert calls[0].usage == Usage(3, 2)
    assert (calls[0].started_s, calls[0].duration_s, calls[0].finish_reason) == (1.0, 1.0, "stop")


async def test_the_model_is_asked_what_the_prompt_says() -> None:
    asked: list[Question] = []

    class Listening(Scripted):
        async def complete(self, question: Question) -> Answer:
            asked.append(question)
            return await super().complete(question)

    prompt = {
        "name": "p",
        "prompt": "@Tone",
        "system": "be @Tone",
        "temperature": 1,
        "max_tokens": 9,
        "stop": ["x"],
        "model": "m",
    }
    await run(definition(prompts=[prompt], output=None), VALUES, Listening(), [])
    (question,) = asked
    assert [(message.role, message.content) for message in question.messages] == [
        ("system", "be friendly"),
        ("user", "friendly"),
    ]
    assert (question.model, question.temperature, question.max_tokens, question.stop) == ("m", 1.0, 9, ("x",))


@settings(deadline=None)
@given(name=st.text(max_size=20) | st.sampled_from(["@Tone", "{{First}}", "${x}", "{0.__class__}"]))
async def test_values_reach_the_output_as_they_are(name: str) -> None:
    prompts = [{"name": "First", "prompt": "[@Product name|{{Tone}}]"}]
    agent = definition(prompts=prompts, output={"template": "@First+@Product name"})
    result = await run(agent, {"Product name": (name,), "Tone": ("friendly",)}, Scripted(), [])
    assert result.suggestion == f"[{name}|friendly]+{name}"


async def test_absent_inputs_are_empty_and_the_joiner_joins() -> None:
    prompts = [{"name": "p", "prompt": "@Product name|@Notes|@Photo"}]
    agent = definition(prompts=prompts, output=None, settings={"joiner": " + "})
    values = check(agent, [{"id": "Product name", "value": ["a", "b"]}, {"id": "Tone", "value": ["playful"]}])
    result = await run(agent, values, Scripted(), [])
    assert (result.title, result.suggestion) == ("Output", "a + b||")


async def test_a_failed_call_is_counted_and_ends_the_run() -> None:
    calls: list[Call] = []
    provider = script({"match": "shorten", "fail": {"status": 429, "retry_after": 7}})
    with pytest.raises(RunFailure) as failure:
        await run(definition(), VALUES, provider, calls)
    assert failure.value.retryable
    assert [call.failure_code for call in calls] == [None, FailureCode.MODEL_RATE_LIMITED]
    assert calls[1].usage == Usage()


async def test_a_cancelled_call_is_counted() -> None:
    calls: list[Call] = []
    started = asyncio.Event()

    async def forever(_seconds: float) -> None:
        started.set()
        await asyncio.Event().wait()

    provider = Scripted(b"- {delay_s: 1, answer: x}", sleep=forever)
    task = asyncio.create_task(run(definition(), VALUES, provider, calls))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [call.failure_code for call in calls] == [FailureCode.CANCELLED]


@pytest.mark.parametrize("answer", ['{"a": 1}', ' {"a": 1}\n', '```json\n{"a": 1}\n```', '\n```\n{"a": 1}```\n'])
async def test_json_that_fits_is_the_result_without_its_fence(answer: str) -> None:
    agent = with_schema()
    result = await run(agent, VALUES, script({"answer": answer}), [])
    assert result.suggestion == '{"a": 1}'
    assert await heard(agent, script({"answer": answer}), []) == ('{"a": 1}', result)


@pytest.mark.parametrize(
    "answer", ["", "nonsense", '{"a": "x"}', "{}", '{"a": NaN}', "[" * 20_000, '{"a": 1} and more'], ids=range(7)
)
async def test_json_that_does_not_fit_may_be_tried_again(answer: str) -> None:
    calls: list[Call] = []
    agent = with_schema(on_invalid={"retries": 0})
    with pytest.raises(RunFailure) as failure:
        await run(agent, VALUES, script({"answer": answer}), calls)
    assert (failure.value.code, failure.value.retryable) == (FailureCode.SCHEMA_ERROR, True)
    assert len(calls) == 1


async def test_a_schema_that_leads_nowhere_is_a_failure_not_a_crash() -> None:
    """As could be stored before it was told when it is written."""
    written, schema = to_json(with_schema()), json.dumps(SCHEMA, separators=(",", ":")).encode()
    for nowhere in ("#/nowhere", "https://example.com/schema"):
        stored = written.replace(schema, json.dumps({"$ref": nowhere}).encode())
        agent = from_json(stored)
        assert agent.prompts[0].json_schema == {"$ref": nowhere}
        calls: list[Call] = []
        with pytest.raises(RunFailure, match="cannot be checked") as failure:
            await run(agent, VALUES, script({"answer": '{"a": 1}'}), calls)
        assert (failure.value.code, failure.value.retryable, len(calls)) == (FailureCode.SCHEMA_ERROR, False, 1)


async def test_half_a_surrogate_pair_does_not_fail_the_run() -> None:
    class Broken(Scripted):
        async def complete(self, question: Question) -> Answer:  # noqa: ARG002 - the protocol's
            return Answer("a\ud800b")

    assert (await run(with_schema(json_schema=None), VALUES, Broken(), [])).suggestion == "a\ufffdb"


async def test_results_have_a_largest_size() -> None:
    for template, size in (("@p", MAX_OUTPUT_BYTES + 1), ("@p " * 6_000, 1_000)):
        agent = definition(prompts=[{"name": "p", "prompt": "@Product name"}], output={"template": template})
        values = {"Product name": ("x" * size,)}
        with pytest.raises(RunFailure) as failure:
            await run(agent, values, Scripted(), [])
        assert (failure.value.code, failure.value.retryable) == (FailureCode.OUTPUT_TOO_LARGE, False)
        with pytest.raises(RunFailure, match="larger than 4 MiB"):
            async for _ in stream(agent, values, Scripted(), []):
                pass


async def test_a_prompt_has_a_largest_size_and_nothing_is_asked() -> None:
    calls: list[Call] = []
    agent = definition(prompts=[{"name": "p", "prompt": "{{Tone}}" * 12_000}], output=None)
    with pytest.raises(RunFailure) as failure:
        await run(agent, {"Tone": ("x" * 10_000,)}, Scripted(), calls)
    assert (failure.value.code, calls) == (FailureCode.MODEL_REFUSED, [])


async def test_fan_out_gives_one_result_a_value_in_order() -> None:
    result = await run(one_list_agent(), VALUES, Scripted(), [], fan_out=True)
    texts = [f"describe {one}, friendly / shorten: describe {one}, friendly" for one in ("Terra", "Aqua")]
    assert result.suggestion == "\n\n".join(texts)
    assert result.results == tuple(
        {"input": "Product name", "value": value, "title": "Copy", "suggestion": text}
        for value, text in zip(("Terra", "Aqua"), texts, strict=True)
    )
    assert result.prompts["First"] == "describe Terra, friendly\n\ndescribe Aqua, friendly"


async def test_fan_out_asks_about_a_few_values_at_once() -> None:
    asking, most = 0, 0

    async def gate(_seconds: float) -> None:
        nonlocal asking, most
        asking += 1
        most = max(most, asking)
        await asyncio.sleep(0)
        asking -= 1

    values = {"Product name": tuple(str(n) for n in range(20)), "Tone": ("friendly",)}
    provider = Scripted(b"- {delay_s: 1, answer: '{prompt}'}", sleep=gate)
    result = await run(one_list_agent(), values, provider, [], fan_out=True)
    assert [part.value for part in result.parts or ()] == list(values["Product name"])
    assert most == FAN_OUT_CONCURRENCY


async def test_one_failed_value_fails_the_run_with_its_own_failure() -> None:
    provider = script({"match": "Aqua", "fail": {"status": 400}})
    with pytest.raises(RunFailure) as failure:
        await run(one_list_agent(), VALUES, provider, [], fan_out=True)
    assert not failure.value.retryable


async def test_fan_out_needs_one_list() -> None:
    with pytest.raises(PressrunError, match="exactly one text input"):
        check_fan_out(definition())
    with pytest.raises(RunFailure, match="exactly one text input"):
        await run(definition(), VALUES, Scripted(), [], fan_out=True)
    check_fan_out(one_list_agent())

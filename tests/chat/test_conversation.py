"""Conversations with a scripted model: tools of ours run on the way, the caller's are handed out."""

import json
import time
from collections.abc import Mapping
from typing import Any

import pytest

from pressrun.agents.outcome import Call
from pressrun.chat.choices import choices
from pressrun.chat.conversation import MOST_ROUNDS, Beside, Conversation, Ended, Heard, Told, converse
from pressrun.chat.tools import LONGEST_FOUND, Found
from pressrun.errors import Code, FailureCode, PressrunError, RunFailure
from pressrun.models.provider import Message, Question, Tool, ToolCall
from pressrun.models.scripted import Scripted

SCHEMA = {"type": "object", "properties": {"a": {"type": "integer"}}, "required": ["a"]}


class Lookup:
    """A tool of ours that tells what it was asked."""

    tool = Tool("lookup")

    def begun(self, arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        return {"lookup_data": {"status": "processing"}} if arguments else {}

    async def run(self, arguments: Mapping[str, Any]) -> Found:
        if "word" not in arguments:
            raise PressrunError(Code.INVALID, "it needs a word")
        return Found(
            f"known: {arguments['word']}", {"lookup_data": {"status": "finished", "found": [arguments["word"]]}}
        )


def talk(script: object, prompt: str = "go", **more: Any) -> tuple[Conversation, Scripted]:
    built_in = more.pop("built_in", {"lookup": Lookup()})
    tools = more.pop("tools", tuple(one.tool for one in built_in.values()))
    question = Question("m", (Message("user", prompt),), tools=tools, options=more.pop("options", {}))
    return Conversation(question, built_in, **more), Scripted(json.dumps(script).encode())


async def told(conversation: Conversation, provider: Scripted, calls: list[Call] | None = None) -> list[Told]:
    return [one async for one in converse(conversation, provider, [] if calls is None else calls, time.monotonic)]


def look(word: str, **more: Any) -> dict[str, Any]:
    return {"call": {"name": "lookup", "arguments": {"word": word}}, "times": 1, **more}


@pytest.mark.parametrize("streamed", [True, False])
async def test_a_tool_of_ours_is_run_and_the_model_goes_on(streamed: bool) -> None:
    calls: list[Call] = []
    script = [look("a", answer="I look."), look("b"), {"match": "known: b", "answer": "Found it."}]
    events = await told(*talk(script, streamed=streamed), calls)
    ended = events[-1]
    assert isinstance(ended, Ended)
    assert (ended.text, ended.finish_reason, ended.tool_calls) == ("I look.\n\nFound it.", "stop", ())
    assert "".join(one.text for one in events if isinstance(one, Heard)) == ended.text
    beside = [one.data["lookup_data"] for one in events if isinstance(one, Beside)]
    assert [one["status"] for one in beside] == ["processing", "finished"] * 2
    assert ended.data["lookup_data"]["found"] == ["a", "b"]
    assert len(calls) == 3
    assert ended.usage.completion_tokens == sum(call.usage.completion_tokens for call in calls) > 0
    assert {call.prompt for call in calls} == {"chat"}


async def test_the_callers_tools_are_handed_out() -> None:
    script = [{"call": {"name": "weather", "arguments": {"city": "Bern"}}, "answer": "Wait."}]
    *_, ended = await told(*talk(script, tools=(Tool("weather"), Lookup.tool)))
    assert isinstance(ended, Ended)
    assert (ended.text, ended.finish_reason) == ("Wait.", "tool_calls")
    assert [(call.name, json.loads(call.arguments)) for call in ended.tool_calls] == [("weather", {"city": "Bern"})]


async def test_what_is_wrong_with_a_call_is_told_to_the_model() -> None:
    given: tuple[object, ...] = ("no json", "[]", {})
    for arguments in given:
        script = [
            {"call": {"name": "lookup", "arguments": arguments}, "times": 1},
            {"match": "This call failed: it needs a word", "answer": "Sorry."},
        ]
        *_, ended = await told(*talk(script))
        assert isinstance(ended, Ended)
        assert ended.text == "Sorry."


async def test_a_model_that_never_stops_calling() -> None:
    calls: list[Call] = []
    with pytest.raises(RunFailure, match="without an answer") as caught:
        await told(*talk([look("a", times=2 * MOST_ROUNDS), {"answer": "Sorry."}]), calls)
    assert caught.value.code == FailureCode.INVALID_OUTPUT
    assert len(calls) == MOST_ROUNDS + 1


class Noting(Scripted):
    """Notes what it is asked."""

    def __init__(self, script: bytes) -> None:
        super().__init__(script)
        self.asked: list[Question] = []

    async def complete(self, question: Question) -> Any:
        self.asked.append(question)
        return await super().complete(question)


class Talkative(Lookup):
    """A tool that brings back more than a model is told."""

    async def run(self, _arguments: Mapping[str, Any]) -> Found:
        return Found("a" * (LONGEST_FOUND + 1))


async def test_a_tool_tells_the_model_only_so_much() -> None:
    conversation, _ = talk([], built_in={"lookup": Talkative()})
    noting = Noting(json.dumps([look("a"), {"answer": "done"}]).encode())
    await told(conversation, noting)
    assert len(noting.asked[1].messages[-1].text) == LONGEST_FOUND


async def test_a_choice_that_forces_a_tool_forces_it_once() -> None:
    conversation, _ = talk([], options={"tool_choice": "required", "top_p": 0.5})
    noting = Noting(json.dumps([look("a"), {"answer": "done"}]).encode())
    await told(conversation, noting)
    options = [question.options for question in noting.asked]
    assert options == [{"tool_choice": "required", "top_p": 0.5}, {"top_p": 0.5}]
    assert [message.role for message in noting.asked[1].messages] == ["user", "assistant", "tool"]
    noting = Noting(json.dumps([look("a", times=2 * MOST_ROUNDS)]).encode())
    with pytest.raises(RunFailure):
        await told(conversation, noting)
    assert noting.asked[-1].options["tool_choice"] == "none"


@pytest.mark.parametrize("streamed", [True, False])
async def test_an_answer_that_has_to_fit_a_schema(streamed: bool) -> None:
    calls: list[Call] = []
    script = [
        look("a", answer="I look."),
        {"match": "known", "answer": "no JSON"},
        {"match": "cannot be used", "answer": '```json\n{"a": 1}\n```'},
    ]
    events = await told(*talk(script, streamed=streamed, schema=SCHEMA), calls)
    ended = events[-1]
    assert isinstance(ended, Ended)
    assert ended.text == '{"a": 1}'
    assert [one.text for one in events if isinstance(one, Heard)] == [ended.text]
    assert [call.reask for call in calls] == [False, False, True]
    with pytest.raises(RunFailure, match="asked 3 times") as caught:
        await told(*talk([{"answer": "never"}], schema=SCHEMA))
    assert caught.value.code == FailureCode.SCHEMA_ERROR


async def test_several_answers() -> None:
    conversation, provider = talk([{"answer": "one", "times": 1}, {"answer": "two"}], streamed=True)
    calls: list[Call] = []
    found = [one async for one in choices(conversation, 2, provider, calls, time.monotonic)]
    ended = {number: one.text for number, one in found if isinstance(one, Ended)}
    assert sorted(ended.values()) == ["one", "two"]
    assert sorted(ended) == [0, 1]
    assert len(calls) == 2


async def test_the_failure_of_one_ends_them_all() -> None:
    script = [{"fail": {"status": 400}, "times": 1}, {"answer": "late", "delay_s": 3600}]
    conversation, provider = talk(script)
    calls: list[Call] = []
    with pytest.raises(RunFailure, match="answered 400"):
        [one async for one in choices(conversation, 3, provider, calls, time.monotonic)]
    assert sorted(str(call.failure_code) for call in calls) == ["cancelled", "cancelled", "model_refused"]


async def test_calls_that_are_made_before_the_model_is_asked() -> None:
    first = (ToolCall("call_1", "lookup", '{"word": "a"}'),)
    events = await told(*talk([{"match": "known: a", "answer": "Found it."}], first_calls=first, streamed=True))
    ended = events[-1]
    assert isinstance(ended, Ended)
    assert (ended.text, ended.data["lookup_data"]["status"]) == ("Found it.", "finished")

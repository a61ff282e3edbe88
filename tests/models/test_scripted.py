"""The scripted model, and what is wrong with scripts."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressrun.errors import FailureCode, PressrunError, RunFailure
from pressrun.models.provider import Answer, ImagePart, Message, Question, TextPart, Tool, Usage
from pressrun.models.scripted import Scripted


def ask(prompt: str) -> Question:
    return Question("scripted", (Message("system", "two words"), Message("user", prompt)))


async def test_without_a_script_it_gives_the_prompt_back() -> None:
    assert await Scripted().complete(ask("Say this")) == Answer("Say this", Usage(4, 2))


async def test_the_last_user_message_is_the_prompt() -> None:
    messages = (Message("user", "first"), Message("user", "last"), Message("assistant", "then"))
    assert (await Scripted().complete(Question(None, messages))).text == "last"
    assert (await Scripted().complete(Question(None, ()))).text == ""


async def test_the_first_rule_that_matches_answers() -> None:
    scripted = Scripted(b"""
- match: "a.b"
  answer: literal
- regex: "^n(um|o)\\\\d+$"
  answer: "got {prompt} {prompt} {other}"
  usage: {prompt_tokens: 100, completion_tokens: 5}
- {match: shoe, answer: ""}
""")
    assert (await scripted.complete(ask("xa.bx"))).text == "literal"
    assert (await scripted.complete(ask("axb"))).text == "axb"
    assert await scripted.complete(ask("num7")) == Answer("got num7 num7 {other}", Usage(100, 5))
    assert (await scripted.complete(ask("a shoe"))).text == ""


async def test_a_prompt_is_put_in_literally() -> None:
    assert (await Scripted(b"[{answer: '<{prompt}>'}]").complete(ask(r"{prompt}\1 {0}"))).text == r"<{prompt}\1 {0}>"


async def test_a_rule_may_be_used_up() -> None:
    scripted = Scripted(b"[{fail: {status: 429, retry_after: 1.5}, times: 2}, {answer: done}]")
    for _ in range(2):
        with pytest.raises(RunFailure, match="answered 429") as caught:
            await scripted.complete(ask("x"))
        assert (caught.value.code, caught.value.retryable) == (FailureCode.MODEL_RATE_LIMITED, True)
        assert caught.value.retry_after_s == 1.5
    assert (await scripted.complete(ask("x"))).text == "done"


@pytest.mark.parametrize(
    ("fail", "code", "retryable"),
    [
        ("{status: 401}", FailureCode.MODEL_AUTHENTICATION, False),
        ("{status: 503, message: away}", FailureCode.MODEL_UNAVAILABLE, True),
        ("{status: 429, code: insufficient_quota, retry_after: 9}", FailureCode.MODEL_QUOTA_EXHAUSTED, True),
    ],
)
async def test_failures_are_those_of_real_providers(fail: str, code: FailureCode, retryable: bool) -> None:
    with pytest.raises(RunFailure) as caught:
        await Scripted(f"[{{fail: {fail}}}]".encode()).complete(ask("x"))
    assert (caught.value.code, caught.value.retryable) == (code, retryable)


async def test_a_delay_is_waited_for() -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    scripted = Scripted(b"[{match: slow, delay_s: 2.5, piece_s: 0.5, answer: at last}]", sleep=sleep)
    assert (await scripted.complete(ask("slow"))).text == "at last"
    await scripted.complete(ask("fast"))
    assert waited == [2.5]
    waited.clear()
    assert [item async for item in scripted.stream(ask("slow"))][:2] == ["at ", "last"]
    assert waited == [2.5, 0.5, 0.5]


@given(st.text())
async def test_a_stream_is_the_answer_word_by_word(prompt: str) -> None:
    items = [item async for item in Scripted().stream(ask(prompt))]
    answer = items.pop()
    pieces = [item for item in items if isinstance(item, str)]
    assert isinstance(answer, Answer)
    assert "".join(pieces) == answer.text == prompt
    assert all(len(piece.split()) <= 1 for piece in pieces)
    assert len(pieces) >= answer.usage.completion_tokens


async def test_a_stream_fails_as_an_answer_does() -> None:
    with pytest.raises(RunFailure, match="answered 500"):
        await anext(Scripted(b"[{fail: {status: 500}}]").stream(ask("x")))


def test_json_is_a_script_too() -> None:
    Scripted(b'[{"match": "a", "answer": "b", "times": 1}]')


@pytest.mark.parametrize(
    ("script", "faults"),
    [
        (b"", ["a script is a list of rules"]),
        (b"answer: x", ["a script is a list of rules"]),
        (b"\xff", ["UTF-8"]),
        (b"- answer: [", ["line 1, column 12"]),
        (b"- {answer: '\x00'}", ["not YAML"]),
        (b"[" * 20_000, ["not YAML"]),
        (b"x" * (2**16 + 1), ["at most 65,536 bytes"]),
        (b"[5]", ["rule 1: must be a mapping"]),
        (b"[{}, {anser: x}]", ["rule 2: `anser` is unknown"]),
        (b"[{match: a, regex: b}]", ["rule 1: `match` and `regex` exclude each other"]),
        (b"[{answer: a, fail: {status: 500}}]", ["rule 1: `answer` and `fail` exclude each other"]),
        (b"[{answer: 5}]", ["rule 1: `answer` must be text"]),
        (b"[{regex: '('}]", ["rule 1: `regex` is not a regular expression"]),
        (b"[{fail: 429}]", ["rule 1, fail: must be a mapping", "rule 1, fail: `status` is missing"]),
        (b"[{fail: {status: 200}}]", ["rule 1, fail: `status` must be a whole number between 400 and 599"]),
        (
            b"[{delay_s: -1}, {delay_s: soon}, {delay_s: .nan}, {delay_s: .inf}, {piece_s: -1}]",
            [*(f"rule {n}: `delay_s`" for n in range(1, 5)), "rule 5: `piece_s`"],
        ),
        (
            b"[{times: 0}, {times: true}, {usage: {prompt_tokens: -1}}]",
            ["rule 1: `times`", "rule 2: `times`", "rule 3, usage"],
        ),
        (
            b"[{images: -1}, {call: x}]",
            ["rule 1: `images`", "rule 2, call: must be", "rule 2, call: `name` is missing"],
        ),
        (
            b"[{call: {name: 5}, fail: {status: 500}}]",
            ["rule 1: `call` and `fail`", "rule 1, call: `name` must be text"],
        ),
    ],
    ids=range(19),
)
def test_faults_are_all_named(script: bytes, faults: list[str]) -> None:
    with pytest.raises(PressrunError) as caught:
        Scripted(script)
    said = [problem.description for problem in caught.value.problems]
    assert len(said) == len(faults)
    assert all(fault in description for fault, description in zip(faults, said, strict=True))


async def test_a_rule_may_want_images_and_tell_of_them() -> None:
    scripted = Scripted(b"[{images: 2, answer: 'two: {images}'}, {match: this, answer: '{images}|{prompt}'}]")
    one, other = ImagePart.of("image/png", b"1"), ImagePart("https://host/2.jpg")

    def seen(*images: ImagePart) -> Question:
        return Question("scripted", (Message("user", (TextPart("What is this?"), *images)),))

    assert (await scripted.complete(seen(one, other))).text == f"two: {one.fingerprint}, https://host/2.jpg"
    assert (await scripted.complete(seen(one))).text == f"{one.fingerprint}|What is this?"
    assert (await Scripted().complete(seen(one))).text == "What is this?"


async def test_a_rule_may_call_a_tool_that_is_offered() -> None:
    scripted = Scripted(b"""
- {match: rain, call: {name: weather, arguments: {city: Bern}}, answer: I look.}
- {match: raw, call: {name: weather, arguments: 'no json'}}
- {match: dry, answer: "No: {prompt}"}
""")
    asked = replace(ask("Does it rain?"), tools=(Tool("weather"),))
    answered = await scripted.complete(asked)
    (call,) = answered.tool_calls
    assert (answered.text, answered.finish_reason) == ("I look.", "tool_calls")
    assert (call.name, call.arguments) == ("weather", '{"city": "Bern"}')
    result = Message("tool", "It is dry.", tool_call_id=call.id)
    told = replace(asked, messages=(*asked.messages, Message("assistant", "", tool_calls=(call,)), result))
    assert (await scripted.complete(told)).text == "No: It is dry."
    assert (await scripted.complete(replace(ask("raw"), tools=(Tool("weather"),)))).tool_calls[0].arguments == "no json"
    assert (await scripted.complete(ask("Does it rain?"))).text == "Does it rain?", "no tool is offered"

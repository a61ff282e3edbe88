"""One answer of a conversation: the model is asked, tools it calls are run, and it goes on until it has answered."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import Any

from pressrun.agents.answering import Asked, Clock, answer, answer_stream
from pressrun.agents.correcting import checked, corrected
from pressrun.agents.outcome import Call
from pressrun.chat.tools import LONGEST_FOUND, BuiltIn, arguments_of, run_tool
from pressrun.errors import FailureCode, RunFailure
from pressrun.models.provider import Answer, Message, Provider, Question, ToolCall, Usage

MOST_ROUNDS = 8
"""How often a model may call tools of ours before it has to answer."""

REASKS = 2
"""How often an answer that does not fit its schema is asked for again."""

BETWEEN_ROUNDS = "\n\n"
PROMPT = "chat"
"""What the calls of a conversation are named in counters and timelines."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """What is asked. `built_in` are tools of ours by name; every other tool of the question is the caller's.

    `schema` is what the answer has to fit, `streamed` says that its text is wanted as it arrives. `first_calls` are run
    before the model is asked, as if it had called them: for models that call no tools.
    """

    question: Question
    built_in: Mapping[str, BuiltIn] = field(default_factory=dict)
    schema: Mapping[str, Any] | None = None
    streamed: bool = False
    first_calls: tuple[ToolCall, ...] = ()


@dataclass(frozen=True, slots=True)
class Heard:
    """A piece of the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class Beside:
    """Something that stands beside the answer, by name: what a tool of ours is doing, or has brought back."""

    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ended:
    """The whole answer: its text, the caller's tools it calls, the tokens of all calls that it took."""

    text: str
    finish_reason: str
    usage: Usage
    model: str | None
    tool_calls: tuple[ToolCall, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    logprobs: Mapping[str, Any] | None = None


Told = Heard | Beside | Ended


async def converse(
    conversation: Conversation, provider: Provider, calls: list[Call], clock: Clock
) -> AsyncGenerator[Told, None]:
    """The answer's text in pieces and what stands beside it, then Ended; raises RunFailure at any point.

    Every model call, failed ones too, is appended to `calls`; `clock` tells seconds.
    """
    run = _Run(conversation, provider, calls, clock)
    question = conversation.question
    if conversation.first_calls:
        results: list[Message] = []
        async with aclosing(run.use(conversation.first_calls, results)) as found:
            async for one in found:
                yield one
        question = _with_results(question, run.answer, conversation.first_calls, results)
    for left in range(MOST_ROUNDS, -1, -1):
        async with aclosing(run.ask(question)) as pieces:
            async for piece in pieces:
                yield piece
        wanted = [call for call in run.answer.tool_calls if call.name in conversation.built_in]
        theirs = tuple(call for call in run.answer.tool_calls if call.name not in conversation.built_in)
        if theirs or not wanted:
            yield run.ended(theirs)
            return
        if not left:
            break
        results = []
        async with aclosing(run.use(wanted, results)) as found:
            async for one in found:
                yield one
        question = _with_results(question, run.answer, wanted, results, last=left == 1)
    raise RunFailure(FailureCode.INVALID_OUTPUT, f"the model called tools {MOST_ROUNDS + 1} times without an answer")


class _Run:
    """What one answer has come to so far."""

    def __init__(self, conversation: Conversation, provider: Provider, calls: list[Call], clock: Clock) -> None:
        self._conversation = conversation
        self._provider = provider
        self._calls = calls
        self._clock = clock
        self._texts: list[str] = []
        self._usage = Usage()
        self.answer = Answer("")
        self._data: Mapping[str, Any] = {}

    async def ask(self, question: Question) -> AsyncGenerator[Told, None]:
        """The pieces of the next round; its whole answer is `answer` afterwards."""
        if self._conversation.streamed and self._conversation.schema is None:
            async with aclosing(
                answer_stream(self._asked(question), self._provider, self._calls, self._clock)
            ) as items:
                begun = False
                async for item in items:
                    if isinstance(item, Answer):
                        self._take(item)
                    elif item:
                        yield Heard(item if begun or not any(self._texts) else BETWEEN_ROUNDS + item)
                        begun = True
            return
        self.answer = answered = await self._fitting(question)
        if not answered.text or (self._conversation.schema is not None and answered.tool_calls):
            return  # what is said beside a call is no part of an answer that has to fit a schema
        yield Heard(answered.text if not any(self._texts) else BETWEEN_ROUNDS + answered.text)
        self._texts.append(answered.text)

    async def use(self, wanted: Sequence[ToolCall], results: list[Message]) -> AsyncGenerator[Beside, None]:
        """Run what the model called; what it is told of each goes into `results`."""
        for call in wanted:
            built_in = self._conversation.built_in[call.name]
            if begun := built_in.begun(arguments_of(call)):
                yield Beside(begun)
            found = await run_tool(built_in, call)
            if found.data:
                self._data = _together(self._data, found.data)
                yield Beside(found.data)
            results.append(Message("tool", found.text[:LONGEST_FOUND], tool_call_id=call.id))

    def ended(self, theirs: tuple[ToolCall, ...]) -> Ended:
        """The whole, now that the model has nothing more to say."""
        text = BETWEEN_ROUNDS.join(text for text in self._texts if text)
        reason = self.answer.finish_reason
        if reason == "tool_calls" and not theirs:
            reason = "stop"
        return Ended(text, reason, self._usage, self.answer.model, theirs, self._data, self.answer.logprobs)

    async def _fitting(self, question: Question) -> Answer:
        """An answer that fits the schema, if there is one, or calls tools."""
        schema = self._conversation.schema
        asked = self._asked(question)
        fault: str | None = None
        for _ in range(REASKS + 1):
            answered = await answer(asked, self._provider, self._calls, self._clock)
            self._usage += answered.usage
            if schema is None or answered.tool_calls:
                return answered
            found, fault = await checked(answered.text, schema)
            if fault is None:
                return replace(answered, text=found)
            asked = replace(asked, question=corrected(question, answered.text, fault), reask=True)
        raise RunFailure(FailureCode.SCHEMA_ERROR, f"the answer {fault} (asked {REASKS + 1} times)")

    def _asked(self, question: Question) -> Asked:
        return Asked(PROMPT, (question.model,), question)

    def _take(self, answered: Answer) -> None:
        self.answer = answered
        self._usage += answered.usage
        self._texts.append(answered.text)


def _with_results(
    question: Question, answered: Answer, wanted: Sequence[ToolCall], results: list[Message], *, last: bool = False
) -> Question:
    """The question with what the model called and what came of it; the `last` time it has to answer."""
    said = Message("assistant", answered.text, tool_calls=tuple(wanted))
    options = {name: value for name, value in question.options.items() if name != "tool_choice"}
    if last:  # a choice that forces a tool would force it for ever
        options["tool_choice"] = "none"
    return replace(question, messages=(*question.messages, said, *results), options=options)


def _together(old: Any, new: Any) -> Any:
    """Two things that tools brought back, as one: lists grow, other things are replaced."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return {name: _together(old.get(name), new.get(name, old.get(name))) for name in {**old, **new}}
    if isinstance(old, list) and isinstance(new, list):
        return [*old, *new]
    return new

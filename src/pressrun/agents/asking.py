"""One prompt, one model call: filled, asked, counted, checked."""

import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from pressrun.agents.answering import Asked, Clock, answer, answer_in_pieces
from pressrun.agents.context import Context, query_of, with_passages
from pressrun.agents.correcting import checked, corrected
from pressrun.agents.definition import AgentDefinition, Prompt
from pressrun.agents.outcome import Call, Source
from pressrun.agents.references import fill, filled_chars
from pressrun.agents.steps import Forgetful, Steps
from pressrun.errors import FailureCode, RunFailure
from pressrun.knowledge.citations import Citer
from pressrun.models.provider import Message, Provider, Question

MAX_PROMPT_CHARS = 16 * 1024 * 1024
"""After filling: no model takes more, and a template may repeat a long value."""
MAX_OUTPUT_BYTES = 4 * 1024 * 1024
_HALF_PAIR = re.compile("[\ud800-\udfff]")


@dataclass(slots=True)
class Budget:
    """What is left of the bytes a run may bring back."""

    left: int = MAX_OUTPUT_BYTES

    def spend(self, text: str) -> None:
        """Raises RunFailure (output_too_large) when there is no room for the text."""
        self.spend_bytes(len(text.encode()))

    def spend_bytes(self, count: int) -> None:
        """As `spend`, for a text whose size is known before it is built."""
        self.left -= count
        if self.left < 0:
            limit = MAX_OUTPUT_BYTES // 2**20
            raise RunFailure(FailureCode.OUTPUT_TOO_LARGE, f"the results are larger than {limit} MiB together")


@dataclass(frozen=True, slots=True)
class Asking:
    """What every model call of one run needs; `part` names the value of a fan-out that it is about.

    `sources` gathers the passages that prompts were given from `context`.
    """

    definition: AgentDefinition
    provider: Provider
    calls: list[Call]
    clock: Clock
    budget: Budget = field(default_factory=Budget)
    steps: Steps = field(default_factory=Forgetful)
    part: str = ""
    context: Context | None = None
    sources: list[Source] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A prompt ready to be asked, and the passages it was given."""

    question: Question
    sources: tuple[Source, ...] = ()


async def prepare(asking: Asking, index: int, texts: Mapping[str, str]) -> Prepared:
    """A prompt filled, with the passages of the agent's graphs that belong to it; raises RunFailure."""
    definition = asking.definition
    question = question_of(definition, index, texts)
    if asking.context is None or not definition.graphs:
        return Prepared(question)
    query = query_of(definition, index, texts, question)
    part = int(asking.part.rstrip(".")) + 1 if asking.part else None
    found = await asking.context.sources(definition, definition.prompts[index], query)
    sources = tuple(replace(one, part=part) for one in found)
    asking.sources.extend(sources)
    return Prepared(with_passages(question, sources, cite=definition.settings.inline_citations), sources)


def _citer(asking: Asking, prompt: Prompt, prepared: Prepared) -> Citer | None:
    """What sets marks into the prompt's text, if that is wanted."""
    if not asking.definition.settings.inline_citations or not prepared.sources or prompt.json_schema is not None:
        return None
    return Citer([one.text for one in prepared.sources])


async def ask(asking: Asking, index: int, texts: Mapping[str, str]) -> str:
    """The result of a prompt, asked for unless an earlier attempt has it; raises RunFailure."""
    step = f"{asking.part}{index}"
    known = asking.steps.done(step)
    if known is not None:
        if asking.definition.graphs:
            await prepare(asking, index, texts)  # the job still tells what the answer rests on
        asking.budget.spend(known)
        return known
    prompt = asking.definition.prompts[index]
    prepared = await prepare(asking, index, texts)
    result = await _fitting(asking, prompt, Asked(prompt.name, prompt.candidates, prepared.question))
    citer = _citer(asking, prompt, prepared)
    if citer is not None:
        result = citer.feed(result) + citer.finish()
    if asking.part or index + 1 < len(asking.definition.prompts):
        await asking.steps.keep(step, result, asking.calls[-1])
    return result


async def ask_in_pieces(
    asking: Asking, index: int, texts: Mapping[str, str], prepared: Prepared | None = None
) -> AsyncGenerator[str, None]:
    """The result of a prompt as it arrives, whole if it has a JSON schema to be checked by; raises RunFailure.

    With citations a piece is a sentence: its marks are known only at its end.
    """
    prompt = asking.definition.prompts[index]
    prepared = prepared or await prepare(asking, index, texts)
    asked = Asked(prompt.name, prompt.candidates, prepared.question)
    if prompt.json_schema is not None:
        yield await _fitting(asking, prompt, asked)
        return
    citer = _citer(asking, prompt, prepared)
    async with aclosing(answer_in_pieces(asked, asking.provider, asking.calls, asking.clock)) as pieces:
        async for piece in pieces:
            text = _whole(piece)
            asking.budget.spend(text)
            ready = text if citer is None else citer.feed(text)
            if ready:
                yield ready
    rest = "" if citer is None else citer.finish()
    if rest:
        yield rest


async def _fitting(asking: Asking, prompt: Prompt, asked: Asked) -> str:
    """The text of an answer that fits the prompt's schema, if it has one: one that does not is asked for again."""
    question = asked.question
    for left in range(prompt.reasks, -1, -1):
        answered = await answer(asked, asking.provider, asking.calls, asking.clock)
        text = _whole(answered.text)
        asking.budget.spend(text)
        if prompt.json_schema is None:
            return text
        found, fault = await checked(text, prompt.json_schema)
        if fault is None:
            return found
        if left:
            asked = replace(asked, question=corrected(question, text, fault), reask=True)
            continue
        cut = "; it was cut off, so raise max_tokens" if answered.finish_reason == "length" else ""
        times = f" (asked {prompt.reasks + 1} times)" if prompt.reasks else ""
        message = f"the answer to {prompt.name!r} {fault}{times}{cut}"
        raise RunFailure(FailureCode.SCHEMA_ERROR, message, retryable=prompt.reasks == 0)
    raise AssertionError("a prompt is asked at least once")


def question_of(definition: AgentDefinition, index: int, texts: Mapping[str, str]) -> Question:
    """The prompt with its references filled; raises RunFailure when that is longer than any model takes."""
    prompt = definition.prompts[index]
    system, user = definition.prompt_templates[index]
    chars = filled_chars(system, texts) + filled_chars(user, texts)
    if chars > MAX_PROMPT_CHARS:
        message = (
            f"the prompt {prompt.name!r} is {chars:,} characters long with its values; {MAX_PROMPT_CHARS:,} are allowed"
        )
        raise RunFailure(FailureCode.MODEL_REFUSED, message)
    messages = [Message("user", fill(user, texts))]
    if system:
        messages.insert(0, Message("system", fill(system, texts)))
    return Question(
        prompt.model, tuple(messages), prompt.temperature, prompt.max_tokens, prompt.stop, prompt.json_schema
    )


def _whole(text: str) -> str:
    # Half a surrogate pair cannot be stored or sent; the job still completes.
    return text if text.isascii() else _HALF_PAIR.sub("\ufffd", text)

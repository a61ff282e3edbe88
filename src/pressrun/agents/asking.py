"""One prompt, one model call: filled, asked, counted, checked."""

import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from pressrun.agents.answering import Asked, Clock, answer, answer_in_pieces
from pressrun.agents.correcting import checked, corrected
from pressrun.agents.definition import AgentDefinition, Prompt
from pressrun.agents.outcome import Call
from pressrun.agents.references import fill, filled_chars
from pressrun.agents.steps import Forgetful, Steps
from pressrun.errors import FailureCode, RunFailure
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
    """What every model call of one run needs; `part` names the value of a fan-out that it is about."""

    definition: AgentDefinition
    provider: Provider
    calls: list[Call]
    clock: Clock
    budget: Budget = field(default_factory=Budget)
    steps: Steps = field(default_factory=Forgetful)
    part: str = ""


async def ask(asking: Asking, index: int, texts: Mapping[str, str]) -> str:
    """The result of a prompt, asked for unless an earlier attempt has it; raises RunFailure."""
    step = f"{asking.part}{index}"
    known = asking.steps.done(step)
    if known is not None:
        asking.budget.spend(known)
        return known
    prompt = asking.definition.prompts[index]
    asked = Asked(prompt.name, prompt.candidates, question_of(asking.definition, index, texts))
    result = await _fitting(asking, prompt, asked)
    if asking.part or index + 1 < len(asking.definition.prompts):
        await asking.steps.keep(step, result, asking.calls[-1])
    return result


async def ask_in_pieces(asking: Asking, index: int, texts: Mapping[str, str]) -> AsyncGenerator[str, None]:
    """The result of a prompt as it arrives, whole if it has a JSON schema to be checked by; raises RunFailure."""
    prompt = asking.definition.prompts[index]
    if prompt.json_schema is not None:
        yield await ask(asking, index, texts)
        return
    asked = Asked(prompt.name, prompt.candidates, question_of(asking.definition, index, texts))
    async with aclosing(answer_in_pieces(asked, asking.provider, asking.calls, asking.clock)) as pieces:
        async for piece in pieces:
            text = _whole(piece)
            asking.budget.spend(text)
            yield text


async def _fitting(asking: Asking, prompt: Prompt, asked: Asked) -> str:
    """The text of an answer that fits the prompt's schema, if it has one: one that does not is asked for again."""
    question = asked.question
    for left in range(prompt.reasks, -1, -1):
        answered = await answer(asked, asking.provider, asking.calls, asking.clock)
        text = _whole(answered.text)
        asking.budget.spend(text)
        if prompt.json_schema is None:
            return text
        found, fault = checked(text, prompt.json_schema)
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

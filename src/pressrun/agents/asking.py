"""One prompt, one model call: filled, asked, counted, checked."""

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from pressrun.agents.definition import AgentDefinition, Prompt
from pressrun.agents.outcome import Call
from pressrun.agents.references import fill, filled_chars
from pressrun.agents.steps import Forgetful, Steps
from pressrun.errors import FailureCode, RunFailure
from pressrun.models.provider import Answer, Message, Provider, Question, Usage

MAX_PROMPT_CHARS = 16 * 1024 * 1024
"""After filling: no model takes more, and a template may repeat a long value."""
MAX_OUTPUT_BYTES = 4 * 1024 * 1024
_HALF_PAIR = re.compile("[\ud800-\udfff]")

Clock = Callable[[], float]


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
    question = question_of(asking.definition, index, texts)
    async with _counted(asking, index) as count:
        answer = await asking.provider.complete(question)
        count(answer)
    call = asking.calls[-1]
    text = _whole(answer.text)
    asking.budget.spend(text)
    result = _checked(asking.definition.prompts[index], text, answer)
    if asking.part or index + 1 < len(asking.definition.prompts):
        await asking.steps.keep(step, result, call)
    return result


async def ask_in_pieces(asking: Asking, index: int, texts: Mapping[str, str]) -> AsyncGenerator[str, None]:
    """The result of a prompt as it arrives, whole if it has a JSON schema to be checked by; raises RunFailure."""
    if asking.definition.prompts[index].json_schema is not None:
        yield await ask(asking, index, texts)
        return
    question = question_of(asking.definition, index, texts)
    async with _counted(asking, index) as count, _closing(asking.provider.stream(question)) as pieces:
        answer: Answer | None = None
        async for piece in pieces:
            if isinstance(piece, Answer):
                answer = piece
                count(answer)
            else:
                text = _whole(piece)
                asking.budget.spend(text)
                yield text
        if answer is None:
            raise RunFailure(FailureCode.MODEL_UNAVAILABLE, "the model's answer broke off", retryable=True)


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


@asynccontextmanager
async def _counted(asking: Asking, index: int) -> AsyncIterator[Callable[[Answer], None]]:
    """Puts the call on the list however it ends: what was asked may have to be paid for."""
    prompt, started = asking.definition.prompts[index], asking.clock()
    answers: list[Answer] = []

    def record(failure: str | None, *, outage: bool = False, resolved: str | None = None) -> None:
        answer = answers[-1] if answers else None
        asking.calls.append(
            Call(
                prompt=prompt.name,
                model=prompt.model,
                started_s=started,
                duration_s=asking.clock() - started,
                usage=answer.usage if answer else Usage(),
                finish_reason=answer.finish_reason if answer else None,
                request_id=answer.request_id if answer else None,
                failure_code=failure,
                outage=outage,
                resolved=answer.model if answer else resolved,
                cost=answer.cost if answer else 0,
            )
        )

    try:
        yield answers.append
    except RunFailure as failure:
        record(failure.code, outage=failure.outage, resolved=failure.model)
        raise
    except (asyncio.CancelledError, GeneratorExit):
        record(FailureCode.CANCELLED)
        raise
    except BaseException:
        record(FailureCode.INTERNAL)
        raise
    record(None)


@asynccontextmanager
async def _closing(pieces: AsyncIterator[str | Answer]) -> AsyncIterator[AsyncIterator[str | Answer]]:
    """Ends the provider's stream with ours, so that a listener who leaves frees the model at once."""
    try:
        yield pieces
    finally:
        if isinstance(pieces, AsyncGenerator):
            await pieces.aclose()


def _whole(text: str) -> str:
    # Half a surrogate pair cannot be stored or sent; the job still completes.
    return text if text.isascii() else _HALF_PAIR.sub("\ufffd", text)


def _checked(prompt: Prompt, text: str, answer: Answer) -> str:
    if prompt.json_schema is None:
        return text
    from pressrun.agents.schemas import json_of, validator, why_not  # noqa: PLC0415 - slow to import, few need it

    found = json_of(text)
    fault = why_not(found, validator(prompt.json_schema))
    if fault is None:
        return found
    cut = "; it was cut off, so raise max_tokens" if answer.finish_reason == "length" else ""
    message = f"the answer to {prompt.name!r} {fault}{cut}"
    raise RunFailure(FailureCode.INVALID_OUTPUT, message, retryable=True)

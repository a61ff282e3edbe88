"""A run that tells everything while it happens: what each prompt asks, what comes back, and the result of the whole."""

import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace

from pressrun.agents.answering import Clock
from pressrun.agents.asked import AskedPrompt
from pressrun.agents.asking import Asking, ask_in_pieces, prepare
from pressrun.agents.context import Context
from pressrun.agents.definition import AgentDefinition
from pressrun.agents.outcome import Call, Result
from pressrun.agents.run import Values, fanned, joined, output_of, texts_of, told_sources
from pressrun.models.provider import Provider


@dataclass(frozen=True, slots=True)
class Begun:
    """A prompt is asked; `model` is the first that may answer (None: the default one). `part` counts from 1."""

    part: int | None
    prompt: str
    model: str | None


@dataclass(frozen=True, slots=True)
class Heard:
    """A piece of a prompt's answer."""

    part: int | None
    prompt: str
    text: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The result, and every prompt as it was asked."""

    result: Result
    prompts: tuple[AskedPrompt, ...]


Told = Begun | Heard | Ended


async def told_run(
    definition: AgentDefinition,
    values: Values,
    provider: Provider,
    calls: list[Call],
    clock: Clock = time.monotonic,
    *,
    fan_out: bool = False,
    context: Context | None = None,
) -> AsyncGenerator[Told, None]:
    """Every prompt in order, also those whose results no output shows, then Ended; raises RunFailure at any point.

    With `fan_out` one value after the other. `calls` and `context` as `run` takes them.
    """
    asking = Asking(definition, provider, calls, clock, context=context)
    asked: list[AskedPrompt] = []
    if not fan_out:
        texts = texts_of(definition, values)
        async with aclosing(_part(asking, texts, None, asked)) as told:
            async for one in told:
                yield one
        yield Ended(told_sources(asking, _result(asking, texts)), tuple(asked))
        return
    name, each = fanned(definition, values)
    results: list[Result] = []
    for number, value in enumerate(each, 1):
        texts = texts_of(definition, {**values, name: (value,)})
        of_value = replace(asking, part=f"{number - 1}.")
        async with aclosing(_part(of_value, texts, number, asked)) as told:
            async for one in told:
                yield one
        results.append(_result(asking, texts))
    yield Ended(told_sources(asking, joined(definition, name, each, results)), tuple(asked))


async def _part(
    asking: Asking, texts: dict[str, str], part: int | None, asked: list[AskedPrompt]
) -> AsyncGenerator[Told, None]:
    """The prompts for one value; their results are put into `texts`, what was asked onto `asked`."""
    for index, prompt in enumerate(asking.definition.prompts):
        prepared = await prepare(asking, index, texts)
        made = len(asking.calls)
        yield Begun(part, prompt.name, prompt.candidates[0])
        heard: list[str] = []
        async with aclosing(ask_in_pieces(asking, index, texts, prepared)) as pieces:
            async for piece in pieces:
                heard.append(piece)
                yield Heard(part, prompt.name, piece)
        texts[prompt.name] = "".join(heard)
        lines = tuple({**call.as_counted().as_line(), "attempt": 1} for call in asking.calls[made:])
        asked.append(AskedPrompt(part, prompt.name, prepared.question.messages, texts[prompt.name], lines))


def _result(asking: Asking, texts: Mapping[str, str]) -> Result:
    definition = asking.definition
    prompts = {one.name: texts[one.name] for one in definition.prompts}
    return Result(definition.output.title, output_of(definition, texts, asking.budget), prompts)

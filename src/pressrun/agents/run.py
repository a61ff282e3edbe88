"""A run: the prompts in order, the output put together; with fan-out once for each value of one input."""

import asyncio
import time
from collections.abc import Coroutine, Mapping
from dataclasses import replace
from typing import Any

from pressrun.agents.answering import Clock
from pressrun.agents.asking import Asking, Budget, ask
from pressrun.agents.context import Context
from pressrun.agents.definition import AgentDefinition
from pressrun.agents.outcome import Call, Part, Result
from pressrun.agents.references import Reference, fill
from pressrun.agents.steps import Forgetful, Steps
from pressrun.errors import Code, FailureCode, PressrunError, Problem, RunFailure
from pressrun.models.provider import Provider

FAN_OUT_CONCURRENCY = 4
"""Values of one run asked about at the same time; jobs beside it have their own."""
BETWEEN_RESULTS = "\n\n"

Values = Mapping[str, tuple[str, ...]]


async def run(
    definition: AgentDefinition,
    values: Values,
    provider: Provider,
    calls: list[Call],
    clock: Clock = time.monotonic,
    *,
    fan_out: bool = False,
    steps: Steps | None = None,
    context: Context | None = None,
) -> Result:
    """The result of one run; raises RunFailure. `steps` has the calls that an earlier attempt at it has made.

    `values` come from `inputs.check`. Every model call, failed ones too, is appended to `calls`; `clock` tells seconds.
    `context` finds the passages of the agent's graphs; without it there are none.
    """
    asking = Asking(definition, provider, calls, clock, steps=steps or Forgetful(), context=context)
    if not fan_out:
        return told_sources(asking, await _once(asking, values))
    name, each = fanned(definition, values)
    gate = asyncio.Semaphore(FAN_OUT_CONCURRENCY)

    async def one(number: int, value: str) -> Result:
        async with gate:
            return await _once(replace(asking, part=f"{number}."), {**values, name: (value,)})

    runs = [one(number, value) for number, value in enumerate(each)]
    return told_sources(asking, joined(definition, name, each, await _all_or_none(runs)))


def told_sources(asking: Asking, result: Result) -> Result:
    """The result with the passages that its prompts were given, in the order of values, prompts and passages."""
    if not asking.definition.graphs:
        return result
    order = {prompt.name: place for place, prompt in enumerate(asking.definition.prompts)}
    sources = sorted(asking.sources, key=lambda one: (one.part or 0, order[one.prompt], int(one.cite)))
    return replace(result, sources=tuple(sources))


def check_fan_out(definition: AgentDefinition) -> None:
    """Raises PressrunError (invalid) when the agent has not exactly one input that may hold several values."""
    if len(definition.fan_out_inputs) != 1:
        names = ", ".join(f'"{one.name}"' for one in definition.fan_out_inputs) or "none"
        message = (
            f"fan_out needs exactly one text input that takes several values (this agent has {names}): leave it out"
        )
        raise PressrunError(Code.INVALID, Problem(message, {"field": "fan_out"}))


def fanned(definition: AgentDefinition, values: Values) -> tuple[str, tuple[str, ...]]:
    """The input to fan out over and its values: one empty value if it is optional and absent."""
    try:
        check_fan_out(definition)
    except PressrunError as error:
        raise RunFailure(FailureCode.NOT_SUPPORTED, str(error)) from None
    name = definition.fan_out_inputs[0].name
    return name, values.get(name) or ("",)


def joined(definition: AgentDefinition, name: str, each: tuple[str, ...], results: list[Result]) -> Result:
    """The results of several values as one: a part for each, and the suggestions with a blank line between them."""
    suggestion = BETWEEN_RESULTS.join(result.suggestion for result in results)
    parts = tuple(
        Part(name, value, result.title, result.suggestion, result.prompts)
        for value, result in zip(each, results, strict=True)
    )
    together = {
        prompt.name: BETWEEN_RESULTS.join(result.prompts[prompt.name] for result in results)
        for prompt in definition.prompts
    }
    return Result(definition.output.title, suggestion, together, parts)


def texts_of(definition: AgentDefinition, values: Values) -> dict[str, str]:
    """The text a reference to each input stands for: its values, joined."""
    return {one.name: definition.settings.joiner.join(values.get(one.name, ())) for one in definition.inputs}


def output_of(definition: AgentDefinition, texts: Mapping[str, str], budget: Budget) -> str:
    """The output template filled; raises RunFailure (output_too_large) before building what is too large."""
    template = definition.output_template
    sizes = {piece: len(texts.get(piece.name, "").encode()) for piece in template if isinstance(piece, Reference)}
    budget.spend_bytes(sum(sizes[piece] if isinstance(piece, Reference) else len(piece.encode()) for piece in template))
    return fill(template, texts)


async def _once(asking: Asking, values: Values) -> Result:
    definition = asking.definition
    texts = texts_of(definition, values)
    for index, prompt in enumerate(definition.prompts):
        texts[prompt.name] = await ask(asking, index, texts)
    suggestion = output_of(definition, texts, asking.budget)
    return Result(definition.output.title, suggestion, {one.name: texts[one.name] for one in definition.prompts})


async def _all_or_none(runs: list[Coroutine[Any, Any, Result]]) -> list[Result]:
    """All results in order; the first failure stops the rest and is the failure of the whole."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one) for one in runs]
    except BaseExceptionGroup as failures:  # not except*: Python 3.11.2 wraps what is raised there in a group again
        refused, others = failures.split(RunFailure)
        if refused is None or others is not None:
            raise
        first: BaseException = refused
        while isinstance(first, BaseExceptionGroup):
            first = first.exceptions[0]
        raise first from None
    return [task.result() for task in tasks]

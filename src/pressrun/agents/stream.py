"""A run whose text is heard while it is written: the same result, piece by piece."""

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from pressrun.agents.answering import Clock
from pressrun.agents.asking import Asking, ask, ask_in_pieces
from pressrun.agents.context import Context
from pressrun.agents.definition import AgentDefinition
from pressrun.agents.outcome import Call, Result
from pressrun.agents.run import BETWEEN_RESULTS, Values, fanned, joined, texts_of, told_sources
from pressrun.models.provider import Provider


async def stream(
    definition: AgentDefinition,
    values: Values,
    provider: Provider,
    calls: list[Call],
    clock: Clock = time.monotonic,
    *,
    fan_out: bool = False,
    context: Context | None = None,
) -> AsyncGenerator[str | Result, None]:
    """The suggestion's text in pieces, in order, then the whole Result; raises RunFailure, also after some pieces."""
    asking = Asking(definition, provider, calls, clock, context=context)
    if not fan_out:
        async with aclosing(_once(asking, values)) as pieces:
            async for piece in pieces:
                yield told_sources(asking, piece) if isinstance(piece, Result) else piece
        return
    name, each = fanned(definition, values)
    results: list[Result] = []
    for number, value in enumerate(each):
        if results:
            yield BETWEEN_RESULTS
        of_value = replace(asking, part=f"{number}.")
        async with aclosing(_once(of_value, {**values, name: (value,)})) as pieces:
            async for piece in pieces:
                if isinstance(piece, Result):
                    results.append(piece)
                else:
                    yield piece
    yield told_sources(asking, joined(definition, name, each, results))


async def _once(asking: Asking, values: Values) -> AsyncGenerator[str | Result, None]:
    definition = asking.definition
    texts = texts_of(definition, values)
    suggestion: list[str] = []
    async with aclosing(_pieces(asking, texts)) as pieces:
        async for piece in pieces:
            if piece:
                suggestion.append(piece)
                yield piece
    prompts = {one.name: texts[one.name] for one in definition.prompts}
    yield Result(definition.output.title, "".join(suggestion), prompts)


async def _pieces(asking: Asking, texts: dict[str, str]) -> AsyncGenerator[str, None]:
    """Walks the output template: what is known is said at once, the prompt that comes next is heard as it answers."""
    definition = asking.definition
    order = [prompt.name for prompt in definition.prompts]
    done = 0
    for piece in definition.output_template:
        if isinstance(piece, str) or piece.name in texts:
            known = piece if isinstance(piece, str) else texts[piece.name]
            asking.budget.spend(known)
            yield known
            continue
        while order[done] != piece.name:
            texts[order[done]] = await ask(asking, done, texts)
            done += 1
        heard: list[str] = []
        async with aclosing(ask_in_pieces(asking, done, texts)) as answer:
            async for part in answer:
                asking.budget.spend(part)
                heard.append(part)
                yield part
        texts[piece.name] = "".join(heard)
        done += 1
    for index in range(done, len(order)):
        texts[order[index]] = await ask(asking, index, texts)

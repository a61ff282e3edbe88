"""Try a model out: one short question, one answer."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from pressrun.models.provider import Message, Provider, Question, Usage

QUESTION = "Say hello in one short sentence."
MAX_TOKENS = 64


@dataclass(frozen=True, slots=True)
class Trial:
    """What a model said, after how many seconds, and what it counted."""

    text: str
    seconds: float
    usage: Usage


async def try_model(provider: Provider, model: str | None, *, clock: Callable[[], float] = time.monotonic) -> Trial:
    """Ask a model (None: the default) for a short answer; raises RunFailure. `clock` counts seconds."""
    begun = clock()
    answer = await provider.complete(Question(model, (Message("user", QUESTION),), max_tokens=MAX_TOKENS))
    return Trial(answer.text, clock() - begun, answer.usage)

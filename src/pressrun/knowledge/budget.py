"""How much of what was found goes into a prompt."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from pressrun.models.model import Model
from pressrun.models.prices import Terms
from pressrun.models.token_estimate import estimated_tokens

T = TypeVar("T")

LOCAL_TOKENS = 600
"""For the embedded model, which reads 200 to 300 tokens a second and takes 2,048 with its answer."""

UNKNOWN_TOKENS = 4000
"""For a model whose context nobody knows."""

MOST_TOKENS = 24_000
"""For any: more passages cost more than they tell."""


def passage_tokens(model: Model, terms: Terms) -> int:
    """Tokens of passages that a prompt to a model may hold: half of its context, within reason."""
    if model.kind == "local":
        return LOCAL_TOKENS
    if terms.context_tokens is None:
        return UNKNOWN_TOKENS
    return min(MOST_TOKENS, terms.context_tokens // 2)


def within(items: Sequence[T], text_of: Callable[[T], str], tokens: int) -> list[T]:
    """The first items whose texts have no more than so many tokens together, by estimate; one at least."""
    kept: list[T] = []
    left = tokens
    for item in items:
        left -= estimated_tokens(text_of(item)) + 10
        if left < 0 and kept:
            break
        kept.append(item)
    return kept

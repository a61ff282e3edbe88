"""What a model's tokens cost."""

from dataclasses import dataclass

from pressrun.models.provider import Usage
from pressrun.money import Nano

MILLION = 10**6


@dataclass(frozen=True, slots=True)
class Rate:
    """Nano-dollars for a million tokens; a call whose prompt has more tokens than a step pays the step's for all."""

    base: Nano
    steps: tuple[tuple[int, Nano], ...] = ()

    def at(self, prompt_tokens: int) -> Nano:
        """What a call with so many prompt tokens pays."""
        return next((rate for start, rate in reversed(self.steps) if prompt_tokens > start), self.base)

    @property
    def highest(self) -> Nano:
        """The most any call pays."""
        return max(self.base, *(rate for _, rate in self.steps)) if self.steps else self.base


@dataclass(frozen=True, slots=True)
class Price:
    """What a model costs; `cached_input` is for those prompt tokens that the provider took from its cache."""

    input: Rate
    output: Rate
    cached_input: Rate

    def cost(self, usage: Usage) -> Nano:
        """What a call cost, rounded to the nearest nano-dollar."""
        cached = min(usage.cached_prompt_tokens, usage.prompt_tokens)
        exact = (
            (usage.prompt_tokens - cached) * self.input.at(usage.prompt_tokens)
            + cached * self.cached_input.at(usage.prompt_tokens)
            + usage.completion_tokens * self.output.at(usage.prompt_tokens)
        )
        return (exact + MILLION // 2) // MILLION

    def most(self, prompt_tokens: int, completion_tokens: int) -> Nano:
        """What a call of at most so many tokens can cost, rounded up; a cache that costs more counts."""
        dearest = max(self.input.highest, self.cached_input.highest)
        return -(-(prompt_tokens * dearest + completion_tokens * self.output.highest) // MILLION)

    @property
    def is_free(self) -> bool:
        """Whether no call costs anything."""
        return self.most(MILLION, MILLION) == 0


def flat(input_price: Nano, output_price: Nano, cached_input_price: Nano | None = None) -> Price:
    """A price without steps; cached tokens cost what others do unless told otherwise."""
    cached = input_price if cached_input_price is None else cached_input_price
    return Price(Rate(input_price), Rate(output_price), Rate(cached))


FREE = flat(0, 0)


@dataclass(frozen=True, slots=True)
class Terms:
    """What is known of a model before it is asked: its price, and the tokens that prompt and answer may have together.

    None is what is not known.
    """

    price: Price | None = None
    context_tokens: int | None = None

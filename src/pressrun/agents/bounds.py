"""What a run can cost at most, and what it will probably cost, before a model is asked."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from pressrun.agents.correcting import LONGEST_CORRECTION
from pressrun.agents.definition import AgentDefinition, Prompt
from pressrun.agents.input_kinds import FileInput, MediaInput
from pressrun.agents.references import Reference, Template
from pressrun.agents.run import Values, fanned
from pressrun.models.prices import Terms
from pressrun.models.token_estimate import (
    IMAGE_TOKENS,
    MESSAGE_TOKENS,
    estimated_tokens,
    estimated_tokens_of_literal,
    most_tokens,
)
from pressrun.money import Nano

Prices = Mapping[str | None, Terms]
"""What is known of every model that the prompts may ask, by the name they give (`Catalog.terms`)."""

Outputs = Mapping[str, tuple[int, int]]
"""How many tokens the answers to each prompt had in a sample, from fewest to most."""

FRAME_TOKENS = 32
"""More than any provider adds for the frame of a message."""

RETOLD = 4
"""Tokens that one token of an answer may become when another model reads it, with a vocabulary of its own."""

LIKELY_OUTPUT = (50, 1000)
"""Tokens of an answer where nothing is known: neither `max_tokens` nor a sample."""

MOST_FILE_TOKENS = 10**9
LIKELY_FILE_TOKENS = 2000
MOST_IMAGE_TOKENS = 20_000
"""No provider counts as many for one picture."""

LEAST_OF_MAX = 10
"""An answer has probably no less than a tenth of `max_tokens`."""


class Estimate(NamedTuple):
    """Tokens sent at the first try, and the cost from cheap to dear; None where a price is not known."""

    prompt_tokens: int
    low: Nano | None
    high: Nano | None


@dataclass(frozen=True, slots=True)
class _Sizes:
    """Tokens that stand for each name in a template, and the rule that counts the text between."""

    by_name: Mapping[str, int]
    exact: bool

    def of(self, template: Template) -> int:
        return sum(
            self.by_name.get(piece.name, 0) if isinstance(piece, Reference) else self.literal(piece)
            for piece in template
        )

    def literal(self, text: str) -> int:
        return most_tokens(text) if self.exact else estimated_tokens_of_literal(text)


def bound(definition: AgentDefinition, inputs: Values, prices: Prices, *, fan_out: bool = False) -> Nano | None:
    """The most that one attempt at a job can cost, in nano-dollars; None when there is no such bound (see `unbounded`).

    Every call counts with all its bytes as tokens, the longest earlier answers, the longest answer, and every time it
    may be asked again. A later attempt repeats no call that was finished, but may have to make the others again.
    """
    if any(unbounded(definition, prices)):
        return None
    return sum(_most(definition, values, prices) for values in _each(definition, inputs, fan_out))


def unbounded(definition: AgentDefinition, prices: Prices) -> Iterator[str]:
    """Why a run has no highest cost, and how to mend it, one sentence for each prompt and model; nothing if it has."""
    for prompt in definition.prompts:
        for model in prompt.candidates:
            terms = prices.get(model, Terms())
            name = f"the model {model!r}" if model else "the default model"
            if terms.price is None:
                fix = f"`pressrun models set {model or 'NAME'} --input-price … --output-price …`"
                yield f"the prompt {prompt.name!r} asks {name}, whose price is not known: {fix} sets it"
            elif prompt.name in _reading_files(definition) and terms.context_tokens is None and not terms.price.is_free:
                yield f"the prompt {prompt.name!r} takes files, and how much {name} reads at most is not known"
            elif _longest_answer(prompt, terms) is None and not terms.price.is_free:
                limit = f"and how much {name} may answer is not known"
                yield f"the prompt {prompt.name!r} has no max_tokens, {limit}: set max_tokens"


def estimate(
    definition: AgentDefinition,
    inputs: Values,
    prices: Prices,
    *,
    fan_out: bool = False,
    outputs: Outputs | None = None,
) -> Estimate:
    """What a run will probably cost if nothing has to be asked twice; `outputs` are from a sample, if there is one."""
    tokens, low, high = 0, 0, 0
    known = True
    for values in _each(definition, inputs, fan_out):
        least, most = _inputs(definition, values, exact=False), _inputs(definition, values, exact=False)
        for index, prompt in enumerate(definition.prompts):
            terms = prices.get(prompt.candidates[0], Terms())
            few, many = (outputs or {}).get(prompt.name) or _likely_answer(prompt, terms)
            sent = _prompt_tokens(definition, index, _Sizes(least, exact=False))
            tokens += sent
            if terms.price is None:
                known = False
            else:
                low += terms.price.most(sent, few)
                high += terms.price.most(_prompt_tokens(definition, index, _Sizes(most, exact=False)), many)
            least[prompt.name], most[prompt.name] = few, many
    return Estimate(tokens, low if known else None, high if known else None)


def _each(definition: AgentDefinition, inputs: Values, fan_out: bool) -> Iterator[Values]:
    if not fan_out:
        yield inputs
        return
    name, each = fanned(definition, inputs)
    for value in each:
        yield {**inputs, name: (value,)}


def _inputs(definition: AgentDefinition, values: Values, *, exact: bool) -> dict[str, int]:
    joiner = definition.settings.joiner
    count = most_tokens if exact else estimated_tokens
    tokens = {one.name: count(joiner.join(values.get(one.name, ()))) for one in definition.inputs}
    for one in definition.inputs if definition.takes_files else ():
        given = len(values.get(one.name, ()))
        if isinstance(one, MediaInput):
            tokens[one.name] = given * (MOST_IMAGE_TOKENS if exact else IMAGE_TOKENS)
        elif isinstance(one, FileInput):
            # Their texts are cut to what the model reads, which bounds the call; see fitting.py.
            tokens[one.name] = given * (MOST_FILE_TOKENS if exact else LIKELY_FILE_TOKENS)
    return tokens


def _reading_files(definition: AgentDefinition) -> set[str]:
    """The prompts that refer to inputs which take files or images."""
    if not definition.takes_files:
        return set()
    names = {one.name for one in definition.inputs if isinstance(one, FileInput | MediaInput)}
    return {
        prompt.name
        for prompt, templates in zip(definition.prompts, definition.prompt_templates, strict=True)
        for piece in (*templates[0], *templates[1])
        if isinstance(piece, Reference) and piece.name in names
    }


def _prompt_tokens(definition: AgentDefinition, index: int, sizes: _Sizes) -> int:
    system, user = definition.prompt_templates[index]
    frame = FRAME_TOKENS if sizes.exact else MESSAGE_TOKENS
    schema = definition.prompts[index].json_schema
    asked = sizes.of(system) + sizes.of(user) + frame * (2 if system else 1)
    return asked + (sizes.literal(str(schema)) if schema else 0)


def _most(definition: AgentDefinition, values: Values, prices: Prices) -> Nano:
    sizes = _inputs(definition, values, exact=True)
    total = 0
    for index, prompt in enumerate(definition.prompts):
        sent = _prompt_tokens(definition, index, _Sizes(sizes, exact=True))
        answers = [_longest_answer(prompt, prices[model]) or 0 for model in prompt.candidates]
        total += max(
            _most_of_prompt(prompt, prices[model], sent, answer)
            for model, answer in zip(prompt.candidates, answers, strict=True)
        )
        sizes[prompt.name] = RETOLD * max(answers)
    return total


def _most_of_prompt(prompt: Prompt, terms: Terms, sent: int, answer: int) -> Nano:
    assert terms.price is not None
    again = sent + RETOLD * answer + LONGEST_CORRECTION + 2 * FRAME_TOKENS
    context = terms.context_tokens
    first, more = (min(tokens, context) if context else tokens for tokens in (sent, again))
    return terms.price.most(first, answer) + prompt.reasks * terms.price.most(more, answer)


def _longest_answer(prompt: Prompt, terms: Terms) -> int | None:
    limits = [limit for limit in (prompt.max_tokens, terms.context_tokens) if limit is not None]
    return min(limits, default=None)


def _likely_answer(prompt: Prompt, terms: Terms) -> tuple[int, int]:
    if prompt.max_tokens is not None:
        return max(1, prompt.max_tokens // LEAST_OF_MAX), prompt.max_tokens
    low, high = LIKELY_OUTPUT
    return low, min(high, terms.context_tokens or high)

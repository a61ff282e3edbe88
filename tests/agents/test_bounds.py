"""What a run can cost at most, and what it will probably cost."""

import contextlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pressrun.agents.bounds import RETOLD, bound, estimate, unbounded
from pressrun.agents.definition import AgentDefinition
from pressrun.agents.outcome import Call
from pressrun.agents.run import run
from pressrun.errors import RunFailure
from pressrun.models.prices import FREE, Price, Rate, Terms, flat
from pressrun.models.provider import Answer, Question, Usage
from pressrun.models.scripted import Scripted
from tests.agents.samples import SCHEMA, VALUES, definition, one_list_agent

PRICE = flat(1_000_000, 3_000_000)
STEPS = Price(Rate(1_000_000, ((50, 5_000_000),)), Rate(2_000_000), Rate(9_000_000))
PRICES = {None: Terms(PRICE, 4_000), "small": Terms(STEPS, 1_000), "big": Terms(PRICE)}


class Dearest(Scripted):
    """Every byte is a token, every answer as long as it may be, and no JSON ever fits."""

    async def complete(self, question: Question) -> Answer:
        terms = PRICES[question.model]
        sent = sum(len(message.text.encode()) + 4 for message in question.messages)
        sent += len(str(question.json_schema or ""))
        limits = [limit for limit in (question.max_tokens, terms.context_tokens) if limit is not None]
        received = min(limits)
        usage = Usage(min(sent, terms.context_tokens or sent), received, sent // 2)
        assert terms.price is not None
        return Answer("x" * min(received * RETOLD, 20_000), usage, cost=terms.price.cost(usage))


@st.composite
def agents(draw: st.DrawFn) -> AgentDefinition:
    def prompt(name: str, refers: str) -> dict[str, Any]:
        model = draw(st.sampled_from([None, "small", "big"]))
        maximum = st.integers(1, 500) if model == "big" else st.none() | st.integers(1, 500)
        schema = draw(st.sampled_from([None, SCHEMA]))
        retries = draw(st.none() | st.fixed_dictionaries({"retries": st.integers(0, 3)})) if schema else None
        some = {"model": model, "max_tokens": draw(maximum), "json_schema": schema, "on_invalid": retries}
        text = draw(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="@{}"), max_size=60))
        made = {"name": name, "prompt": f"{text} {refers}", "system": draw(st.none() | st.just(f"be {refers}")), **some}
        return {field: value for field, value in made.items() if value is not None}

    return definition(prompts=[prompt("First", "@Product name"), prompt("Second", "@First @First @Tone")])


@given(agents(), st.lists(st.text(min_size=1, max_size=80), min_size=1, max_size=3), st.booleans())
@settings(deadline=None)
async def test_no_run_costs_more_than_its_bound(agent: AgentDefinition, names: list[str], fan_out: bool) -> None:
    """Whether it ends well or not."""
    values = {"Product name": tuple(names), "Tone": ("friendly",)}
    calls: list[Call] = []
    lone = agent.model_copy(update={"inputs": agent.inputs[:2]})
    with contextlib.suppress(RunFailure):
        await run(lone, values, Dearest(), calls, fan_out=fan_out)
    most = bound(lone, values, PRICES, fan_out=fan_out)
    assert most is not None
    assert 0 < sum(call.cost or 0 for call in calls) <= most


def test_an_estimate_lies_below_the_bound_and_counts_every_prompt() -> None:
    told = estimate(definition(), VALUES, PRICES)
    assert told.low is not None
    assert told.high is not None
    assert 20 < told.prompt_tokens < 100
    assert 0 < told.low < told.high < (bound(definition(), VALUES, PRICES) or 0)


def test_a_sample_makes_an_estimate_narrow() -> None:
    wide = estimate(definition(), VALUES, PRICES)
    narrow = estimate(definition(), VALUES, PRICES, outputs={"First": (90, 110), "Second": (20, 30)})
    assert (narrow.high or 0) - (narrow.low or 0) < ((wide.high or 0) - (wide.low or 0)) / 4


def test_fan_out_counts_every_value() -> None:
    agent = one_list_agent()
    one = {"Product name": ("Terra",), "Tone": ("friendly",)}
    three = {"Product name": ("Terra",) * 3, "Tone": ("friendly",)}
    single = bound(agent, one, PRICES)
    assert single is not None
    assert bound(agent, three, PRICES, fan_out=True) == 3 * single
    assert estimate(agent, three, PRICES, fan_out=True).prompt_tokens == 3 * estimate(agent, one, PRICES).prompt_tokens


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        (Terms(), "price is not known: `pressrun models set small"),
        (Terms(PRICE), "has no max_tokens"),
        (Terms(None, 1000), "price is not known"),
    ],
)
def test_what_has_no_bound_says_why_and_how_to_mend_it(terms: Terms, said: str) -> None:
    prices = {**PRICES, "small": terms}
    assert bound(definition(), VALUES, prices) is None
    [told] = unbounded(definition(), prices)
    assert "'Second'" in told
    assert said in told
    if terms.price is None:
        assert estimate(definition(), VALUES, prices)[1:] == (None, None)


def test_what_is_free_needs_no_limit() -> None:
    prices = {None: Terms(FREE), "small": Terms(FREE)}
    assert bound(definition(), VALUES, prices) == 0
    assert estimate(definition(), VALUES, prices)[1:] == (0, 0)


def test_a_prompt_with_several_models_may_be_answered_by_the_dearest() -> None:
    def agent(*models: str) -> AgentDefinition:
        only = {"name": "p", "prompt": "@Tone", "models": list(models), "max_tokens": 10}
        return definition(prompts=[only], output=None)

    both = bound(agent("small", "big"), VALUES, PRICES)
    assert both == max(bound(agent(one), VALUES, PRICES) or 0 for one in ("small", "big"))

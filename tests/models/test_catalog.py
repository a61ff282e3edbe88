"""Which model a name means, on both databases, and that calls get there."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import pytest

from pressrun.errors import Code, FailureCode, PressrunError, RunFailure
from pressrun.models.catalog import Catalog
from pressrun.models.configured import add_model, change_model, find_model, list_models, remove_model, set_default_model
from pressrun.models.model import NewModel
from pressrun.models.provider import Answer, ImagePart, Message, Question, TextPart
from pressrun.models.vault import Vault
from pressrun.store.store import Store, Transaction
from tests.models.raw_provider import RawProvider, Reply, completion

ORG, OTHER = "org-1", "org-2"
VAULT = Vault(bytes(range(32)))
SCRIPT = b"[{answer: 'scripted: {prompt}'}]"
OPENAI = {"OPENAI_API_KEY": "sk-env"}


@dataclass
class Hand:
    """A clock's hand, moved by tests; seconds."""

    at: float = 0.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
async def shelf(store: Store) -> Store:
    """A store with two organizations."""

    async def work(tx: Transaction) -> None:
        for organization_id in (ORG, OTHER):
            await tx.run("add_organization", organization_id=organization_id, name=organization_id)

    await store.write(work)
    return store


@pytest.fixture
def hand() -> Hand:
    return Hand()


@pytest.fixture
async def catalog(shelf: Store, hand: Hand) -> AsyncIterator[Catalog]:
    catalog = Catalog(shelf, VAULT, {}, clock_s=hand)
    yield catalog
    await catalog.close()


def ask(model: str | None, prompt: str = "hello") -> Question:
    return Question(model, (Message("user", prompt),))


async def test_a_model_is_kept_and_its_key_sealed(shelf: Store) -> None:
    new = NewModel("mine", "https://host/v1", "their-id", "sk-CANARY", concurrency=3, timeout_s=9)
    added = await add_model(shelf, VAULT, ORG, new)
    assert (added.kind, added.has_api_key, added.is_default, added.source) == ("openai", True, False, "configured")
    found = await find_model(shelf, ORG, "mine")
    assert found.model == added
    assert found.api_key_sealed is not None
    assert b"CANARY" not in found.api_key_sealed
    assert "CANARY" not in repr(found) + repr(new)
    assert VAULT.unseal(found.api_key_sealed, ORG, "mine") == "sk-CANARY"


async def test_a_name_is_taken_once(shelf: Store) -> None:
    await add_model(shelf, VAULT, ORG, NewModel("mine", "https://one/v1", api_key="k", is_default=True))
    with pytest.raises(PressrunError, match="a model 'mine' already") as caught:
        await add_model(shelf, VAULT, ORG, NewModel("mine", "https://two/v1"))
    assert caught.value.code == Code.CONFLICT
    await add_model(shelf, VAULT, OTHER, NewModel("mine", "https://two/v1"))
    replaced = await add_model(shelf, VAULT, ORG, NewModel("mine", script=SCRIPT), replace=True)
    assert (replaced.kind, replaced.base_url, replaced.has_api_key, replaced.is_default) == (
        "scripted",
        None,
        False,
        True,
    )
    assert [each.model.base_url for each in await list_models(shelf, OTHER)] == ["https://two/v1"]


async def test_models_are_listed_and_removed(shelf: Store) -> None:
    for name in ("b", "a"):
        await add_model(shelf, VAULT, ORG, NewModel(name, "https://host/v1"))
    assert [(each.model.name, each.model.model_id) for each in await list_models(shelf, ORG)] == [
        ("a", "a"),
        ("b", "b"),
    ]
    with pytest.raises(PressrunError, match="no model 'a'"):
        await remove_model(shelf, OTHER, "a")
    await remove_model(shelf, ORG, "a")
    for gone in (remove_model, find_model, set_default_model):
        with pytest.raises(PressrunError, match="no model 'a'") as caught:
            await gone(shelf, ORG, "a")
        assert caught.value.code == Code.NOT_FOUND


async def test_one_model_is_the_default(shelf: Store) -> None:
    await add_model(shelf, VAULT, ORG, NewModel("a", "https://host/v1", is_default=True))
    await add_model(shelf, VAULT, ORG, NewModel("b", "https://host/v1", is_default=True))
    await add_model(shelf, VAULT, OTHER, NewModel("c", "https://host/v1", is_default=True))
    for name in ("b", "a", "scripted", "openai/gpt-4o"):
        if name != "b":
            assert (await set_default_model(shelf, ORG, name)).is_default
        flagged = [each.model.name for each in await list_models(shelf, ORG) if each.model.is_default]
        assert flagged == [name]
        assert (await Catalog(shelf, VAULT, OPENAI).resolve(ORG, None)).name == name
    assert (await Catalog(shelf, VAULT, {}).resolve(OTHER, None)).name == "c"


@pytest.mark.parametrize(
    ("environ", "name", "model_id", "base_url"),
    [
        ({}, None, "smollm2-135m", None),
        ({}, "local", "smollm2-135m", None),
        ({}, "smollm2-135m", "smollm2-135m", None),
        ({}, "scripted", None, None),
        (OPENAI, None, "gpt-4o-mini", "https://api.openai.com/v1"),
        (OPENAI, "gpt-5", "gpt-5", "https://api.openai.com/v1"),
        (OPENAI, "o3-mini", "o3-mini", "https://api.openai.com/v1"),
        (OPENAI, "o1", "o1", "https://api.openai.com/v1"),
        (OPENAI, "chatgpt-4o-latest", "chatgpt-4o-latest", "https://api.openai.com/v1"),
        (OPENAI, "openai/any/thing", "any/thing", "https://api.openai.com/v1"),
        ({**OPENAI, "OPENAI_BASE_URL": "http://gateway/v1"}, "gpt-5", "gpt-5", "http://gateway/v1"),
        ({"OPENAI_API_KEY": "  "}, None, "smollm2-135m", None),
    ],
)
async def test_names_that_need_no_adding(
    shelf: Store, environ: Mapping[str, str], name: str | None, model_id: str | None, base_url: str | None
) -> None:
    model = await Catalog(shelf, VAULT, environ).resolve(ORG, name)
    assert (model.model_id, model.base_url) == (model_id, base_url)


@pytest.mark.parametrize("name", ["", "GPT-4o", "Local", "mine ", "o10", "openai/", "\x00", "gpt-4o"])
async def test_unknown_names_are_answered_with_the_known(catalog: Catalog, shelf: Store, name: str) -> None:
    await add_model(shelf, VAULT, ORG, NewModel("mine", "https://host/v1"))
    await add_model(shelf, VAULT, OTHER, NewModel("theirs", "https://host/v1"))
    with pytest.raises(RunFailure) as caught:
        await catalog.provider_for(ORG).complete(ask(name))
    assert (caught.value.code, caught.value.retryable) == (FailureCode.MODEL_NOT_FOUND, False)
    hint = " Set OPENAI_API_KEY to use OpenAI's models." if name == "gpt-4o" else ""
    names = "local, mine, scripted, smollm2-135m"
    assert caught.value.message == f"There is no model {name!r}. Known models: {names}.{hint}"


async def test_unknown_models_are_named_before_an_agent_is_deployed(catalog: Catalog, shelf: Store) -> None:
    names = ["scripted", "nope", None, "gpt-4o", "nope", "local"]
    assert await catalog.unknown_models(ORG, names) == ["nope", "gpt-4o"]
    assert await Catalog(shelf, VAULT, OPENAI).unknown_models(ORG, names) == ["nope"]
    assert await Catalog(shelf, VAULT, {}, unknown_to_default=True).unknown_models(ORG, names) == []


async def test_unknown_names_may_mean_the_default(shelf: Store) -> None:
    await add_model(shelf, VAULT, ORG, NewModel("mine", script=SCRIPT, is_default=True))
    catalog = Catalog(shelf, VAULT, {}, unknown_to_default=True)
    assert (await catalog.provider_for(ORG).complete(ask("palmyra-x5"))).text == "scripted: hello"
    await catalog.close()


async def test_a_call_goes_where_the_model_is(catalog: Catalog, shelf: Store, provider: RawProvider) -> None:
    provider.replies = [Reply(completion("from there"))]
    await add_model(shelf, VAULT, ORG, NewModel("mine", provider.base_url, "their-id", "sk-1", is_default=True))
    await add_model(shelf, VAULT, ORG, NewModel("twin", provider.base_url, "twin-id", "sk-1", concurrency=1))
    for name in ("mine", None, "twin"):
        assert (await catalog.provider_for(ORG).complete(ask(name))).text == "from there"
    assert [asked.body["model"] for asked in provider.asked] == ["their-id", "their-id", "twin-id"]
    assert {asked.headers["authorization"] for asked in provider.asked} == {"Bearer sk-1"}
    assert provider.connections == 1


async def test_streams_go_there_too(catalog: Catalog, shelf: Store) -> None:
    await add_model(shelf, VAULT, ORG, NewModel("mine", script=SCRIPT, concurrency=1))
    for _ in range(2):  # the one slot is given back
        items = [item async for item in catalog.provider_for(ORG).stream(ask("mine"))]
        assert items[:-1] == ["scripted: ", "hello"]
        assert isinstance(items[-1], Answer)


async def test_openai_by_the_environment_alone(shelf: Store, provider: RawProvider) -> None:
    provider.replies = [Reply(completion("from OpenAI"))]
    catalog = Catalog(shelf, VAULT, {**OPENAI, "OPENAI_BASE_URL": provider.base_url})
    assert (await catalog.provider_for(ORG).complete(ask("openai/gpt-9"))).text == "from OpenAI"
    assert (provider.asked[0].body["model"], provider.asked[0].headers["authorization"]) == ("gpt-9", "Bearer sk-env")
    await catalog.close()


async def test_a_default_of_openai_without_its_key(catalog: Catalog, shelf: Store) -> None:
    await set_default_model(shelf, ORG, "gpt-4o")
    with pytest.raises(RunFailure, match="needs OPENAI_API_KEY") as caught:
        await catalog.provider_for(ORG).complete(ask(None))
    assert caught.value.code == FailureCode.MODEL_AUTHENTICATION


async def test_a_change_is_seen_within_two_seconds(catalog: Catalog, shelf: Store, hand: Hand) -> None:
    routing = catalog.provider_for(ORG)
    await add_model(shelf, VAULT, ORG, NewModel("mine", script=b"[{answer: old}]"))
    assert (await routing.complete(ask("mine"))).text == "old"
    await add_model(shelf, VAULT, ORG, NewModel("mine", script=b"[{answer: new}]"), replace=True)
    hand.at += 0.5
    assert (await routing.complete(ask("mine"))).text == "old"
    hand.at += 1.5
    assert (await routing.complete(ask("mine"))).text == "new"
    await remove_model(shelf, ORG, "mine")
    hand.at += 2
    with pytest.raises(RunFailure, match="no model 'mine'"):
        await routing.complete(ask("mine"))


async def test_a_scripted_model_remembers_across_calls(catalog: Catalog, shelf: Store, hand: Hand) -> None:
    await add_model(shelf, VAULT, ORG, NewModel("mine", script=b"[{answer: once, times: 1}]"))
    answers = []
    for _ in range(2):
        answers.append((await catalog.provider_for(ORG).complete(ask("mine"))).text)
        hand.at += 10
    assert answers == ["once", "hello"]


async def test_another_secret_key_is_a_failure_of_the_run(shelf: Store) -> None:
    await add_model(shelf, VAULT, ORG, NewModel("mine", "https://host/v1", api_key="sk"))
    catalog = Catalog(shelf, Vault(bytes(32)), {})
    with pytest.raises(RunFailure, match="sealed under another secret key") as caught:
        await catalog.provider_for(ORG).complete(ask("mine"))
    assert (caught.value.code, caught.value.retryable) == (FailureCode.INTERNAL, False)


async def test_the_models_of_an_organization(shelf: Store) -> None:
    await add_model(shelf, VAULT, ORG, NewModel("mine", "https://host/v1"))

    async def listed(environ: Mapping[str, str]) -> list[tuple[str, str, bool]]:
        models = await Catalog(shelf, VAULT, environ).models(ORG)
        return [(model.name, model.source, model.is_default) for model in models]

    own = [("mine", "configured", False)]
    assert await listed({}) == [*own, ("smollm2-135m", "built-in", True), ("scripted", "built-in", False)]
    assert await listed(OPENAI) == [
        *own,
        ("smollm2-135m", "built-in", False),
        ("scripted", "built-in", False),
        ("gpt-4o-mini", "environment", True),
    ]


async def test_what_nobody_knows_costs_not_nothing(shelf: Store, provider: RawProvider) -> None:
    """Neither a model without a price, nor an answer whose tokens were not counted; what is free is."""
    usage = {"prompt_tokens": 1_000, "completion_tokens": 100, "prompt_tokens_details": {"cached_tokens": 400}}
    counted, uncounted = Reply(completion("a", usage=usage)), Reply(completion("a", usage=None))
    provider.replies = [counted, counted, uncounted, uncounted]
    catalog = Catalog(shelf, VAULT, {})
    known = NewModel(
        "known", provider.base_url, input_price=1_000_000, output_price=2_000_000, cached_input_price=500_000
    )
    await add_model(shelf, VAULT, ORG, NewModel("unknown", provider.base_url))
    await add_model(shelf, VAULT, ORG, known)
    await add_model(shelf, VAULT, ORG, NewModel("free", provider.base_url, input_price=0, output_price=0))
    names = ("unknown", "known", "known", "free")
    asked = [Question(name, (Message("user", "x"),)) for name in names]
    answers = [await catalog.provider_for(ORG).complete(question) for question in asked]
    assert [answer.cost for answer in answers] == [None, 600 + 200 + 200, None, 0]
    assert [answer.model for answer in answers] == list(names)
    assert answers[0].usage.cached_prompt_tokens == 400
    await catalog.close()


async def test_images_go_to_models_that_take_them(shelf: Store) -> None:
    catalog = Catalog(shelf, VAULT, {})
    await add_model(shelf, VAULT, ORG, NewModel("sees", script=b"[{answer: '{images}'}]", vision=True))
    await add_model(shelf, VAULT, ORG, NewModel("blind", script=b"[{answer: x}]"))
    image = ImagePart.of("image/png", b"1")
    provider = catalog.provider_for(ORG)

    def shown(model: str) -> Question:
        return Question(model, (Message("user", (TextPart("What is this?"), image)),))

    assert (await provider.complete(shown("sees"))).text == image.fingerprint
    assert (await provider.complete(shown("scripted"))).text == "What is this?"
    for model in ("blind", "smollm2-135m"):
        with pytest.raises(RunFailure, match="takes no images") as caught:
            await provider.complete(shown(model))
        failure = caught.value
        assert (failure.code, failure.retryable, failure.called) == (FailureCode.NOT_SUPPORTED, False, False)
    assert (await change_model(shelf, ORG, "blind", {"vision": True})).vision
    catalog.forget(ORG)
    assert (await provider.complete(shown("blind"))).text == "x"
    assert not (await change_model(shelf, ORG, "scripted", {"vision": False})).vision
    await catalog.close()

"""The shapes of answers about models, for `/openapi.json`; prices are dollars for a million tokens."""

from typing import Literal

from pressrun.api.schemas import Shape


class ModelShape(Shape):
    """A model that prompts may name; prices are dollars for a million tokens, null where they are not known.

    `vision`: it takes images. `held_back` says why no call may begin now, `held_back_s` for how many seconds probably.
    """

    id: str
    name: str
    kind: Literal["openai", "local", "scripted"]
    base_url: str | None
    model_id: str | None
    default: bool
    source: str
    concurrency: int | None
    has_api_key: bool
    account: str
    rpm: int | None
    tpm: int | None
    vision: bool
    input_price: float | None
    output_price: float | None
    cached_input_price: float | None
    price_source: Literal["set", "free", "table", "unknown"]
    held_back: str | None
    held_back_s: float | None


class OneModel(ModelShape):
    """A model, with the fields that OpenAI's clients look for."""

    object: Literal["model"]
    created: int
    owned_by: str


class ListedModel(Shape):
    """A model as OpenAI's clients list it."""

    id: str
    object: Literal["model"]
    created: int
    owned_by: str


class ModelPage(Shape):
    """All models; `data` has them again, for OpenAI's clients."""

    models: list[ModelShape]
    object: Literal["list"]
    data: list[ListedModel]


class ModelTrial(Shape):
    """A model's answer to a first question."""

    model: str
    text: str
    seconds: float
    usage: dict[str, int]

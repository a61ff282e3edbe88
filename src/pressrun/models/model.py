"""A model as the catalog knows it, and what a new one must look like."""

from dataclasses import dataclass, field
from typing import Literal

from pressrun.errors import Code, PressrunError, Problem
from pressrun.models.base_url import check_base_url
from pressrun.models.prices import Price, flat
from pressrun.models.script import read_script
from pressrun.money import MOST, NANO, Nano

Kind = Literal["openai", "local", "scripted"]
Source = Literal["configured", "built-in", "environment"]

LONGEST_NAME = 100
LONGEST_MODEL_ID = 300
LONGEST_KEY = 10_000
LARGEST_CONCURRENCY = 100_000
DEFAULT_TIMEOUT_S = 120
LONGEST_TIMEOUT_S = 86_400
MOST_PER_MINUTE = 10**12


@dataclass(frozen=True, slots=True)
class Model:
    """One model that an agent may name.

    `model_id` is the provider's own name for it, `concurrency` how many calls one process makes at a time (None: as
    many as it likes), `timeout_s` the seconds a call may take. An openai model without `base_url` is OpenAI's own,
    with the key of the environment. Prices are nano-dollars for a million tokens, None where they are not set.
    `rpm` and `tpm` are calls and tokens a minute; models with the same `account` (None: its name) share its limits.
    `vision`: it takes images.
    """

    name: str
    kind: Kind
    base_url: str | None = None
    model_id: str | None = None
    is_default: bool = False
    concurrency: int | None = None
    timeout_s: int = DEFAULT_TIMEOUT_S
    has_api_key: bool = False
    source: Source = "configured"
    input_price: Nano | None = None
    output_price: Nano | None = None
    cached_input_price: Nano | None = None
    account: str | None = None
    rpm: int | None = None
    tpm: int | None = None
    vision: bool = False

    @property
    def price(self) -> Price | None:
        """What was set; None when nothing was."""
        if self.input_price is None or self.output_price is None:
            return None
        return flat(self.input_price, self.output_price, self.cached_input_price)


@dataclass(frozen=True, slots=True)
class NewModel:
    """A model to add: one with a `base_url` speaks OpenAI's format, one with a `script` is scripted.

    Raises PressrunError (invalid) that names every fault.
    """

    name: str
    base_url: str | None = None
    model_id: str | None = None
    api_key: str | None = field(default=None, repr=False)
    script: bytes | None = None
    is_default: bool = False
    concurrency: int | None = None
    timeout_s: int = DEFAULT_TIMEOUT_S
    input_price: Nano | None = None
    output_price: Nano | None = None
    cached_input_price: Nano | None = None
    account: str | None = None
    rpm: int | None = None
    tpm: int | None = None
    vision: bool = False

    def __post_init__(self) -> None:
        problems = [*_name_problems(self.name), *_kind_problems(self), *_limit_problems(self)]
        problems += [*price_problems(self), *rate_problems(self)]
        if problems:
            raise PressrunError(Code.INVALID, problems)

    @property
    def kind(self) -> Kind:
        """What it is, by what was given."""
        return "openai" if self.base_url is not None else "scripted"


def _name_problems(name: str, field_name: str = "name") -> list[Problem]:
    if 1 <= len(name) <= LONGEST_NAME and name.isprintable() and not any(letter.isspace() for letter in name):
        return []
    return [_fault(field_name, f"has 1 to {LONGEST_NAME} characters, without spaces and control characters")]


def _kind_problems(new: NewModel) -> list[Problem]:
    if (new.base_url is None) == (new.script is None):
        return [_fault("base_url", "or `script` must be given, and not both")]
    try:
        if new.base_url is not None:
            check_base_url(new.base_url)
        if new.script is not None:
            read_script(new.script)
    except PressrunError as error:
        return list(error.problems)
    return []


def _limit_problems(new: NewModel) -> list[Problem]:
    problems = []
    if new.model_id is not None and not (1 <= len(new.model_id) <= LONGEST_MODEL_ID and new.model_id.isprintable()):
        problems.append(_fault("model_id", f"has 1 to {LONGEST_MODEL_ID} printable characters"))
    key = new.api_key
    if key is not None and not (1 <= len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        problems.append(_fault("api_key", "is one line of ASCII characters"))
    if new.concurrency is not None and not 1 <= new.concurrency <= LARGEST_CONCURRENCY:
        problems.append(_fault("concurrency", f"is between 1 and {LARGEST_CONCURRENCY:,}"))
    if not 1 <= new.timeout_s <= LONGEST_TIMEOUT_S:
        problems.append(_fault("timeout_s", f"is between 1 and {LONGEST_TIMEOUT_S:,} seconds"))
    return problems


def price_problems(priced: "NewModel | Model") -> list[Problem]:
    """What is wrong with the prices that are set."""
    prices = {
        "input_price": priced.input_price,
        "output_price": priced.output_price,
        "cached_input_price": priced.cached_input_price,
    }
    problems = [
        _fault(name, f"is between 0 and {MOST // NANO:,} dollars for a million tokens")
        for name, price in prices.items()
        if price is not None and not 0 <= price <= MOST
    ]
    if (priced.input_price is None) != (priced.output_price is None):
        problems.append(_fault("input_price", "and `output_price` are set together: one price alone tells no cost"))
    elif priced.cached_input_price is not None and priced.input_price is None:
        problems.append(_fault("cached_input_price", "needs `input_price` and `output_price` beside it"))
    return problems


def rate_problems(limited: "NewModel | Model") -> list[Problem]:
    """What is wrong with the limits by the minute that are set."""
    problems = [
        _fault(name, f"is between 1 and {MOST_PER_MINUTE:,}")
        for name, value in (("rpm", limited.rpm), ("tpm", limited.tpm))
        if value is not None and not 1 <= value <= MOST_PER_MINUTE
    ]
    return problems + ([] if limited.account is None else _name_problems(limited.account, "account"))


def _fault(field_name: str, what: str) -> Problem:
    return Problem(f"`{field_name}` {what}", {"field": field_name})

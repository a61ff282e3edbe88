"""Which model is meant by a name, and who answers for it."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace

from pressrun.accounts.account import Limits, Standing
from pressrun.errors import Code, FailureCode, PressrunError, RunFailure
from pressrun.models.clients import Clients, Endpoint
from pressrun.models.configured import Configured, read_models
from pressrun.models.known import (
    ALIASES,
    BUILT_IN,
    default_name,
    known_model,
    openai_id,
    openai_key,
    openai_url,
)
from pressrun.models.limiter import Account, Calling, Limiter
from pressrun.models.local_server import LocalOptions
from pressrun.models.model import Model
from pressrun.models.price_table import is_public, listed
from pressrun.models.prices import FREE, Price, Terms
from pressrun.models.provider import Answer, Provider, Question
from pressrun.models.vault import Vault
from pressrun.store.store import Store

FRESH_S = 1.0
"""Seconds for which an organization's models are not read again; a change is seen after that."""
TERMS_FRESH_S = 600.0
"""Seconds for which what the table says of a model is not looked up again: some prices depend on the time of day."""
MOST_REMEMBERED = 1000
"""Organizations whose models are remembered at a time."""


@dataclass(frozen=True, slots=True)
class _Remembered:
    models: Mapping[str, Configured]
    standings: Mapping[str, Standing]
    read_at_s: float
    endpoints: dict[str, Endpoint] = field(default_factory=dict, repr=False)
    accounts: dict[str, Account] = field(default_factory=dict, repr=False)

    def account_of(self, organization_id: str, model: Model) -> Account:
        """Whose permit a call to a model needs: its account is limited by the smallest that its models name."""
        name = model.account or model.name
        limits = Limits(model.rpm, model.tpm, model.concurrency)
        for each in self.models.values() if model.account else ():
            if each.model.account == name:
                limits = limits.tightened(Limits(each.model.rpm, each.model.tpm, each.model.concurrency))
        if model.kind == "local":  # one server for everybody, which bounds its calls itself
            limits = Limits()
        return Account(organization_id, name, model.name, limits, name in self.standings)


class Catalog:
    """The models of every organization: those it added, the built-in ones, and OpenAI's by `OPENAI_API_KEY`.

    `script` holds the answers of the built-in scripted model, which otherwise echoes.
    With `unknown_to_default` a name that nobody knows means the default model. `clock_s` counts seconds.
    """

    def __init__(
        self,
        store: Store,
        vault: Vault,
        environ: Mapping[str, str],
        local: LocalOptions | None = None,
        *,
        script: bytes | None = None,
        unknown_to_default: bool = False,
        clock_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._vault = vault
        self._environ = environ
        self._script = script
        self._unknown_to_default = unknown_to_default
        self._clock_s = clock_s
        self._local = local or LocalOptions()
        self._clients = Clients(self._local, clock_s)
        self._remembered: dict[str, _Remembered] = {}
        self._reading = asyncio.Lock()
        self.limiter = Limiter(store, self.forget)
        self._listed: dict[tuple[str, str], tuple[Terms, float]] = {}

    def provider_for(self, organization_id: str) -> Provider:
        """A provider that sends every question to the model it names; None is the organization's default."""
        return _Routing(self, organization_id)

    async def resolve(self, organization_id: str, name: str | None) -> Model:
        """The model a name means (None: the default); raises RunFailure (model not found) with the known names."""
        return (await self._find(organization_id, name)).model

    async def models(self, organization_id: str) -> list[Model]:
        """The models an organization has: its own, then those built in, then OpenAI's default; one is the default."""
        configured = await self._configured(organization_id)
        models = {name: each.model for name, each in configured.items()}
        environment = known_model(default_name(self._environ), self._environ)
        for known in (*BUILT_IN.values(), *((environment,) if environment else ())):
            models.setdefault(known.name, known)
        chosen = _default(configured, self._environ)
        return [replace(model, is_default=name == chosen) for name, model in models.items()]

    async def terms(self, organization_id: str, names: Iterable[str | None]) -> dict[str | None, Terms]:
        """Price and context of models by the names that prompts give (None: the default); nothing of unknown ones."""
        found: dict[str | None, Terms] = {}
        for name in names:
            try:
                found[name] = await self.terms_of((await self._find(organization_id, name)).model)
            except RunFailure:
                found[name] = Terms()
        return found

    async def context_tokens(self, organization_id: str, name: str | None) -> int | None:
        """Tokens that a model reads and writes in one call; None where nobody knows."""
        try:
            model = (await self._find(organization_id, name)).model
        except RunFailure:
            return None
        if model.kind == "local":
            return self._local.n_ctx // self._local.n_parallel
        return (await self.terms_of(model)).context_tokens

    async def unknown_models(self, organization_id: str, names: Iterable[str | None]) -> list[str]:
        """Those of the names that mean no model, each once; an agent that names one cannot be deployed."""
        unknown: dict[str, None] = {}
        for name in names:
            try:
                await self._find(organization_id, name)
            except RunFailure:
                unknown[str(name)] = None
        return list(unknown)

    def forget(self, organization_id: str) -> None:
        """An organization's models have just been changed here: read them again for the next question."""
        self._remembered.pop(organization_id, None)

    async def close(self) -> None:
        """Let go of every provider."""
        await self.limiter.close()
        await self._clients.close()

    @asynccontextmanager
    async def use(self, organization_id: str, question: Question) -> "AsyncIterator[_Use]":
        """The provider of a question's model, and the question in that provider's own words; raises RunFailure."""
        name: str | None = None
        try:
            found = await self._find(organization_id, question.model)
            model = found.model
            name = model.name
            if question.images and not model.vision:
                raise blind(model.name)
            endpoint = self._known_endpoint(organization_id, found)
            terms = await self.terms_of(model)
            account = await self._account(organization_id, model)
            # One server answers for the embedded model, whoever asks and by whatever name.
            slots = "local" if model.kind == "local" else (organization_id, model.name)
            # The place in this process first: a permit must be used at once.
            async with (
                self._clients.use(endpoint, slots, model.concurrency) as provider,
                self.limiter.call(account, question, model.timeout_s) as call,
            ):
                wanted = model.model_id or model.name
                asked = question if question.model == wanted else replace(question, model=wanted)
                yield _Use(provider, asked, model, terms.price, call)
        except RunFailure as failure:
            failure.model = name
            raise
        except PressrunError as error:
            # Every failure of a provider is a RunFailure; the store being away is no fault of the model's.
            away = error.code == Code.UNAVAILABLE
            raise RunFailure(FailureCode.INTERNAL, str(error), retryable=away, model=name) from error

    async def terms_of(self, model: Model) -> Terms:
        """What is set for a model, then what its kind or the table of well-known prices says."""
        if model.kind != "openai":
            return Terms(model.price or FREE)
        key = model.base_url or openai_url(self._environ), model.model_id or model.name
        known = self._listed.get(key)
        if known is None or self._clock_s() - known[1] > TERMS_FRESH_S:
            terms = await asyncio.to_thread(listed, *key) if is_public(key[0]) else Terms()
            known = self._listed[key] = terms, self._clock_s()
        return Terms(model.price or known[0].price, known[0].context_tokens)

    async def _find(self, organization_id: str, name: str | None) -> Configured:
        configured = await self._configured(organization_id)
        chosen = name if name is not None else _default(configured, self._environ)
        found = self._known(configured, chosen)
        if found is None and self._unknown_to_default:
            found = self._known(configured, _default(configured, self._environ))
        if found is None:
            raise RunFailure(FailureCode.MODEL_NOT_FOUND, self._explain(configured, chosen))
        return found

    def _known(self, configured: Mapping[str, Configured], name: str) -> Configured | None:
        if name in configured:
            return configured[name]
        model = known_model(name, self._environ)
        if model is None:
            return None
        return configured.get(ALIASES.get(name, name)) or Configured(model)

    def _explain(self, configured: Mapping[str, Configured], name: str) -> str:
        names = ", ".join(sorted({*configured, *BUILT_IN, *ALIASES}))
        if openai_key(self._environ):
            return f"There is no model {name!r}. Known models: {names}, and OpenAI's as openai/<id>."
        hint = " Set OPENAI_API_KEY to use OpenAI's models." if openai_id(name) else ""
        return f"There is no model {name!r}. Known models: {names}.{hint}"

    def _known_endpoint(self, organization_id: str, found: Configured) -> Endpoint:
        """As `_endpoint`, put together once for as long as the models are remembered: it may unseal a key."""
        remembered = self._fresh(organization_id)
        endpoint = remembered.endpoints.get(found.model.name) if remembered is not None else None
        if endpoint is None:
            endpoint = self._endpoint(organization_id, found)
            if remembered is not None:
                remembered.endpoints[found.model.name] = endpoint
        return endpoint

    async def _account(self, organization_id: str, model: Model) -> Account:
        """Whose permit a call needs, worked out once for as long as the models are remembered."""
        remembered = await self._organization(organization_id)
        account = remembered.accounts.get(model.name)
        if account is None:
            account = remembered.accounts[model.name] = remembered.account_of(organization_id, model)
        return account

    def _endpoint(self, organization_id: str, found: Configured) -> Endpoint:
        model = found.model
        if model.kind == "local":
            return Endpoint("local", timeout_s=model.timeout_s)
        if model.kind == "scripted":
            return Endpoint("scripted", script=found.script or self._script)
        if model.base_url is None or model.source == "environment":
            key = openai_key(self._environ)
            if key is None:
                raise RunFailure(
                    FailureCode.MODEL_AUTHENTICATION, f"Model {model.name!r} needs OPENAI_API_KEY in the environment"
                )
            return Endpoint("openai", openai_url(self._environ), key, timeout_s=model.timeout_s)
        sealed = found.api_key_sealed
        key = self._vault.unseal(sealed, organization_id, model.name) if sealed is not None else None
        return Endpoint("openai", model.base_url, key, timeout_s=model.timeout_s)

    async def _configured(self, organization_id: str) -> Mapping[str, Configured]:
        return (await self._organization(organization_id)).models

    async def _organization(self, organization_id: str) -> _Remembered:
        remembered = self._fresh(organization_id)
        if remembered is None:
            async with self._reading:  # a thousand calls that find nothing fresh read once
                remembered = self._fresh(organization_id) or await self._read(organization_id)
        return remembered

    def _fresh(self, organization_id: str) -> _Remembered | None:
        remembered = self._remembered.get(organization_id)
        return remembered if remembered and self._clock_s() - remembered.read_at_s < FRESH_S else None

    async def _read(self, organization_id: str) -> _Remembered:
        read_at_s = self._clock_s()
        configured, standings = await read_models(self._store, organization_id)
        models = {each.model.name: each for each in configured}
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[organization_id] = remembered = _Remembered(models, standings, read_at_s)
        return remembered


@dataclass(frozen=True, slots=True)
class _Use:
    provider: Provider
    question: Question
    model: Model
    price: Price | None
    call: Calling

    def priced(self, answer: Answer) -> Answer:
        """The answer with who gave it and what it cost, which nobody knows when nobody counted its tokens."""
        self.call.usage, self.call.pause_s = answer.usage, answer.pause_s
        counted = answer.usage.prompt_tokens or answer.usage.completion_tokens
        known = self.price is not None and (counted or self.price.is_free)
        cost = self.price.cost(answer.usage) if self.price is not None and known else None
        return replace(answer, model=self.model.name, cost=cost)


@dataclass(frozen=True, slots=True)
class _Routing(Provider):
    catalog: Catalog
    organization_id: str

    async def complete(self, question: Question) -> Answer:
        async with self.catalog.use(self.organization_id, question) as use:
            return use.priced(await use.provider.complete(use.question))

    async def stream(self, question: Question) -> AsyncGenerator[str | Answer]:
        async with (
            self.catalog.use(self.organization_id, question) as use,
            aclosing(use.provider.stream(use.question)) as items,  # type: ignore[type-var] # every stream of ours is a generator
        ):
            async for item in items:
                yield use.priced(item) if isinstance(item, Answer) else item

    async def close(self) -> None:
        """The catalog closes what it opened."""


def blind(name: str) -> RunFailure:
    """The failure for images that a model is to see that takes none."""
    fix = f"`pressrun models set {name} --vision` says that it does"
    message = f"the model {name!r} takes no images: use another one ({fix})"
    return RunFailure(FailureCode.NOT_SUPPORTED, message, called=False)


def _default(configured: Mapping[str, Configured], environ: Mapping[str, str]) -> str:
    flagged = (name for name, each in configured.items() if each.model.is_default)
    return next(flagged, default_name(environ))

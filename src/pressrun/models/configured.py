"""The models an organization has added: kept in the store, their keys sealed."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from dataclasses import replace as replaced
from typing import Any

from pressrun.accounts.account import Standing
from pressrun.errors import Code, PressrunError
from pressrun.models.known import known_model
from pressrun.models.model import Model, NewModel, price_problems, rate_problems
from pressrun.models.vault import Vault
from pressrun.store.store import Row, Store, Transaction, Value


@dataclass(frozen=True, slots=True)
class Configured:
    """A stored model with what only calls need: its sealed key and its script."""

    model: Model
    api_key_sealed: bytes | None = field(default=None, repr=False)
    script: bytes | None = field(default=None, repr=False)


TERMS = ("input_price", "output_price", "cached_input_price", "account", "rpm", "tpm")
"""Columns of prices and limits."""

CHANGEABLE = ("concurrency", "timeout_s", "vision", *TERMS)
"""What of a model can be changed without adding it anew."""

Also = Callable[[Transaction], Awaitable[None]]
"""Something more to write in the same transaction: the line in the audit log."""


async def nothing_more(_tx: Transaction) -> None:
    """Write nothing more."""


async def add_model(
    store: Store,
    vault: Vault,
    organization_id: str,
    new: NewModel,
    *,
    replace: bool = False,
    also: Also = nothing_more,
) -> Model:
    """Store a model; raises PressrunError (conflict) when the name is taken, unless `replace` is set."""
    sealed = vault.seal(new.api_key, organization_id, new.name) if new.api_key is not None else None
    values: dict[str, Value] = {
        "kind": new.kind,
        "base_url": new.base_url,
        "model_id": new.model_id or (new.name if new.kind == "openai" else None),
        "api_key_sealed": sealed,
        "script": new.script,
        "concurrency": new.concurrency,
        "timeout_s": new.timeout_s,
        "vision": int(new.vision),
        **{name: getattr(new, name) for name in TERMS},
    }

    async def work(tx: Transaction) -> Model:
        is_default = new.is_default
        if replace:
            previous = await tx.one("find_model", organization_id=organization_id, name=new.name)
            is_default = is_default or bool(previous and previous["is_default"])
            await tx.run("remove_model", organization_id=organization_id, name=new.name)
        if not await tx.run("add_model", organization_id=organization_id, name=new.name, **values):
            raise PressrunError(
                Code.CONFLICT, f"there is a model {new.name!r} already: replace it, or take another name"
            )
        if is_default:
            await tx.run("flag_default_model", organization_id=organization_id, name=new.name)
        await also(tx)
        return (await _found(tx, organization_id, new.name)).model

    return await store.write(work)


async def list_models(store: Store, organization_id: str) -> list[Configured]:
    """Every stored model of an organization, by name."""

    async def work(tx: Transaction) -> list[Configured]:
        return [_configured(row) for row in await tx.all("list_models", organization_id=organization_id)]

    return await store.read(work)


async def read_models(store: Store, organization_id: str) -> tuple[list[Configured], dict[str, Standing]]:
    """Every stored model of an organization, and what providers have said of its accounts that matters now."""

    async def work(tx: Transaction) -> tuple[list[Configured], dict[str, Standing]]:
        models = [_configured(row) for row in await tx.all("list_models", organization_id=organization_id)]
        rows = await tx.all("list_account_standings", organization_id=organization_id)
        standings = {row["account"]: (Standing.from_row(row), row["at"]) for row in rows}
        return models, {name: standing for name, (standing, at) in standings.items() if not standing.is_over(at)}

    return await store.read(work)


async def find_model(store: Store, organization_id: str, name: str) -> Configured:
    """One stored model; raises PressrunError (not found)."""

    async def work(tx: Transaction) -> Configured:
        return await _found(tx, organization_id, name)

    return await store.read(work)


async def remove_model(store: Store, organization_id: str, name: str, *, also: Also = nothing_more) -> None:
    """Forget a stored model and its key; raises PressrunError (not found)."""

    async def work(tx: Transaction) -> None:
        if not await tx.run("remove_model", organization_id=organization_id, name=name):
            raise _unknown(name)
        await also(tx)

    await store.write(work)


async def set_default_model(store: Store, organization_id: str, name: str, *, also: Also = nothing_more) -> Model:
    """Make a stored, built-in or OpenAI model the organization's default; raises PressrunError (not found)."""

    async def work(tx: Transaction) -> Model:
        if await tx.one("find_model", organization_id=organization_id, name=name) is None:
            await _adopt(tx, organization_id, name)
        await tx.run("flag_default_model", organization_id=organization_id, name=name)
        await also(tx)
        return (await _found(tx, organization_id, name)).model

    return await store.write(work)


async def change_model(
    store: Store, organization_id: str, name: str, changes: Mapping[str, Any], *, also: Also = nothing_more
) -> Model:
    """Change a stored, built-in or OpenAI model; `changes` has some of CHANGEABLE, None takes one away.

    Raises PressrunError: not_found, or invalid for what cannot be.
    """

    async def work(tx: Transaction) -> Model:
        if await tx.one("find_model", organization_id=organization_id, name=name) is None:
            await _adopt(tx, organization_id, name)
        changed = replaced((await _found(tx, organization_id, name)).model, **changes)
        problems = [*price_problems(changed), *rate_problems(changed)]
        if problems:
            raise PressrunError(Code.INVALID, problems)
        values = {field: getattr(changed, field) for field in CHANGEABLE}
        values["vision"] = int(changed.vision)
        await tx.run("change_model", organization_id=organization_id, name=name, **values)
        await also(tx)
        return (await _found(tx, organization_id, name)).model

    return await store.write(work)


async def _adopt(tx: Transaction, organization_id: str, name: str) -> None:
    # Any key will do here: whether OpenAI's models can be reached is seen where they are called.
    known = known_model(name, {"OPENAI_API_KEY": "any"})
    if known is None:
        raise _unknown(name)
    await tx.run(
        "add_model",
        organization_id=organization_id,
        name=name,
        kind=known.kind,
        base_url=None,
        model_id=known.model_id,
        api_key_sealed=None,
        script=None,
        concurrency=known.concurrency,
        timeout_s=known.timeout_s,
        vision=int(known.vision),
        **dict.fromkeys(TERMS),
    )


async def _found(tx: Transaction, organization_id: str, name: str) -> Configured:
    row = await tx.one("find_model", organization_id=organization_id, name=name)
    if row is None:
        raise _unknown(name)
    return _configured(row)


def _configured(row: Row) -> Configured:
    model = Model(
        name=row["name"],
        kind=row["kind"],
        base_url=row["base_url"],
        model_id=row["model_id"],
        is_default=bool(row["is_default"]),
        concurrency=row["concurrency"],
        timeout_s=row["timeout_s"],
        has_api_key=row["api_key_sealed"] is not None,
        vision=bool(row["vision"]),
        **{name: row[name] for name in TERMS},
    )
    return Configured(model, row["api_key_sealed"], row["script"])


def _unknown(name: str) -> PressrunError:
    return PressrunError(Code.NOT_FOUND, f"there is no model {name!r}; `pressrun models list` shows those there are")

"""All that is sealed in a database: providers' keys and secrets of webhooks, when the key that seals them changes."""

from dataclasses import dataclass

from pressrun.models.key_file import load_keys
from pressrun.models.vault import Vault, read_keys
from pressrun.settings import Settings
from pressrun.store.store import Transaction
from pressrun.webhooks import secret as webhook_secret

MODEL = "reseal_model_key"
WEBHOOK = "reseal_webhook_secret"


@dataclass(frozen=True, slots=True)
class SealedSecret:
    """One of them; `query` writes it anew with `names`, `bound` is what it was sealed for beside its organization.

    `previous` is the secret of a webhook that holds for a while beside the new one.
    """

    title: str
    organization_id: str
    bound: str
    sealed: bytes
    query: str
    names: dict[str, str]
    previous: bytes | None = None


def open_vault(settings: Settings) -> Vault:
    """What seals stored secrets: with the keys that are set, or with those in the data folder."""
    if settings.secret_key is not None:
        return Vault(*read_keys(settings.secret_key.get_secret_value()))
    file = settings.secret_key_file
    return Vault(*load_keys(file), read=lambda: load_keys(file))


async def reseal(tx: Transaction, vault: Vault) -> int:
    """Seal anew, under the vault's first key, whatever was sealed under another; how many. What no key opens stays."""
    resealed = 0
    for one in await _all(tx):
        sealed, previous = (_anew(vault, one, each) for each in (one.sealed, one.previous))
        if sealed is not None and (sealed, previous) != (one.sealed, one.previous):
            resealed += await _write(tx, one, sealed, previous)
    return resealed


async def unreadable(tx: Transaction, vault: Vault) -> list[str]:
    """What none of the vault's keys opens."""
    return [one.title for one in await _all(tx) if not vault.opens(one.sealed)]


async def discard(tx: Transaction, vault: Vault) -> list[str]:
    """Give up what none of the vault's keys opens: models lose their keys, webhooks get secrets nobody knows."""
    discarded = []
    for one in await _all(tx):
        if not vault.opens(one.sealed):
            fresh = vault.seal(webhook_secret.new_secret(), one.organization_id, one.bound)
            await _write(tx, one, None if one.query == MODEL else fresh, None)
            discarded.append(one.title)
    return discarded


async def _all(tx: Transaction) -> list[SealedSecret]:
    found = []
    for row in await tx.all("list_sealed_model_keys"):
        name = str(row["name"])
        title = f"the API key of model {name!r}"
        of, sealed = str(row["organization_id"]), bytes(row["sealed"])
        found.append(SealedSecret(title, of, name, sealed, MODEL, {"name": name}))
    for row in await tx.all("list_sealed_webhook_secrets"):
        webhook_id = str(row["webhook_id"])
        title = f"the secret of webhook {webhook_id}" if webhook_id else "the secret of the URLs that jobs bring along"
        of, sealed, names = str(row["organization_id"]), bytes(row["sealed"]), {"webhook_id": webhook_id}
        previous = None if row["previous"] is None else bytes(row["previous"])
        bound = webhook_secret.bound_to(webhook_id)
        found.append(SealedSecret(title, of, bound, sealed, WEBHOOK, names, previous))
    return found


def _anew(vault: Vault, one: SealedSecret, sealed: bytes | None) -> bytes | None:
    if sealed is None or vault.is_current(sealed) or not vault.opens(sealed):
        return sealed
    return vault.seal(vault.unseal(sealed, one.organization_id, one.bound), one.organization_id, one.bound)


async def _write(tx: Transaction, one: SealedSecret, sealed: bytes | None, previous: bytes | None) -> int:
    more = {"previous": previous} if one.query == WEBHOOK else {}
    values = {"organization_id": one.organization_id, **one.names, "before": one.sealed, "sealed": sealed, **more}
    return await tx.run(one.query, **values)

"""`pressrun secret-key`: another key for all that is sealed, while servers and workers run."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from pressrun.cli.configuration import load_settings
from pressrun.cli.confirming import confirm
from pressrun.cli.failure import ExitCode, Failure
from pressrun.cli.flags import AsJson, DatabaseUrl, DataDir, Yes
from pressrun.cli.printing import print_json, remark, say
from pressrun.models.key_file import load_keys, replace_keys
from pressrun.models.vault import new_key
from pressrun.organizations import audit
from pressrun.organizations.audit import Action
from pressrun.sealed_secrets import discard as give_up
from pressrun.sealed_secrets import open_vault, unreadable
from pressrun.sealed_secrets import reseal as seal_anew
from pressrun.settings import Settings
from pressrun.store.open import POSTGRES, open_store
from pressrun.store.store import Store, Transaction

T = TypeVar("T")

SET_OUTSIDE = (
    "the secret key is set by PRESSRUN_SECRET_KEY: put a new one (`openssl rand -base64 32`) before it, a space "
    "between, on every machine, start the servers and workers again, then run `pressrun secret-key reseal`"
)


def rotate(
    database_url: DatabaseUrl = None, data_dir: DataDir = None, yes: Yes = False, as_json: AsJson = False
) -> None:
    """Make a new key, put it before the others in secret.key, and seal everything stored under it.

    Servers and workers of this machine go on meanwhile. The former key stays in the file for backups made before.

    Example: pressrun secret-key rotate
    """
    settings = load_settings(database_url=database_url, data_dir=data_dir)
    file = _key_file(settings)
    if settings.store_url.startswith(POSTGRES) and not yes:
        confirm(f"Do no other machines use this database? They need the new key in their {file.name} first")
    replace_keys(file, [new_key(), *load_keys(file)])
    _resealed(settings, as_json=as_json)
    if not as_json:
        remark(f"The former key stays in {file} until `pressrun secret-key forget`. Keep a copy of the file, apart.")


def reseal(database_url: DatabaseUrl = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Seal everything stored under the first key of secret.key or of PRESSRUN_SECRET_KEY.

    Example: pressrun secret-key reseal
    """
    _resealed(load_settings(database_url=database_url, data_dir=data_dir), as_json=as_json)


def forget(
    database_url: DatabaseUrl = None, data_dir: DataDir = None, yes: Yes = False, as_json: AsJson = False
) -> None:
    """Take former keys out of secret.key, once nothing stored is sealed under them.

    Example: pressrun secret-key forget --yes
    """
    settings = load_settings(database_url=database_url, data_dir=data_dir)
    file = _key_file(settings)
    current, *former = load_keys(file)
    if former and not yes:
        confirm(f"Take {len(former)} former key(s) out of {file}? Stored keys in backups made before cannot be opened")
    if former:
        _resealed(settings, as_json=False, quiet=True)
        replace_keys(file, [current])
    if as_json:
        print_json({"forgotten": len(former)})
    else:
        say(f"{len(former)} former key(s) taken out of {file}.")


def discard(
    database_url: DatabaseUrl = None, data_dir: DataDir = None, yes: Yes = False, as_json: AsJson = False
) -> None:
    """Give up stored secrets that no key here opens, when their key is lost.

    Models lose their API keys: add them again with --replace. Webhooks get new secrets: `pressrun webhooks rotate`
    shows them.

    Example: pressrun secret-key discard --yes
    """
    settings = load_settings(database_url=database_url, data_dir=data_dir)
    vault = open_vault(settings)
    lost = _on_store(settings, lambda store: store.read(lambda tx: unreadable(tx, vault)))
    if lost and not yes:
        confirm(f"Give up {', '.join(lost)}? They cannot be had back, even if the key is found")

    async def work(tx: Transaction) -> list[str]:
        discarded = await give_up(tx, vault)
        await audit.record_everywhere(tx, Action.SECRET_KEY_CHANGED, discarded=len(discarded))
        return discarded

    discarded = _on_store(settings, lambda store: store.write(work)) if lost else []
    if as_json:
        print_json({"discarded": discarded})
    else:
        say(f"Given up: {', '.join(discarded)}." if discarded else "There is nothing that cannot be opened.")


def _key_file(settings: Settings) -> Path:
    if settings.secret_key is not None:
        raise Failure(SET_OUTSIDE, code=ExitCode.USAGE)
    file = settings.secret_key_file
    if not file.exists():
        raise Failure(f"there is no {file} yet: it is made when the first server starts; --data-dir names its folder")
    return file


def _resealed(settings: Settings, *, as_json: bool, quiet: bool = False) -> None:
    vault = open_vault(settings)

    async def work(tx: Transaction) -> tuple[int, list[str]]:
        resealed = await seal_anew(tx, vault)
        if resealed:
            await audit.record_everywhere(tx, Action.SECRET_KEY_CHANGED, resealed=resealed)
        return resealed, await unreadable(tx, vault)

    resealed, lost = _on_store(settings, lambda store: store.write(work))
    if lost:
        raise Failure(
            f"{resealed} stored secrets were sealed anew; no key here opens {', '.join(lost)}",
            "put the key they were sealed under into another line of secret.key, or give them up with "
            "`pressrun secret-key discard`",
        )
    if as_json:
        print_json({"resealed": resealed})
    elif not quiet:
        say(f"{resealed} stored secrets were sealed anew.")


def _on_store(settings: Settings, work: Callable[[Store], Awaitable[T]]) -> T:
    async def run() -> T:
        store = await open_store(settings.store_url, migrate=False, ballast_bytes=settings.ballast_bytes)
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(run())


COMMANDS = {"rotate": rotate, "reseal": reseal, "forget": forget, "discard": discard}

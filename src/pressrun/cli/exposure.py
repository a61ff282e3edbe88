"""Safe starts: what a server must have before it starts or other machines reach it, and what it must not have."""

import os

from pressrun.cli.configuration import is_loopback
from pressrun.cli.failure import ExitCode, Failure
from pressrun.cli.printing import warn
from pressrun.organizations.organization import has_admin_key
from pressrun.sealed_secrets import open_vault, unreadable
from pressrun.settings import Settings
from pressrun.store.store import Store

OWNER_ONLY = 0o077
LISTED = 5


def start_privately() -> None:
    """Whatever this process and its children make is for its owner alone; root is warned."""
    os.umask(OWNER_ONLY)
    if os.geteuid() == 0:
        warn("running as root, which nothing here needs: start Pressrun as a user of its own, see deploy/")


def check_exposure(settings: Settings) -> None:
    """Raises Failure (usage) when other machines would reach the server and nobody said that they may."""
    if not is_loopback(settings.host) and not settings.expose:
        raise Failure(
            f"{settings.host or 'every address'} is reachable from other machines, and keys would travel unencrypted: "
            "leave the host at 127.0.0.1 and put a proxy with TLS in front; if you mean it, add --expose",
            code=ExitCode.USAGE,
        )


async def check_exposed_store(settings: Settings, store: Store) -> None:
    """Raises Failure when other machines would reach a server whose first key is not made yet."""
    if not is_loopback(settings.host) and not await store.read(has_admin_key):
        raise Failure(
            "no key is made yet, and the first one is not made on a server that others reach: make it with "
            "`pressrun keys first`, or start the server once on 127.0.0.1"
        )


async def check_secrets(settings: Settings, store: Store) -> None:
    """Raises Failure when stored secrets were sealed under a key that is not here: jobs would fail one by one."""
    vault = open_vault(settings)
    lost = await store.read(lambda tx: unreadable(tx, vault))
    if lost:
        where = "PRESSRUN_SECRET_KEY" if settings.secret_key is not None else str(settings.secret_key_file)
        raise Failure(
            f"{where} does not hold the key that opens {', '.join(lost[:LISTED])}{' and more' * (len(lost) > LISTED)}",
            "put that key back, into a line of its own beside the present one; if it is lost, `pressrun secret-key "
            "discard` gives up what it sealed",
        )

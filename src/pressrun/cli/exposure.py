"""Safe starts: what a server must have before other machines reach it, and what it must not have at all."""

import os

from pressrun.cli.configuration import is_loopback
from pressrun.cli.failure import ExitCode, Failure
from pressrun.cli.printing import warn
from pressrun.organizations.organization import has_admin_key
from pressrun.settings import Settings
from pressrun.store.store import Store

OWNER_ONLY = 0o077


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

"""The addresses behind a name."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence

from pressrun.errors import Code, PressrunError, Problem
from pressrun.outgoing.target import Rules

REGISTRATION_S = 2.0
"""How long somebody who names a URL waits to be told that its host is forbidden; each request looks it up anew."""

Resolve = Callable[[str], Awaitable[Sequence[str]]]
"""The addresses of a host; raises OSError."""


async def system_resolve(host: str) -> list[str]:
    """What the system's resolver says."""
    found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


async def check_host(url: str, rules: Rules, *, resolve: Resolve = system_resolve, name: str = "url") -> None:
    """Raises PressrunError (invalid) when the host of a checked URL has an address that requests may not go to.

    A host that has none yet may have one later.
    """
    from yarl import URL  # noqa: PLC0415 - slow to import, and most servers send nothing

    target = URL(url)
    try:
        async with asyncio.timeout(REGISTRATION_S):
            addresses = await resolve(target.raw_host or "")
    except (OSError, UnicodeError, TimeoutError):
        return
    if not all(rules.allows(address, target.port or 0) for address in addresses):
        message = (
            f"{name} leads to an address or port that requests may not go to; webhook_private_networks allows more"
        )
        raise PressrunError(Code.INVALID, Problem(message, {"field": name}))

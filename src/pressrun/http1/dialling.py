"""Connections made: a name looked up once for many callers, its addresses tried side by side, TLS."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from functools import cache
from ipaddress import ip_address

import aiohappyeyeballs
from aiohappyeyeballs import AddrInfoType

from pressrun.http1.connection import Connection
from pressrun.http1.errors import ConnectError, ConnectTimeoutError

LOOKED_UP_S = 10.0
"""Seconds for which the addresses of a name are not looked up again."""

HEAD_START_S = 0.25
"""Seconds that an address has to itself before the next one is tried beside it (RFC 8305)."""


@cache
def system_tls() -> ssl.SSLContext:
    """Certificates as the system trusts them; loading those takes a while."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


class Dialler:
    """Connects to one host and port, with TLS when there is a context for it."""

    def __init__(self, host: str, port: int, tls: ssl.SSLContext | None) -> None:
        self._host = host
        self._port = port
        self._tls = tls
        self._addresses: list[AddrInfoType] = []
        self._looked_up_at = 0.0
        self._lookup: asyncio.Task[list[AddrInfoType]] | None = None

    async def dial(self, gone: Callable[[Connection], None], connect_s: float) -> Connection:
        """A new connection within so many seconds; raises ConnectError."""
        limit = asyncio.timeout(connect_s)
        try:
            async with limit:
                return await self._connect(gone)
        except TimeoutError as error:
            if limit.expired():
                raise ConnectTimeoutError from None
            raise ConnectError(str(error)) from error  # the system's own, which is shorter
        except (OSError, UnicodeError) as error:
            raise ConnectError(str(error) or type(error).__name__) from error

    async def _connect(self, gone: Callable[[Connection], None]) -> Connection:
        loop = asyncio.get_running_loop()
        addresses = await self._resolved()
        name = self._host if self._tls is not None else None
        if len(addresses) == 1:  # half the work, where there is nothing to choose from
            family, _, protocol, _, (address, port, *_) = addresses[0]
            _, connection = await loop.create_connection(
                lambda: Connection(gone),
                str(address),
                port,
                family=family,
                proto=protocol,
                ssl=self._tls,
                server_hostname=name,
            )
            return connection
        opened = await aiohappyeyeballs.start_connection(
            addresses, happy_eyeballs_delay=HEAD_START_S, interleave=1, loop=loop
        )
        try:
            _, connection = await loop.create_connection(
                lambda: Connection(gone), sock=opened, ssl=self._tls, server_hostname=name
            )
        except BaseException:
            opened.close()
            raise
        return connection

    async def _resolved(self) -> list[AddrInfoType]:
        loop = asyncio.get_running_loop()
        if not self._addresses or loop.time() - self._looked_up_at > LOOKED_UP_S:
            if self._lookup is None or self._lookup.done():
                self._lookup = loop.create_task(self._look_up())
                self._lookup.add_done_callback(_heard)
            # A thousand callers wait for one look-up, which does not end with the first who gives up.
            await asyncio.shield(self._lookup)
        self._addresses.append(self._addresses.pop(0))  # another one's turn to be the first
        return list(self._addresses)

    async def _look_up(self) -> list[AddrInfoType]:
        loop = asyncio.get_running_loop()
        # No address of a family that this machine has none of; one that is written out is taken as it is.
        flags = 0 if _is_address(self._host) else socket.AI_ADDRCONFIG
        found = await loop.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM, flags=flags)
        self._addresses, self._looked_up_at = list(found), loop.time()
        return self._addresses


def _heard(lookup: "asyncio.Task[list[AddrInfoType]]") -> None:
    """Its failure is known, though everybody who waited for it may have left."""
    if not lookup.cancelled():
        lookup.exception()


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True

"""A client for URLs that strangers wrote: no redirects, no proxies, and no address that may not be.

A name is resolved once, all its addresses are checked, and the connection goes to one that was. Whatever opens a socket
passes `_socket`, so nothing is connected to unchecked, however its address was written.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from typing import Any, Protocol, TypeVar

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from pressrun.errors import PressrunError
from pressrun.outgoing.lookup import Resolve, system_resolve
from pressrun.outgoing.reply import Cause, OutgoingError, Reply
from pressrun.outgoing.target import Rules, check_url

TOTAL_S = 20.0
CONNECT_S = 10.0
RESOLVE_S = 5.0
LARGEST_ANSWER = 64 * 2**10
"""Bytes of an answer that are read; nothing of them is kept or shown."""

IDLE_S = 15.0
HTTP_OK = 200

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class Into(Protocol[T_co]):
    """Where a body goes."""

    def write(self, piece: bytes) -> None:
        """The next piece of it."""
        ...

    def done(self, status: int, media_type: str) -> T_co:
        """The end of it, or of an answer that has none."""
        ...


class _BlockedError(Exception):
    """An address that no request may go to."""


class Outgoing:
    """One session; close it in the end. `total_s` bounds a whole request in seconds."""

    def __init__(self, rules: Rules, *, resolve: Resolve = system_resolve, total_s: float = TOTAL_S) -> None:
        self._rules = rules
        self._total_s = total_s
        connector = aiohttp.TCPConnector(
            resolver=_Resolver(rules, resolve),
            use_dns_cache=False,
            limit=0,
            keepalive_timeout=IDLE_S,
            socket_factory=self._socket,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            trust_env=False,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=total_s, connect=CONNECT_S),
            max_line_size=8190,
            max_field_size=8190,
        )

    async def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Send a body; any answer is a reply, a redirect too. Raises OutgoingError."""
        async with self._request("POST", url, data=body, headers=headers) as answer:
            await _discard(answer)
            return Reply(answer.status, {name: value[:200] for name, value in answer.headers.items()})

    async def get(self, url: str, into: Into[T], most_bytes: int) -> T:
        """Fetch a body; of any answer but 200, a redirect too, nothing is read. Raises OutgoingError."""
        async with self._request("GET", url, headers={"accept-encoding": "identity"}) as answer:
            if answer.status == HTTP_OK:
                encoding = answer.headers.get("content-encoding", "identity").lower()
                if encoding != "identity":
                    raise OutgoingError(
                        Cause.UNREADABLE, f"the answer is encoded as {encoding[:20]}, which was not asked for"
                    )
                seen = 0
                async for chunk in answer.content.iter_any():
                    seen += len(chunk)
                    if seen > most_bytes:
                        answer.close()
                        raise OutgoingError(Cause.TOO_LARGE, f"the answer is larger than {most_bytes:,} bytes")
                    into.write(chunk)
            return into.done(answer.status, answer.headers.get("content-type", ""))

    @asynccontextmanager
    async def _request(self, method: str, url: str, **options: Any) -> AsyncGenerator[aiohttp.ClientResponse]:
        """An answer, its body not read; raises OutgoingError, also for what happens while it is read."""
        try:
            target = URL(check_url(url, self._rules))
            async with self._session.request(method, target, allow_redirects=False, **options) as answer:
                yield answer
        except PressrunError as error:
            raise OutgoingError(Cause.BLOCKED, str(error)) from None
        except _BlockedError as error:
            raise OutgoingError(Cause.BLOCKED, str(error)) from None
        except TimeoutError:
            raise OutgoingError(Cause.TIMEOUT, f"no answer within {self._total_s:g} seconds") from None
        except aiohttp.ClientConnectorDNSError:
            raise OutgoingError(Cause.UNRESOLVED, "the host has no address") from None
        except (aiohttp.ClientSSLError, ssl.SSLError):
            raise OutgoingError(Cause.TLS, "the certificate or the TLS connection is not to be trusted") from None
        except (aiohttp.ClientConnectorError, OSError):
            raise OutgoingError(Cause.UNREACHABLE, "no connection could be made") from None
        except aiohttp.ClientError as error:
            raise OutgoingError(Cause.BROKEN, f"the connection broke ({type(error).__name__})") from None

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()

    def _socket(self, found: "tuple[Any, ...]") -> socket.socket:
        family, kind, protocol, _, (address, port, *_) = found
        if not self._rules.allows(address, port):
            raise _BlockedError(f"requests to port {port} of this address are not allowed")
        return socket.socket(family, kind, protocol)


async def _discard(answer: aiohttp.ClientResponse) -> None:
    """Read a short answer, so that its connection can be used again; what is longer is cut off with it."""
    seen = 0
    async for chunk in answer.content.iter_any():
        seen += len(chunk)
        if seen > LARGEST_ANSWER:
            answer.close()
            return


class _Resolver(AbstractResolver):
    """Addresses of a host, of which every one may be connected to, or none."""

    def __init__(self, rules: Rules, resolve: Resolve) -> None:
        self._rules = rules
        self._resolve = resolve

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        async with asyncio.timeout(RESOLVE_S):
            addresses = [address for address in await self._resolve(host) if address]
        if not addresses:
            raise OSError(f"{host} has no address")
        if not all(self._rules.allows(address, port) for address in addresses):
            raise _BlockedError("the host has an address, or the URL a port, that requests may not go to")
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in addresses
            if family in {socket.AF_UNSPEC, socket.AF_INET6 if ":" in address else socket.AF_INET}
        ]

    async def close(self) -> None:
        return

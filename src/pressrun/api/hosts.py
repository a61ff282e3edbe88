"""By which names a server may be called, and from where a client behind trusted proxies really comes."""

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any

from pressrun.errors import Code, PressrunError

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")

FORWARDED_FOR = b"x-forwarded-for"
REMEMBERED = 100
"""Spellings of `Host` that are known to be good: every request is asked for its name."""


def host_name(headers: Mapping[bytes, str]) -> str:
    """By which name a request calls the server: in small letters, without a port."""
    host = headers.get(b"host", "").rpartition("@")[2]
    return (host.rpartition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]).lower()


class Hosts:
    """The names of a server."""

    def __init__(self, names: Iterable[str]) -> None:
        self._names = {name.lower() for name in names}
        self._any = "*" in self._names
        self._good: set[str] = set()

    def check(self, headers: Mapping[bytes, str]) -> None:
        """Raises PressrunError for another name: a page of an attacker's may resolve its own name to this machine."""
        sent = headers.get(b"host", "")
        if sent in self._good:
            return
        name = host_name(headers)
        if not self._any and name not in self._names:
            message = f"this server is not called {name[:100]!r}; see the setting allowed_hosts"
            raise PressrunError(Code.INVALID, message)
        if len(self._good) < REMEMBERED:
            self._good.add(sent)


class Proxies:
    """The proxies whose word about a client's address is taken."""

    def __init__(self, networks: Iterable[IPv4Network | IPv6Network]) -> None:
        self._networks = tuple(networks)

    def note_client(self, scope: Any, headers: Mapping[bytes, str]) -> None:
        """Set `client` of an ASGI scope to the last address in the chain that is no proxy of ours."""
        client = scope.get("client")
        if client is None or not self._is_ours(client[0]):
            return
        address = client[0]
        for told in reversed(headers.get(FORWARDED_FOR, "").split(",")):
            try:
                address = str(ip_address(told.strip()))
            except ValueError:
                break  # whoever is before it could have written anything
            if not self._is_ours(address):
                break
        scope["client"] = (address, 0)

    def _is_ours(self, address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in self._networks)

"""By which names a server may be called, and where a client behind proxies comes from."""

from ipaddress import ip_network
from typing import Any

import pytest

from pressrun.api.hosts import REMEMBERED, Hosts, Proxies, host_name
from pressrun.errors import PressrunError


def client_of(peer: str | None, forwarded: str | None) -> Any:
    """The client of a request from `peer`, where 10.0.0.0/8 and ::1 are proxies."""
    scope: dict[str, Any] = {"client": None if peer is None else (peer, 1234)}
    headers = {} if forwarded is None else {b"x-forwarded-for": forwarded}
    Proxies([ip_network("10.0.0.0/8"), ip_network("::1/128")]).note_client(scope, headers)
    return scope["client"] and scope["client"][0]


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "203.0.113.9, 198.51.100.7, 10.2.3.4", "198.51.100.7"),
        ("10.0.0.1", "10.9.9.9, 10.2.3.4", "10.9.9.9"),
        ("10.0.0.1", None, "10.0.0.1"),
        ("10.0.0.1", "198.51.100.7, nonsense", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.7, nonsense, 10.2.3.4", "10.2.3.4"),
        ("::1", "2001:db8::1", "2001:db8::1"),
        ("198.51.100.7", "203.0.113.9", "198.51.100.7"),
        (None, "203.0.113.9", None),
    ],
)
def test_s25_the_client_is_the_last_one_that_is_no_proxy_of_ours(
    peer: str | None, forwarded: str | None, client: str | None
) -> None:
    """What stands before it may have been written by the client itself."""
    assert client_of(peer, forwarded) == client


def test_a_name_is_that_of_the_host_without_its_port() -> None:
    for sent, name in (("LOCALHOST:1", "localhost"), ("[::1]:80", "[::1]"), ("x@y", "y"), ("", "")):
        assert host_name({b"host": sent}) == name


def test_only_names_that_are_known_are_answered() -> None:
    """However often they were asked for, and however many there were."""
    hosts = Hosts(["localhost"])
    for port in range(2 * REMEMBERED):
        hosts.check({b"host": f"localhost:{port}"})
        for name in ("evil.example", "localhost.evil.example", ""):
            with pytest.raises(PressrunError, match="allowed_hosts"):
                hosts.check({b"host": name})
    Hosts(["*"]).check({b"host": "anything"})

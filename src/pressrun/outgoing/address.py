"""Which addresses a request may go to that a stranger wrote: public ones, and private networks the operator named."""

import ipaddress
from collections.abc import Sequence

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

PORTS = (80, 443, 8080, 8443)
"""Where public hosts take requests, unless the operator says otherwise."""

GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
"""All that is public of IPv6: what embeds IPv4 (mapped, NAT64), ULA, link-local and multicast lie outside."""

TUNNELS = (
    ipaddress.IPv6Network("2001::/23"),  # Teredo and others, some of which Python takes for global
    ipaddress.IPv6Network("2002::/16"),  # 6to4: an IPv4 address is hidden in it
    ipaddress.IPv6Network("3fff::/20"),  # documentation
    ipaddress.IPv4Network("192.88.99.0/24"),  # relays of 6to4
)


def read_networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """Networks written as CIDR; raises ValueError for anything else."""
    return tuple(ipaddress.ip_network(text) for text in texts)


def is_private_allowed(address: str, private: Sequence[Network]) -> bool:
    """Whether the operator named the network of this address."""
    try:
        read = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(read.version == network.version and read in network for network in private)


def is_reachable(address: str, private: Sequence[Network] = ()) -> bool:
    """Whether a request may go to an address: it is public, or in one of the private networks that are allowed."""
    try:
        read = ipaddress.ip_address(address)
    except ValueError:  # a zone, as in fe80::1%eth0, is none of a public address
        return False
    if is_private_allowed(address, private):
        return True
    if any(read.version == network.version and read in network for network in TUNNELS):
        return False
    if isinstance(read, ipaddress.IPv6Address) and read not in GLOBAL_UNICAST:
        return False
    return read.is_global and not read.is_multicast

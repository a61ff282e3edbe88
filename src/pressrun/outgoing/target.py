"""Which URLs a stranger may name, read by the same parser that the request is made with."""

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pressrun.errors import Code, PressrunError, Problem
from pressrun.outgoing.address import PORTS, Network, is_private_allowed, is_reachable

LONGEST_URL = 2000
PLAIN = re.compile(r"[!-\[\]-~\u00a1-\U0010ffff]+")
"""No spaces, control characters or backslashes, which parsers read differently."""


@dataclass(frozen=True, slots=True)
class Rules:
    """Where requests may go: public addresses at `ports`, and `private` networks at any port."""

    ports: Sequence[int] = PORTS
    private: Sequence[Network] = field(default_factory=tuple)

    def allows(self, address: str, port: int) -> bool:
        """Whether a connection may be made."""
        if is_private_allowed(address, self.private):
            return True
        return port in self.ports and is_reachable(address, self.private)


def check_url(text: str, rules: Rules, name: str = "url") -> str:
    """The URL as it is requested; raises PressrunError (invalid). Names are not looked up: that is done at the request.

    Refused: other schemes than http and https, a user, a fragment, other ports, and addresses that `rules` forbid.
    """
    from yarl import URL  # noqa: PLC0415 - slow to import, and most servers send nothing

    if len(text) > LONGEST_URL or not PLAIN.fullmatch(text):
        raise _refusal(name, f"must have at most {LONGEST_URL} characters, without spaces or backslashes")
    try:
        url = URL(text)
        host, port = url.raw_host, url.port
    except ValueError as error:
        raise _refusal(name, f"is no URL ({error})") from None
    except IndexError:  # yarl's word for the host of `//[::]@`
        raise _refusal(name, "must name a host") from None
    fault = _fault(url.scheme, host, port, rules, has_user="@" in url.raw_authority, has_fragment="#" in text)
    if fault:
        raise _refusal(name, fault)
    return str(url)


def _fault(
    scheme: str, host: str | None, port: int | None, rules: Rules, *, has_user: bool, has_fragment: bool
) -> str | None:
    literal = _literal(host or "")
    faults = {
        "must begin with http:// or https://": scheme not in {"http", "https"},
        "must name a host": not host or not port or "%" in host,
        "must not hold a user or password: deliveries are signed": has_user,
        "must not have a #fragment": has_fragment,
        "must lead to a public address; webhook_private_networks allows others": literal is not None
        and not is_reachable(literal, rules.private),
        # A name may turn out to lie in an allowed private network, at any port.
        f"must have one of the ports {', '.join(map(str, rules.ports))}": port not in rules.ports
        and not (literal is None and rules.private)
        and not (literal is not None and rules.allows(literal, port or 0)),
    }
    return next((fault for fault, found in faults.items() if found), None)


def _literal(host: str) -> str | None:
    """The address a host is written as, in any way that resolvers take for one: 127.1, 2130706433, 0x7f.0.0.1."""
    host = host.rstrip(".")
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    last = host.rpartition(".")[2]
    if re.fullmatch(r"0[xX][0-9a-fA-F]*|\d+", last):  # no top-level domain is a number (RFC 3696)
        return "0.0.0.0"  # noqa: S104 - stands for whatever it means: never public
    return None


def _refusal(name: str, fault: str) -> PressrunError:
    return PressrunError(Code.INVALID, Problem(f"{name} {fault}", {"field": name}))

"""The cookie of a session: readable by no script, sent to this host alone, and on TLS alone.

Plain HTTP on a loopback address has no TLS, and browsers do not keep a `__Host-` cookie there: it gets one of another
name without `Secure`, which no other host name accepts, so that nobody can plant one beside a real cookie.
"""

from collections.abc import Mapping

from starlette.requests import cookie_parser

from pressrun.api.hosts import LOOPBACK, host_name
from pressrun.errors import Code, PressrunError

SECURE = "__Host-pressrun"
LOOPBACK_ONLY = "pressrun"

LONGEST = 200
"""Characters of a value that is looked up at all."""


def session_token(headers: Mapping[bytes, str]) -> str | None:
    """The token that a request's cookie holds."""
    sent = headers.get(b"cookie")
    if sent is None:
        return None
    found = cookie_parser(sent)
    token = found.get(SECURE) or (found.get(LOOPBACK_ONLY) if host_name(headers) in LOOPBACK else None)
    return token if token and len(token) <= LONGEST else None


def is_secure(headers: Mapping[bytes, str], public_url: str | None) -> bool:
    """Whether the browser is connected by TLS; raises PressrunError (forbidden) where a session would be readable."""
    if (public_url or "").startswith("https:") or headers.get(b"origin", "").startswith("https:"):
        return True
    if host_name(headers) in LOOPBACK:
        return False
    raise PressrunError(
        Code.FORBIDDEN,
        "signing in needs TLS: put a proxy with TLS in front, and set PRESSRUN_PUBLIC_URL to its https:// address",
    )


def set_session(token: str, lifetime_s: int, *, secure: bool) -> str:
    """A `Set-Cookie` that begins a session."""
    name, more = (SECURE, "; Secure") if secure else (LOOPBACK_ONLY, "")
    return f"{name}={token}; Max-Age={lifetime_s}; Path=/; HttpOnly; SameSite=Lax{more}"


def clear_session(headers: Mapping[bytes, str]) -> str:
    """A `Set-Cookie` that ends in the browser what `session_token` found."""
    return set_session("", 0, secure=SECURE in cookie_parser(headers.get(b"cookie", "")))

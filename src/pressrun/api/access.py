"""The door: every request is named, its host and its key are checked, and only then may anybody read its body."""

import re
import time
from collections.abc import Callable
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pressrun.api import problems
from pressrun.api.callers import Callers, RequestHeaders
from pressrun.api.hosts import Hosts, Proxies
from pressrun.api.slow_clients import FILES, is_upload
from pressrun.errors import Code, PressrunError
from pressrun.ids import new_id
from pressrun.organizations import limits
from pressrun.organizations.audit import Actor
from pressrun.organizations.keys import Key
from pressrun.organizations.keys import Scope as KeyScope
from pressrun.organizations.limits import Limit
from pressrun.organizations.sessions import SignedIn
from pressrun.outgoing.address import read_networks
from pressrun.settings import Settings
from pressrun.store.store import Store
from pressrun.telemetry import log
from pressrun.telemetry.events import ServerEvent

PUBLIC = ("/healthz", "/readyz", "/openapi.json", "/docs")
"""All that answers without a key; none of it tells anything about anybody's data."""

NO_PAGES = (*PUBLIC, "/metrics", "/v1")
NO_PAGES_UNDER = ("/v1/", "/docs/")
"""Where no page of the studio is, whatever a browser asks for."""

SIGN_IN = ("POST", "/v1/session")
"""The one request that changes something without a key: it brings one, or a link's token, in its body."""

SIGN_IN_BYTES = 10_000
REQUEST_ID = re.compile(r"[A-Za-z0-9_.:-]{1,128}")

FIXED_HEADERS = {
    "content-security-policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
DEFAULT_HEADERS = [
    (name.encode(), value.encode()) for name, value in {**FIXED_HEADERS, "cache-control": "no-store"}.items()
]
STRICT_TRANSPORT = (b"strict-transport-security", b"max-age=31536000")

Pages = Callable[[Scope, RequestHeaders], Response | None]
"""The studio's answer to a request; None for what it does not answer."""


class Access:
    """ASGI middleware around the whole application."""

    def __init__(
        self, app: ASGIApp, *, store: Store, settings: Settings, callers: Callers, hosts: Hosts, pages: Pages | None
    ) -> None:
        self._app = app
        self._store = store
        self._settings = settings
        self._callers = callers
        self._hosts = hosts
        self._pages = pages
        self._proxies = Proxies(read_networks(settings.trusted_proxies)) if settings.trusted_proxies else None
        self._headers = list(DEFAULT_HEADERS)
        if (settings.public_url or "").startswith("https:"):
            self._headers.append(STRICT_TRANSPORT)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise TypeError(f"only HTTP is served, not {scope['type']}")
        headers = {name: value.decode("latin-1") for name, value in reversed(scope["headers"])}  # the first one counts
        asked_id = headers.get(b"x-request-id", "")
        request_id = asked_id if REQUEST_ID.fullmatch(asked_id) else new_id()
        log.begin(request=request_id)
        answer = _Answer(send, request_id, self._headers)
        started = time.monotonic()
        scope.setdefault("state", {})["request_id"] = request_id
        try:
            self._hosts.check(headers)
            if (page := self._page(scope, headers)) is not None:
                await page(scope, receive, answer.send)
            else:
                answer.limits = await self._admit(scope, headers)
                await self._app(scope, self._limited(receive, headers, self._most(scope)), answer.send)
        except PressrunError as error:
            await answer.refuse(scope, receive, error)
        except ClientDisconnect:
            pass  # there is nobody left to answer
        except Exception:  # noqa: BLE001 - the last resort: nobody may see a trace
            log.warn(ServerEvent.REQUEST_FAILED, path=scope["path"], exc_info=True)
            await answer.refuse(scope, receive, problems.internal())
        log.emit(
            ServerEvent.REQUEST,
            method=scope["method"],
            path=scope["path"],
            status=answer.status,
            duration_ms=round((time.monotonic() - started) * 1000, 1),
        )

    async def close(self) -> None:
        """Write what is not written yet; nobody is answered any more."""
        await self._callers.close()

    def _page(self, scope: Scope, headers: RequestHeaders) -> Response | None:
        path = scope["path"]
        if path.startswith(NO_PAGES_UNDER) or self._pages is None or path in NO_PAGES:
            return None
        return self._pages(scope, headers)

    async def _admit(self, scope: Scope, headers: RequestHeaders) -> dict[str, str]:
        """Headers that tell what is left of the caller's requests; raises PressrunError."""
        path = scope["path"]
        if path in PUBLIC or path.startswith("/docs/"):
            return {}
        if self._proxies is not None:
            self._proxies.note_client(scope, headers)
        if path == SIGN_IN[1] and scope["method"] == SIGN_IN[0]:
            self._callers.check_origin(scope["method"], headers)
            left = {}
        else:
            key = scope["state"]["key"] = await self._callers.find(scope, headers)
            left = await self._spend(key)
        length = headers.get(b"content-length", "0")
        if length.isdigit() and int(length) > self._most(scope):
            raise _too_large(self._most(scope))
        return left

    async def _spend(self, key: Key) -> dict[str, str]:
        most = key.requests_per_minute
        if most is None:
            return {}
        left = await self._store.write(lambda tx: limits.spend_request(tx, key))
        return problems.rate_limit(Limit.REQUESTS_PER_MINUTE, most, limits.MINUTE_S, left)

    def _most(self, scope: Scope) -> int:
        """The largest body of a request, in bytes; files are read as they come, and may be larger."""
        if scope["path"] == SIGN_IN[1]:
            return SIGN_IN_BYTES
        if scope["path"] == FILES:
            return self._settings.max_file_bytes
        return self._settings.max_batch_bytes if is_upload(scope["path"]) else self._settings.max_body_bytes

    def _limited(self, receive: Receive, headers: RequestHeaders, most: int) -> Receive:
        if b"content-length" in headers:
            return receive  # checked, and the server reads no more than was announced
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > most:
                raise _too_large(most)
            return message

        return counted


def _too_large(most: int) -> PressrunError:
    return PressrunError(Code.TOO_LARGE, f"the body is larger than {most:,} bytes")


class _Answer:
    """What goes out: the status it had, the headers every answer carries."""

    def __init__(self, send: Send, request_id: str, fixed: list[tuple[bytes, bytes]]) -> None:
        self._send = send
        self._request_id = request_id
        self._fixed = fixed
        self.status: int | None = None
        self.limits: dict[str, str] = {}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = message["headers"] = list(message["headers"])
            there = {name for name, _ in headers}
            headers.append((b"x-request-id", self._request_id.encode()))
            headers.extend(header for header in self._fixed if header[0] not in there)
            for name, value in self.limits.items():
                if name.encode() not in there:
                    headers.append((name.encode(), value.encode()))
        await self._send(message)

    async def refuse(self, scope: Scope, receive: Receive, error: PressrunError) -> None:
        if self.status is None:  # else the answer has begun, and cutting it off is all that is left
            await problems.response(error, scope["path"])(scope, receive, self.send)


def caller(request: Request) -> Key:
    """Whose key a request carries."""
    key: Any = request.scope["state"]["key"]
    assert isinstance(key, Key)
    return key


def signed_in(request: Request) -> SignedIn | None:
    """The session a request belongs to; None when it carries an API key."""
    found: SignedIn | None = request.scope["state"].get("signed_in")
    return found


def actor(request: Request) -> Actor:
    """Who acts, for the audit log."""
    key, session = caller(request), signed_in(request)
    address = request.client.host if request.client is not None else None
    request_id = request.scope["state"]["request_id"]
    if session is not None and session.person is not None:
        return Actor(key.organization_id, None, address, request_id, session.person.id)
    return Actor(key.organization_id, key.id, address, request_id)


def require(request: Request, scope: KeyScope) -> Key:
    """The caller's key, if it may do this; raises PressrunError (forbidden)."""
    key = caller(request)
    if not key.allows(scope):
        raise PressrunError(
            Code.FORBIDDEN, f"this key lacks the scope {scope}; it has {', '.join(sorted(key.scopes)) or 'none'}"
        )
    return key

"""The door: every request is named, its host and its key are checked, and only then may anybody read its body."""

import contextlib
import re
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pressrun.api import problems
from pressrun.api.failures import Failures
from pressrun.api.slow_clients import is_upload
from pressrun.errors import Code, PressrunError
from pressrun.ids import new_id
from pressrun.organizations import keys, limits
from pressrun.organizations.audit import Actor
from pressrun.organizations.keys import Key
from pressrun.organizations.keys import Scope as KeyScope
from pressrun.organizations.limits import Limit
from pressrun.store.store import Store
from pressrun.telemetry import log
from pressrun.telemetry.events import ServerEvent

PUBLIC = ("/healthz", "/readyz", "/openapi.json", "/docs")
"""All that answers without a key; none of it tells anything about anybody's data."""

REVOCATION_S = 1.0
"""How long a key that was found good is not looked up again; a revocation is effective everywhere after that."""

KEYS_REMEMBERED = 10_000
USE_NOTED_EVERY_S = 60.0
REQUEST_ID = re.compile(r"[A-Za-z0-9_.:-]{1,128}")

FIXED_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
DEFAULT_HEADERS = [
    (name.encode(), value.encode()) for name, value in {**FIXED_HEADERS, "cache-control": "no-store"}.items()
]


RequestHeaders = Mapping[bytes, str]
"""By their names in small letters, as ASGI has them."""


class Access:
    """ASGI middleware around the whole application."""

    def __init__(
        self, app: ASGIApp, *, store: Store, hosts: Iterable[str], max_body_bytes: int, max_batch_bytes: int
    ) -> None:
        self._app = app
        self._store = store
        self._hosts = {host.lower() for host in hosts}
        self._max_body_bytes = max_body_bytes
        self._max_batch_bytes = max_batch_bytes
        self._known: OrderedDict[str, tuple[Key, float]] = OrderedDict()
        self._noted: dict[str, float] = {}
        self._failures = Failures(store)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise TypeError(f"only HTTP is served, not {scope['type']}")
        headers = {name: value.decode("latin-1") for name, value in reversed(scope["headers"])}  # the first one counts
        asked_id = headers.get(b"x-request-id", "")
        request_id = asked_id if REQUEST_ID.fullmatch(asked_id) else new_id()
        log.begin(request=request_id)
        answer = _Answer(send, request_id)
        started = time.monotonic()
        scope.setdefault("state", {})["request_id"] = request_id
        try:
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
        await self._failures.close()

    async def _admit(self, scope: Scope, headers: RequestHeaders) -> dict[str, str]:
        """Headers that tell what is left of the key's requests; raises PressrunError."""
        host = headers.get(b"host", "").rpartition("@")[2]
        name = host.rpartition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]
        if "*" not in self._hosts and name.lower() not in self._hosts:
            # Against DNS rebinding: a page of an attacker's may resolve its own name to this machine.
            raise PressrunError(
                Code.INVALID, f"this server is not called {name[:100]!r}; see the setting allowed_hosts"
            )
        if scope["path"] in PUBLIC or scope["path"].startswith("/docs/"):
            return {}
        key = scope["state"]["key"] = await self._key(headers.get(b"authorization", ""))
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

    async def _key(self, authorization: str) -> Key:
        scheme, _, token = authorization.partition(" ")  # the key is all that follows, spaces included
        if scheme.lower() != "bearer" or not token.strip():
            self._failures.note("missing")
            raise PressrunError(Code.UNAUTHORIZED, "Invalid token: send `Authorization: Bearer <your API key>`")
        now = time.monotonic()
        key, read_at = self._known.get(token, (None, 0.0))
        if key is None or now - read_at > REVOCATION_S:
            key = None
            if keys.is_possible(token):  # a mistyped key costs the database nothing
                key = await self._store.read(lambda tx: keys.find_by_token(tx, token))
            if key is None:
                self._known.pop(token, None)
                self._failures.note("refused")
                raise PressrunError(Code.UNAUTHORIZED, "Invalid token: the API key is unknown, revoked or expired")
            self._known[token] = (key, now)
            if len(self._known) > KEYS_REMEMBERED:
                self._known.popitem(last=False)
            await self._note_use(key, now)
        log.bind(key=key.id)
        return key

    async def _note_use(self, key: Key, now: float) -> None:
        if now - self._noted.get(key.id, -USE_NOTED_EVERY_S) >= USE_NOTED_EVERY_S:
            self._noted[key.id] = now
            with contextlib.suppress(PressrunError):  # reading goes on while nothing can be written
                await self._store.write(lambda tx: keys.note_use(tx, key.organization_id, key.id))

    def _most(self, scope: Scope) -> int:
        """The largest body of a request, in bytes; files of rows are read as they come, and may be larger."""
        return self._max_batch_bytes if is_upload(scope["path"]) else self._max_body_bytes

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

    def __init__(self, send: Send, request_id: str) -> None:
        self._send = send
        self._request_id = request_id
        self.status: int | None = None
        self.limits: dict[str, str] = {}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = message["headers"] = list(message["headers"])
            there = {name for name, _ in headers}
            headers.append((b"x-request-id", self._request_id.encode()))
            headers.extend(header for header in DEFAULT_HEADERS if header[0] not in there)
            for name, value in self.limits.items():
                if name.encode() not in there:
                    headers.append((name.encode(), value.encode()))
        await self._send(message)

    async def refuse(self, scope: Scope, receive: Receive, error: PressrunError) -> None:
        if self.status is None:  # else the answer has begun, and cutting it off is all that is left
            await problems.response(error)(scope, receive, self.send)


def caller(request: Request) -> Key:
    """Whose key a request carries."""
    key: Any = request.scope["state"]["key"]
    assert isinstance(key, Key)
    return key


def actor(request: Request) -> Actor:
    """Who acts, for the audit log."""
    key = caller(request)
    address = request.client.host if request.client is not None else None
    return Actor(key.organization_id, key.id, address, request.scope["state"]["request_id"])


def require(request: Request, scope: KeyScope) -> Key:
    """The caller's key, if it may do this; raises PressrunError (forbidden)."""
    key = caller(request)
    if not key.allows(scope):
        raise PressrunError(
            Code.FORBIDDEN, f"this key lacks the scope {scope}; it has {', '.join(sorted(key.scopes)) or 'none'}"
        )
    return key

"""Who asks: whose API key, or whose session, a request carries; both are remembered for a second."""

import contextlib
import time
from collections import OrderedDict
from collections.abc import Collection, Mapping
from typing import Any

from pressrun.api import cookies, same_origin
from pressrun.api.failures import Failures
from pressrun.errors import Code, PressrunError
from pressrun.organizations import keys, sessions
from pressrun.organizations.keys import Key
from pressrun.organizations.sessions import Session, SignedIn
from pressrun.store.store import Store
from pressrun.telemetry import log

REVOCATION_S = 1.0
"""How long whoever was found good is not looked up again; a revocation is effective everywhere after that."""

CALLERS_REMEMBERED = 10_000
USE_NOTED_EVERY_S = 60.0

NOBODY: tuple[Key | None, float] = (None, 0.0)

RequestHeaders = Mapping[bytes, str]
"""By their names in small letters, as ASGI has them."""


class Callers:
    """The keys and sessions that a process has seen good."""

    def __init__(self, store: Store, failures: Failures, *, session_idle_s: int, public_url: str | None = None) -> None:
        self._store = store
        self.failures = failures
        self._session_idle_s = session_idle_s
        self._public_url = public_url
        self._keys: OrderedDict[str, tuple[Key, float]] = OrderedDict()
        self._sessions: OrderedDict[str, tuple[SignedIn, float]] = OrderedDict()
        self._noted: dict[str, float] = {}

    async def close(self) -> None:
        """Write what is not written yet."""
        await self.failures.close()

    async def find(self, scope: Mapping[str, Any], headers: RequestHeaders) -> Key:
        """The caller; `scope["state"]["signed_in"]` is set for a session. Raises PressrunError.

        A cookie counts only beside the studio's own header, which no page of another origin can send, or where one of
        the studio's links leads to a file; and never beside an API key.
        """
        authorization = headers.get(b"authorization")
        is_download = authorization is None and same_origin.is_download(scope["method"], scope["path"], headers)
        if is_download or (authorization is None and same_origin.STUDIO_HEADER in headers):
            token = cookies.session_token(headers)
            if token is not None:
                if not is_download:
                    self.check_origin(scope["method"], headers)
                signed_in = scope["state"]["signed_in"] = await self._by_session(token)
                return signed_in.caller
        scheme, _, token = (authorization or "").partition(" ")  # the key is all that follows, spaces included
        if scheme.lower() != "bearer" or not token.strip():
            self.failures.note("missing")
            raise PressrunError(Code.UNAUTHORIZED, "Invalid token: send `Authorization: Bearer <your API key>`")
        key, read_at = self._keys.get(token, NOBODY)
        if key is None or time.monotonic() - read_at > REVOCATION_S:
            key = await self._look_up_key(token)
        log.bind(key=key.id)
        return key

    def check_origin(self, method: str, headers: RequestHeaders) -> None:
        """Raises PressrunError when a request that counts on a cookie is not the studio's own."""
        same_origin.check(method, headers, self._public_url)

    async def session(self, headers: RequestHeaders) -> SignedIn | None:
        """The session whose cookie a request carries, if it is good; looked up anew."""
        token = cookies.session_token(headers)
        if token is None:
            return None
        return await self._store.read(lambda tx: sessions.find_by_token(tx, token, self._session_idle_s))

    def forget(self, headers: RequestHeaders) -> None:
        """The session of a request has just ended."""
        self._sessions.pop(cookies.session_token(headers) or "", None)

    def forget_ended(self, ended: Collection[Session]) -> None:
        """Sessions that have just ended, whoever's they are: in this process at once, elsewhere within two seconds."""
        hashes = {session.hash for session in ended}
        for token in [token for token, (found, _) in self._sessions.items() if found.session.hash in hashes]:
            del self._sessions[token]

    async def _look_up_key(self, token: str) -> Key:
        now = time.monotonic()
        key = None
        if keys.is_possible(token):  # a mistyped key costs the database nothing
            key = await self._store.read(lambda tx: keys.find_by_token(tx, token))
        if key is None:
            self._keys.pop(token, None)
            self.failures.note("refused")
            raise PressrunError(Code.UNAUTHORIZED, "Invalid token: the API key is unknown, revoked or expired")
        found = key
        self._keys[token] = (found, now)
        if len(self._keys) > CALLERS_REMEMBERED:
            self._keys.popitem(last=False)
        if self._is_to_be_noted(found.id, now):
            with contextlib.suppress(PressrunError):  # reading goes on while nothing can be written
                await self._store.write(lambda tx: keys.note_use(tx, found.organization_id, found.id))
        return found

    async def _by_session(self, token: str) -> SignedIn:
        now = time.monotonic()
        found, read_at = self._sessions.get(token, (None, 0.0))
        if found is None or now - read_at > REVOCATION_S:
            found = await self._store.read(lambda tx: sessions.find_by_token(tx, token, self._session_idle_s))
            if found is None:
                self._sessions.pop(token, None)
                self.failures.note("session")
                raise PressrunError(Code.UNAUTHORIZED, "the session has ended: sign in again")
            self._sessions[token] = (found, now)
            if len(self._sessions) > CALLERS_REMEMBERED:
                self._sessions.popitem(last=False)
            session = found.session
            if self._is_to_be_noted(session.hash, now):
                with contextlib.suppress(PressrunError):
                    await self._store.write(lambda tx: sessions.note_use(tx, session))
        log.bind(key=found.caller.id)
        return found

    def _is_to_be_noted(self, name: str, now: float) -> bool:
        if now - self._noted.get(name, -USE_NOTED_EVERY_S) < USE_NOTED_EVERY_S:
            return False
        if len(self._noted) > CALLERS_REMEMBERED:
            self._noted.clear()
        self._noted[name] = now
        return True

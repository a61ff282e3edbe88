"""A browser with the studio open: it keeps the cookie, and sends what the studio's pages send."""

from http.cookies import SimpleCookie
from typing import Any

from pressrun.organizations.keys import Scope
from tests.api.client import Answer, Client
from tests.api.server import Server

STUDIO = {"x_pressrun_studio": "1", "sec_fetch_site": "same-origin"}


class Browser:
    """Somebody at the studio; `cookie` is the header as it is sent, None when there is none."""

    def __init__(self, server: Server) -> None:
        self._client: Client = server.client(None)
        self.cookie: str | None = None

    async def sign_in(self, **secret: str) -> Answer:
        """By `key` or by `token`."""
        return await self.send("POST", "/v1/session", secret)

    async def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """A request as a page of the studio makes it; `headers` stand beside or in place of its own."""
        own = dict(STUDIO)
        if body is not None:
            own["content_type"] = "application/json"
        if self.cookie is not None:
            own["cookie"] = self.cookie
        answer = await self._client.send(method, path, body, raw=None, **(own | headers))
        for name, morsel in SimpleCookie(answer.headers.get("set-cookie", "")).items():
            self.cookie = f"{name}={morsel.value}" if morsel.value else None
        return answer

    async def get(self, path: str, **headers: str) -> Answer:
        """GET."""
        return await self.send("GET", path, None, **headers)


async def signed_in(server: Server, *scopes: Scope, **options: Any) -> Browser:
    """A browser that a new key has signed in, an admin's unless scopes are named."""
    _, token = await server.key(*(scopes or (Scope.ADMIN,)), **options)
    browser = Browser(server)
    (await browser.sign_in(key=token)).ok()
    return browser

"""S-13: nothing that another page in the same browser can send is answered with the session's cookie."""

from http.cookies import SimpleCookie
from typing import Any

import pytest

from pressrun.organizations.keys import Scope
from pressrun.settings import Settings
from pressrun.system import System
from tests.api.browser import Browser, signed_in
from tests.api.client import Client
from tests.api.server import Server, serving

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)

NEW_KEY = {"name": "forged", "scopes": ["admin"]}

FOREIGN: dict[str, dict[str, Any]] = {
    "a form of another site": {"sec_fetch_site": "cross-site", "content_type": "application/x-www-form-urlencoded"},
    "JSON as text": {"sec_fetch_site": "cross-site", "content_type": "text/plain"},
    "a fetch without CORS": {"sec_fetch_site": "cross-site", "sec_fetch_mode": "no-cors", "content_type": "text/plain"},
    "a subdomain": {"sec_fetch_site": "same-site", "content_type": "application/json"},
    "an old browser, another origin": {"origin": "https://evil.example", "content_type": "text/plain"},
    "an old browser, no origin": {"content_type": "text/plain"},
    "an old browser, an opaque origin": {"origin": "null", "content_type": "text/plain"},
}
"""What a browser sends for another page; none of it can have the studio's header."""


async def keys_of(client: Client) -> list[str]:
    return [key["name"] for key in (await client.get("/v1/keys")).ok()["data"]]


async def test_s13_other_pages_change_nothing(server: Server, client: Client) -> None:
    browser = await signed_in(server)
    before = await keys_of(client)
    assert browser.cookie is not None
    for what, headers in FOREIGN.items():
        sent: dict[str, Any] = headers | {"cookie": browser.cookie}
        assert (await server.client(None).send("POST", "/v1/keys", NEW_KEY, **sent)).status == 401, what
        # Even with the header, which takes a preflight that is never allowed.
        answer = await server.client(None).send("POST", "/v1/keys", NEW_KEY, **sent, x_pressrun_studio="1")
        assert answer.status == 403, what
    assert await keys_of(client) == before


async def test_s13_other_pages_sign_nobody_in(server: Server, client: Client) -> None:
    """Or somebody would write prompts into an attacker's organization."""
    assert client.token is not None
    for sent in FOREIGN.values():
        for header in ({}, {"x_pressrun_studio": "1"}):
            headers: dict[str, Any] = sent | header
            answer = await server.client(None).send("POST", "/v1/session", {"key": client.token}, **headers)
            assert answer.status in {400, 403}
            assert "set-cookie" not in answer.headers


async def test_s13_a_cookie_alone_reads_nothing(server: Server) -> None:
    """An image, a script, a link to the API: the browser sends the cookie, and gets nothing."""
    browser = await signed_in(server)
    assert browser.cookie is not None
    for site in ("cross-site", "same-site", "same-origin", "none"):
        answer = await server.client(None).get("/v1/keys", cookie=browser.cookie, sec_fetch_site=site)
        assert answer.status == 401, site
    assert (await browser.get("/v1/keys", sec_fetch_site="cross-site")).status == 403
    assert (await browser.get("/v1/keys", sec_fetch_site="same-site")).status == 403
    assert (await browser.get("/v1/keys")).status == 200


async def test_s13_preflights_are_told_no(server: Server) -> None:
    asked: dict[str, Any] = {
        "access_control_request_method": "POST",
        "access_control_request_headers": "x-pressrun-studio",
    }
    for origin in ("https://evil.example", server.url):
        answer = await server.client(None).send("OPTIONS", "/v1/keys", origin=origin, **asked)
        assert answer.status >= 400
        assert not [name for name in answer.headers if name.lower().startswith("access-control")]


async def test_s13_only_types_that_no_form_can_send(server: Server, client: Client) -> None:
    browser = await signed_in(server)
    before = await keys_of(client)
    for media_type in ("text/plain", "multipart/form-data; boundary=x", "APPLICATION/X-WWW-FORM-URLENCODED"):
        assert (await browser.send("POST", "/v1/keys", NEW_KEY, content_type=media_type)).status == 400
        assert (await browser.send("POST", "/v1/session", {"key": client.token}, content_type=media_type)).status == 400
    assert await keys_of(client) == before


async def test_s13_a_browser_without_fetch_metadata(server: Server) -> None:
    """Its `Origin` has to be this server."""
    browser = await signed_in(server)
    host = f"127.0.0.1:{server.port}"
    bare: dict[str, Any] = {"x_pressrun_studio": "1", "cookie": browser.cookie, "content_type": "application/json"}
    client = server.client(None)
    for origin, status in (
        (f"http://{host}", 201),
        (f"https://{host}", 201),
        ("http://127.0.0.1", 403),
        (f"http://{host}.evil.example", 403),
        (f"http://evil.example#{host}", 403),
        ("http://[::1", 403),
    ):
        answer = await client.send("POST", "/v1/keys", {"name": "mine"}, origin=origin, **bare)
        assert answer.status == status, origin
    assert (await client.get("/v1/keys", **bare)).status == 200, "reading changes nothing"


async def test_s13_a_key_needs_no_header_and_makes_a_cookie_count_for_nothing(server: Server) -> None:
    browser = await signed_in(server)
    _, reading = await server.key(Scope.AGENTS_READ)
    answer = await browser.get("/v1/session", authorization=f"Bearer {reading}")
    assert answer.ok()["scopes"] == ["agents:read"]
    assert (await browser.get("/v1/session", authorization="Bearer wrong")).status == 401


async def test_s13_no_get_changes_anything(server: Server) -> None:
    """Nothing is written for a GET but when the session was used last."""
    for method, path in server.routes():
        assert method in {"GET", "POST", "PUT", "PATCH", "DELETE"}, path
    browser = await signed_in(server)
    assert (await browser.get("/v1/session?_method=DELETE")).status == 200
    assert (await browser.get("/v1/session", x_http_method_override="DELETE")).status == 200
    assert (await browser.get("/v1/session")).status == 200


def cookie(answer_cookie: str) -> tuple[str, dict[str, Any]]:
    [(name, morsel)] = SimpleCookie(answer_cookie).items()
    return name, {attribute: value for attribute, value in morsel.items() if value}


async def test_s13_the_cookie_on_loopback(server: Server, client: Client) -> None:
    """Plain HTTP, where no browser keeps a `__Host-` cookie."""
    answer = await Browser(server).sign_in(key=client.token or "")
    name, attributes = cookie(answer.headers["set-cookie"])
    assert name == "pressrun"
    assert attributes == {"path": "/", "max-age": "604800", "httponly": True, "samesite": "Lax"}


@pytest.fixture
async def behind_tls(settings: Settings, system: System) -> Any:
    """A server that browsers reach at https://studio.example."""
    changed = settings.model_copy(update={"public_url": "https://studio.example"})
    object.__setattr__(system, "settings", changed)
    async with serving(system) as server:
        yield server


async def test_s13_the_cookie_behind_tls(behind_tls: Server) -> None:
    _, token = await behind_tls.key(Scope.ADMIN)
    browser = Browser(behind_tls)
    answer = await browser.send(
        "POST", "/v1/session", {"key": token}, host="studio.example", origin="https://studio.example"
    )
    name, attributes = cookie(answer.headers["set-cookie"])
    assert name == "__Host-pressrun"
    assert attributes == {"path": "/", "max-age": "604800", "httponly": True, "samesite": "Lax", "secure": True}
    assert (await browser.get("/v1/session", host="studio.example")).status == 200
    # The name that anybody may plant is not looked at by any other host name.
    assert browser.cookie is not None
    plain = browser.cookie.removeprefix("__Host-")
    assert (await browser.get("/v1/session", host="studio.example", cookie=plain)).status == 401
    ended = await browser.send("DELETE", "/v1/session", host="studio.example")
    assert cookie(ended.headers["set-cookie"])[0] == "__Host-pressrun"


async def test_s15_hsts_behind_tls(behind_tls: Server) -> None:
    for path in ("/healthz", "/v1/keys", "/nothing"):
        answer = await behind_tls.client(None).get(path)
        assert answer.headers["strict-transport-security"] == "max-age=31536000", path


async def test_s15_no_hsts_without_tls(server: Server) -> None:
    """Or a browser would refuse to come back."""
    for path in ("/healthz", "/v1/keys", "/nothing"):
        assert "strict-transport-security" not in (await server.client(None).get(path)).headers


async def test_s13_nobody_signs_in_over_plain_http_from_elsewhere(server: Server, client: Client) -> None:
    """The cookie would travel readable; the refusal says what to do."""
    system = server.system
    object.__setattr__(system, "settings", system.settings.model_copy(update={"allowed_hosts": ("lan.example",)}))
    async with serving(system) as exposed:
        browser = Browser(exposed)
        answer = await browser.send("POST", "/v1/session", {"key": client.token}, host="lan.example")
        assert answer.status == 403
        assert "PRESSRUN_PUBLIC_URL" in answer.json["message"]

"""The studio behind a proxy with TLS, under a name of its own: signing in, live pages, downloads, who is let in."""

import http.client
import re
import shutil
import ssl
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, expect, sync_playwright

from tests.live_server import LiveServer, live_server
from tests.studio.conftest import ANSWERS, HEADERS, TIMEOUT_MS, apply_example
from tests.studio.tls_proxy import CLIENT, TlsProxy, self_signed

NAME = "pressrun.test"


@pytest.fixture(scope="module")
def proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsProxy]:
    """A proxy that listens."""
    proxy = TlsProxy(NAME, self_signed(tmp_path_factory.mktemp("tls"), NAME))
    with proxy.running():
        yield proxy


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, proxy: TlsProxy) -> Iterator[LiveServer]:
    """A server that knows its public address and its proxy; tests ask it directly, browsers the proxy."""
    data_dir = tmp_path_factory.mktemp("behind-tls") / "data"
    environment = {"PRESSRUN_PUBLIC_URL": proxy.url, "PRESSRUN_TRUSTED_PROXIES": '["127.0.0.0/8"]'}
    with live_server(data_dir, f"sqlite:///{data_dir / 'pressrun.db'}", environment=environment) as running:
        proxy.target = running.url
        running.request("POST", "/v1/models", {"name": "scripted-shop", "script": ANSWERS, "default": True})
        apply_example(running, "product-description")
        yield running


@pytest.fixture
def context(proxy: TlsProxy) -> Iterator[BrowserContext]:
    """A browser that resolves the name to the proxy, and trusts its certificate."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        rules = f"--host-resolver-rules=MAP {NAME} 127.0.0.1"
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", rules])
        context = browser.new_context(base_url=proxy.url, ignore_https_errors=True, reduced_motion="reduce")
        context.set_default_timeout(TIMEOUT_MS)
        yield context
        browser.close()


def test_everything_works_behind_tls(context: BrowserContext, server: LiveServer, proxy: TlsProxy) -> None:
    person = server.request("POST", "/v1/people", {"name": "Ada", "role": "editor"})
    link = str(server.request("POST", f"/v1/people/{person['id']}/link")["url"])
    assert link.startswith(f"{proxy.url}/")
    page = context.new_page()
    answer = page.goto(link)
    assert answer is not None
    assert answer.headers["strict-transport-security"] == "max-age=31536000"
    expect(page.get_by_role("button", name="Ada")).to_be_visible()
    [cookie] = context.cookies()
    assert (cookie["name"], cookie["secure"], cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (
        "__Host-pressrun", True, True, "Lax", "/",
    )  # fmt: skip
    [started] = server.request("GET", "/v1/audit?action=session.started")["data"]
    assert (started["by"], started["address"]) == ("Ada", CLIENT), "not the proxy's"

    rows = "Product name,Tone\nslow lamp,friendly\nTerra shoe,friendly\n"
    path = "/v1/applications/product-description/batches"
    batch = server.request("POST", path, rows, **{"Content-Type": "text/csv"})["id"]
    page.goto(f"/batches/{batch}")
    expect(page.get_by_role("banner").get_by_text("completed", exact=True)).to_be_visible()  # told as it happens
    page.get_by_role("button", name="Download").click()
    with page.expect_download() as saved:
        page.get_by_role("menuitem", name="JSONL").click()
    assert saved.value.url.startswith(f"{proxy.url}/v1/batches/{batch}/results")
    assert "Terra shoe" in Path(saved.value.path()).read_text()
    _strangers_are_refused(proxy, f"{cookie['name']}={cookie['value']}", batch)
    page.get_by_role("button", name="Ada").click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page).to_have_url(re.compile("/sign-in"))
    assert context.cookies() == []


def _strangers_are_refused(proxy: TlsProxy, cookie: str, batch: str) -> None:
    """A browser that does not say `Sec-Fetch-Site` is known by its `Origin`, which is the public address."""
    own = {"Cookie": cookie, "Content-Type": "application/json", **HEADERS}
    for origin, status in {"https://evil.test": 403, f"https://{NAME}": 403, proxy.url: 200}.items():
        assert _patch(proxy, batch, {**own, "Origin": origin}) == status, origin
    assert _patch(proxy, batch, {"Cookie": cookie, "Origin": proxy.url, "Content-Type": "application/json"}) == 401


def _patch(proxy: TlsProxy, batch: str, headers: dict[str, str]) -> int:
    to = urlsplit(proxy.url)
    unchecked = ssl._create_unverified_context()  # noqa: S323 - the certificate has signed itself
    connection = http.client.HTTPSConnection("127.0.0.1", to.port, context=unchecked, timeout=30)
    connection.request("PATCH", f"/v1/batches/{batch}", '{"name": "renamed"}', {**headers, "Host": to.netloc})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status

"""A server, Debian's Chromium, and somebody who is signed in.

Playwright keeps an event loop running in its thread: its fixtures live as long as one file, and no test beside them is
async.
"""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.live_server import LiveServer, live_server
from tests.studio.browser import ROOT, Watch

ANSWERS = """\
- match: broken
  fail: {status: 400, message: "the model does not like this"}
- match: slow
  answer: "It took a while, and here it is."
  delay_s: 3
- answer: "A fine thing, described in a few words that a shop would print."
"""

HEADERS = {"X-Pressrun-Studio": "1"}
TIMEOUT_MS = 30_000
"""Generous: the machine is shared, and a test fails on what is wrong, not on what is slow."""

expect.set_options(timeout=TIMEOUT_MS)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server with a scripted model and a deployed agent `product-description`."""
    folder = tmp_path_factory.mktemp("studio")
    data_dir = folder / "data"
    with live_server(data_dir, f"sqlite:///{data_dir / 'pressrun.db'}") as running:
        running.request("POST", "/v1/models", {"name": "scripted-shop", "script": ANSWERS, "default": True})
        apply_example(running, "product-description")
        yield running


def apply_example(server: LiveServer, name: str) -> str:
    """Create and deploy one of the examples; its id."""
    text = (ROOT / "examples" / f"{name}.yaml").read_text()
    agent = server.request("POST", "/v1/applications", text, **{"Content-Type": "application/yaml"})
    server.request("POST", f"/v1/applications/{agent['id']}/deploy", {})
    return str(agent["id"])


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for a file."""
    path = shutil.which("chromium")
    if path is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    expect.set_options(timeout=TIMEOUT_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def watch(server: LiveServer) -> Iterator[Watch]:
    """Fails a test whose pages had errors, broke the policy or asked another machine."""
    watch = Watch(server.url)
    yield watch
    assert watch.errors == []
    assert watch.foreign == []


@pytest.fixture
def context(chromium: Browser, server: LiveServer, watch: Watch) -> Iterator[BrowserContext]:
    """A browser of its own for a test, in which nobody has signed in."""
    context = chromium.new_context(
        base_url=server.url,
        viewport={"width": 1440, "height": 900},
        reduced_motion="reduce",
        permissions=["clipboard-read", "clipboard-write"],
        accept_downloads=True,
    )
    context.set_default_timeout(TIMEOUT_MS)
    watch.over(context)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, server: LiveServer) -> Page:
    """A page of somebody who has signed in with the administrator's key."""
    answer = context.request.post(
        "/v1/session", data={"key": server.api_key}, headers={**HEADERS, "Origin": server.url}
    )
    assert answer.ok, answer.text()
    return context.new_page()

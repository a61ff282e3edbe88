"""Every page in both themes: axe finds nothing, nothing overflows a phone, the console and the policy are silent."""

import pytest
from playwright.sync_api import Page, expect

from tests.live_server import LiveServer
from tests.studio.browser import CONTRAST, EVERY_RULE, breaches, choose_theme

ROWS = "Product name,Tone\nTerra running shoe,friendly\nbroken lamp,friendly\n"
PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}


@pytest.fixture(scope="module")
def places(server: LiveServer) -> dict[str, str]:
    """A server on which something has happened; every kind of page by name."""
    agent = server.request("GET", "/v1/applications")["data"][0]["id"]
    inputs = [{"id": "Product name", "value": ["Terra running shoe"]}, {"id": "Tone", "value": ["friendly"]}]
    job = server.request("POST", f"/v1/applications/{agent}/jobs", {"inputs": inputs})["id"]
    server.request("GET", f"/v1/applications/jobs/{job}?wait=30")
    batch = server.request("POST", f"/v1/applications/{agent}/batches", ROWS, **{"Content-Type": "text/csv"})["id"]
    server.request("POST", "/v1/keys", {"name": "web shop"})
    server.request("POST", "/v1/people", {"name": "Ada", "role": "editor"})
    server.request("POST", "/v1/webhooks", {"url": "https://shop.example/hooks/pressrun", "name": "shop"})
    return {
        "overview": "/",
        "agents": "/agents",
        "new agent": "/agents/new",
        "agent": f"/agents/{agent}",
        "run": f"/agents/{agent}/run",
        "batches": "/batches",
        "batch": f"/batches/{batch}",
        "jobs": "/jobs",
        "files": "/files",
        "graphs": "/graphs",
        "job": f"/jobs/{job}",
        "sessions": "/sessions",
        **{name: f"/settings/{name}" for name in ("keys", "models", "webhooks", "usage", "people", "system")},
        "no such page": "/nowhere",
    }


def open_and_settle(page: Page, path: str) -> None:
    """Go to a page and wait until what it loads is there."""
    page.goto(path)
    expect(page.get_by_role("heading").first).to_be_visible()
    expect(page.get_by_label("Loading", exact=True)).to_have_count(0)


def test_every_page_is_accessible_in_both_themes(page: Page, places: dict[str, str]) -> None:
    found: list[str] = []
    for name, path in places.items():
        open_and_settle(page, path)
        for theme, rules in (("light", EVERY_RULE), ("dark", CONTRAST)):
            choose_theme(page, theme)
            found += [f"{name}, {theme}: {breach}" for breach in breaches(page, rules)]
    assert found == []


def test_no_page_is_wider_than_a_phone(page: Page, places: dict[str, str]) -> None:
    page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    wide: list[str] = []
    for name, path in places.items():
        open_and_settle(page, path)
        if page.evaluate("document.documentElement.scrollWidth") > PHONE["width"]:
            wide.append(name)
    assert wide == []


def test_the_focus_comes_back_from_what_was_opened(page: Page, places: dict[str, str]) -> None:
    """Somebody without a mouse goes on where they were, and not at the top of the page."""
    open_and_settle(page, places["agent"])
    for name in ("Versions", "Use it", "Deploy"):
        button = page.get_by_role("button", name=name, exact=True)
        button.press("Enter")
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(button).to_be_focused()

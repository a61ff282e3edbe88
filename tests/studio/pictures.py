"""The pictures of the documentation, taken anew when `STUDIO_SHOTS` names a folder for them."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page, expect

from tests.live_server import LiveServer
from tests.studio.browser import ROOT

Theme = Literal["light", "dark"]
BOTH: tuple[Theme, ...] = ("dark", "light")
PAINT_MS = 500
"""Charts are painted anew in the other theme's colours; only a picture can be too early."""

LINES = 600
PLACES = 6
"""Calls at once: the batch is to be seen under way."""

WATCHED_MS = 12_000


def folder() -> Path | None:
    """Where pictures go; None when none are wanted."""
    named = os.environ.get("STUDIO_SHOTS")
    if named is None:
        return None
    path = Path(named).absolute()
    path.mkdir(exist_ok=True)
    return path


def picture(page: Page, name: str, themes: Sequence[Theme] = BOTH) -> None:
    """The page as it is, if pictures are wanted."""
    into = folder()
    if into is None:
        return
    page.evaluate("scrollTo(0, 0)")
    for theme in themes:
        page.emulate_media(color_scheme=theme)
        page.wait_for_timeout(PAINT_MS)
        page.screenshot(path=into / f"studio-{name}-{theme}.png")
    page.emulate_media(color_scheme="light")


def other_pages(page: Page, server: LiveServer) -> None:
    """Agents, the run page, a batch under way, a job, the overview and the models of a server on which much happens."""
    for name in ("social-post", "faq", "meta-tags", "ticket-triage"):
        text = (ROOT / "examples" / f"{name}.yaml").read_text()
        agent = server.request("POST", "/v1/applications", text, **{"Content-Type": "application/yaml"})
        if name != "ticket-triage":
            server.request("POST", f"/v1/applications/{agent['id']}/deploy", {})
    for model in ("gpt-5-mini", "house-70b"):
        limits = {"rpm": 500, "tpm": 200_000, "input_price": 0.25, "output_price": 2}
        server.request("POST", "/v1/models", {"name": model, "base_url": "https://models.example/v1", **limits})
    agent = server.request("GET", "/v1/applications/product-description")["id"]
    names = ("Terra running shoe", "Nova desk lamp", "Summit pack", "Tide swim goggles", "Ember camp stove")
    rows = "".join(f"{names[at % len(names)]} {at // len(names) + 1},friendly\n" for at in range(LINES))
    server.request("PATCH", "/v1/models/shop-writer", {"concurrency": PLACES})
    options = "?name=autumn%20catalogue&max_cost=2&dedupe=false"
    path = f"/v1/applications/{agent}/batches{options}"
    batch = server.request("POST", path, f"Product name,Tone\n{rows}", **{"Content-Type": "text/csv"})["id"]
    page.goto(f"/batches/{batch}")
    page.wait_for_timeout(WATCHED_MS)  # until the charts have something to tell
    picture(page, "batch-live", ("dark",))
    page.goto(f"/agents/{agent}/run?rows")
    page.get_by_label("A file of rows").set_input_files(ROOT / "examples" / "products.csv")
    expect(page.get_by_role("button", name="Start")).to_be_enabled()
    picture(page, "run", ("light",))
    page.goto("/jobs?state=completed")
    page.get_by_role("main").get_by_role("link").nth(2).click()
    expect(page.get_by_text("Attempt 1 started")).to_be_visible()
    picture(page, "job", ("light",))
    _graph(page, server)
    for name, place in {"agents": "/agents", "overview": "/", "models": "/settings/models"}.items():
        page.goto(place)
        expect(page.get_by_label("Loading", exact=True)).to_have_count(0)
        picture(page, name, ("light",))


def _graph(page: Page, server: LiveServer) -> None:
    """A graph of our own pages that was asked something."""
    answer = (
        "A cap holds by what is running: a claim takes as many rows as the cap still pays for. Resume after raising it."
    )
    server.request("POST", "/v1/models", {"name": "librarian", "script": f'- answer: "{answer}"\n', "default": True})
    page.goto("/graphs")
    page.get_by_role("button", name="New graph").first.click()
    page.get_by_label("Name").fill("Handbook")
    page.get_by_label("Description").fill("How batches, agents and money work")
    page.get_by_role("button", name="Create").click()
    pages = [ROOT / "docs" / f"{name}.md" for name in ("batches", "agents", "money", "webhooks")]
    page.get_by_label("Files of the graph: choose files").set_input_files(pages)
    expect(page.get_by_role("banner").get_by_text("ready", exact=True)).to_be_visible()
    expect(page.get_by_role("list", name="Files").get_by_text("ready")).to_have_count(len(pages))
    page.get_by_role("button", name="Clear").click()
    page.get_by_label("Question").fill("How does a cap on the cost of a batch hold?")
    page.get_by_label("Question").press("Control+Enter")
    expect(page.get_by_role("region", name="Passages")).to_be_visible()
    picture(page, "graph", ("light",))

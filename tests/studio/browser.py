"""What a test sees of the studio: a page that is watched, and what axe says of it."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

ROOT = Path(__file__).parents[2]
AXE = ROOT / "studio" / "node_modules" / "axe-core" / "axe.min.js"

REFUSAL = "Failed to load resource"
"""How Chromium's console tells of an answer 4xx or 5xx: what came of it is for the page to show."""


@dataclass
class Watch:
    """What must stay empty while a page is open."""

    origin: str
    errors: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        """Note every error of a page, every breach of the policy, every request that leaves the server."""
        context.on("console", self._console)
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        context.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not message.text.startswith(REFUSAL):
            self.errors.append(message.text)

    def _request(self, request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme not in {"data", "blob"} and f"{url.scheme}://{url.netloc}" != self.origin:
            self.foreign.append(request.url)


@functools.cache
def _axe() -> str:
    return AXE.read_text()


EVERY_RULE = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
CONTRAST = ("color-contrast",)
"""All that another theme can change."""


def breaches(page: Page, rules: Sequence[str] = EVERY_RULE) -> list[str]:
    """What axe finds against WCAG 2.2 AA on a page as it is now, with the place."""
    page.evaluate(_axe())
    found: dict[str, Any] = page.evaluate("rules => axe.run({runOnly: rules})", list(rules))
    return [
        f"{one['id']}: {one['help']}: {node['html'][:160]} ({node['failureSummary'][:200]})"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def choose_theme(page: Page, theme: str) -> None:
    """Light or dark, from the next load on and now."""
    page.evaluate("theme => localStorage.setItem('pressrun.theme', theme)", theme)
    page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)

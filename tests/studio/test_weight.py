"""What the studio weighs: script before the editor, and rows in the page of a batch of 100,000."""

import gzip
import re

from playwright.sync_api import Page, Response, expect

from tests.live_server import LiveServer

MOST_SCRIPT_KB = 200
ROWS = 100_000
MOST_DRAWN = 80


def test_the_first_page_loads_little_script(page: Page) -> None:
    scripts: list[Response] = []
    page.on("response", lambda answer: scripts.append(answer) if ".js" in answer.url else None)
    page.goto("/agents")
    expect(page.get_by_role("link", name="New agent").first).to_be_visible()
    kb = sum(len(gzip.compress(script.body(), 9)) for script in scripts) / 1000
    print(f"\nscript of the first page, gzip: {kb:.0f} kB in {len(scripts)} files")
    assert 50 < kb <= MOST_SCRIPT_KB
    assert not any("codemirror" in script.text().lower() for script in scripts)


def test_a_hundred_thousand_rows_are_scrolled_with_few_of_them_in_the_page(page: Page, server: LiveServer) -> None:
    rows = "Product name,Tone\n" + "".join(f"Terra shoe {number},friendly\n" for number in range(1, ROWS + 1))
    path = "/v1/applications/product-description/batches?sample=1&dedupe=false"
    batch = server.request("POST", path, rows, **{"Content-Type": "text/csv"})["id"]
    page.goto(f"/batches/{batch}")
    grid = page.get_by_role("grid")
    expect(grid).to_have_attribute("aria-rowcount", str(ROWS + 1))
    expect(page.get_by_text("Terra shoe 1 ·", exact=False).first).to_be_visible()
    for share, shown in ((1, ROWS), (0.5, None), (1, ROWS)):
        grid.evaluate("(box, share) => { box.scrollTop = box.scrollHeight * share }", share)
        if shown:
            expect(grid.get_by_text(re.compile(rf"Terra shoe {shown}\b")).first).to_be_visible()
    assert grid.get_by_role("row").count() < MOST_DRAWN
    page.get_by_role("searchbox").fill("shoe 99999")
    expect(grid).to_have_attribute("aria-rowcount", "2")

"""README, "Five minutes in the studio": a new agent is tried, deployed, run over a file, mended and rolled back.

`STUDIO_SHOTS=docs/images bin/test tests/studio/test_five_minutes.py` takes the pictures of the documentation anew.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.live_server import LiveServer, live_server
from tests.studio import pictures
from tests.studio.browser import ROOT
from tests.studio.pictures import picture

ANSWERS = """\
- match: goggles
  fail: {status: 400, message: "the model does not like this"}
  times: 1
- match: What are the Terra running shoe
  answer: "Run further in the Terra, a light shoe that grips wet paths. Your feet stay dry."
  delay_s: 0.3
- match: What are the
  answer: "Made to be used every day, and to look as if it were not. Light, tough, and easy to keep clean."
  delay_s: 0.3
- answer: "Light on your feet, sure on the path."
  delay_s: 0.2
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server without an agent, whose model refuses one product at first."""
    data_dir = tmp_path_factory.mktemp("five-minutes") / "data"
    with live_server(data_dir, f"sqlite:///{data_dir / 'pressrun.db'}") as running:
        model = {"name": "shop-writer", "script": ANSWERS, "default": True, "input_price": 0.15, "output_price": 0.6}
        running.request("POST", "/v1/models", model)
        yield running


def test_five_minutes_in_the_studio(context: BrowserContext, server: LiveServer) -> None:
    page = context.new_page()
    _sign_in_with_a_link(page, server)
    _make_an_agent(page)
    _try_it_and_deploy(page)
    _run_a_file(page)
    _retry_and_download(page)
    _roll_back(page)
    if pictures.folder() is not None:
        pictures.other_pages(page, server)


def _sign_in_with_a_link(page: Page, server: LiveServer) -> None:
    """The link that `pressrun studio` prints."""
    person = server.request("POST", "/v1/people", {"name": "Ada Lovelace", "role": "admin"})
    page.goto(server.request("POST", f"/v1/people/{person['id']}/link")["url"])
    expect(page.get_by_role("heading", name="Make your first agent")).to_be_visible()


def _make_an_agent(page: Page) -> None:
    page.get_by_role("link", name="New agent").first.click()
    page.get_by_role("button", name="Product description").click()
    expect(page.get_by_role("textbox", name="Name of the agent")).to_have_value("Product description")


def _try_it_and_deploy(page: Page) -> None:
    test = page.get_by_role("region", name="Test")
    test.get_by_role("textbox", name="Product name").fill("Terra running shoe")
    test.get_by_role("combobox", name="Tone").select_option("friendly")
    page.keyboard.press("Control+Enter")
    expect(test.get_by_text("Run further in the Terra").first).to_be_visible()
    expect(test.get_by_text(re.compile(r"^\d+ tokens · .* · ")).first).to_be_visible()
    picture(page, "agent")
    for note in ("first", "second"):
        if note == "second":
            page.get_by_role("textbox", name="Prompt", exact=True).click()
            page.keyboard.press("Control+End")
            page.keyboard.type(" Name one thing to do with it.")
            expect(page.get_by_text("draft · saved")).to_be_visible()
        page.get_by_role("button", name="Deploy").click()
        sheet = page.get_by_role("dialog")
        sheet.get_by_role("textbox", name="Note").fill(note)
        sheet.get_by_role("button", name="Deploy").click()
        expect(sheet).to_be_hidden()
    expect(page.get_by_text("v2 deployed")).to_be_visible()


def _run_a_file(page: Page) -> None:
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_role("radio", name=re.compile("rows", re.IGNORECASE)).click()
    page.get_by_label("A file of rows").set_input_files(ROOT / "examples" / "products.csv")
    page.get_by_role("button", name=re.compile(r"^Start \d+ rows$")).click()
    page.wait_for_url(re.compile("/batches/"))
    expect(page.get_by_text("completed with errors")).to_be_visible()
    picture(page, "batch")


def _retry_and_download(page: Page) -> None:
    page.get_by_role("button", name="Retry failed").click()
    page.get_by_role("button", name=re.compile(r"^Retry \d+ rows?$")).click()
    expect(page.get_by_role("banner").get_by_text("completed", exact=True)).to_be_visible()
    page.get_by_role("button", name="Download").click()
    with page.expect_download() as results:
        page.get_by_role("menuitem", name="CSV for spreadsheets").click()
    text = Path(results.value.path()).read_text("utf-8-sig")
    assert "Run further in the Terra" in text
    assert "the model does not like this" not in text


def _roll_back(page: Page) -> None:
    page.get_by_role("link", name="Product description").first.click()
    page.get_by_role("button", name="Versions").click()
    page.get_by_role("dialog").get_by_role("button", name="Roll back to this").click()
    page.get_by_role("button", name="Roll back to v1").click()
    expect(page.get_by_text("v1 deployed")).to_be_visible()

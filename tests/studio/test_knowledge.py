"""Files and graphs in the studio: sent, read, searched, asked, given to agents, deleted."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.live_server import LiveServer
from tests.studio.browser import breaches, choose_theme

GUIDE = """\
The Terra running shoe grips wet paths because its sole is cut from soft rubber.

Returns are free for sixty days. Send the shoe back in its box with the yellow slip.
"""
AGENT = {
    "name": "Advisor",
    "inputs": [
        {"name": "Question", "type": "text"},
        {"name": "Brief", "type": "file", "required": False, "file_types": ["md", "txt"]},
    ],
    "prompts": [{"name": "Reply", "prompt": "@Question @Brief"}],
}
PHONE, DESK = (390, 844), (1440, 900)


def clean(page: Page) -> None:
    """Axe has nothing to say in either theme, and nothing is wider than a phone."""
    for theme in ("light", "dark"):
        choose_theme(page, theme)
        assert breaches(page) == []
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0], page.url
    page.set_viewport_size({"width": DESK[0], "height": DESK[1]})


@pytest.fixture
def guide(tmp_path: Path) -> Path:
    """A text to be sent."""
    file = tmp_path / "Shop guide & more.md"
    file.write_text(GUIDE)
    return file


def test_files_become_a_graph_that_is_asked_and_written_from(page: Page, server: LiveServer, guide: Path) -> None:
    server.request("POST", "/v1/applications", AGENT)
    _send_and_read(page, guide)
    _make_a_graph(page)
    _ask_it(page)
    _give_it_to_an_agent(page)
    _run_with_a_file(page, guide)
    _delete_the_file(page, guide)


def _send_and_read(page: Page, guide: Path) -> None:
    """Sent by choosing; its text is shown, its content comes back."""
    page.goto("/files")
    expect(page.get_by_role("heading", name="No file yet")).to_be_visible()
    page.get_by_label("Files: choose files").set_input_files(guide)
    line = page.get_by_role("list", name="Files").get_by_role("listitem")
    expect(line).to_contain_text("ready")
    line.get_by_role("button", name=guide.name, exact=True).click()
    sheet = page.get_by_role("dialog", name=guide.name)
    expect(sheet.get_by_role("region", name=f"Text of {guide.name}")).to_contain_text("soft rubber")
    clean(page)
    with page.expect_download() as saved:
        sheet.get_by_role("button", name="Download").click()
    assert Path(saved.value.path()).read_text() == GUIDE
    assert saved.value.suggested_filename == guide.name
    page.keyboard.press("Escape")


def _make_a_graph(page: Page) -> None:
    page.goto("/graphs")
    page.get_by_role("button", name="New graph").first.click()
    page.get_by_label("Name").fill("Shop knowledge")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name="Shop knowledge")).to_be_visible()
    page.get_by_role("button", name="Choose").click()
    page.get_by_role("dialog").get_by_role("checkbox").check()
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("banner").get_by_text("ready", exact=True)).to_be_visible()


def _ask_it(page: Page) -> None:
    """The passages alone, then an answer; a passage opens the file where it stands."""
    page.get_by_label("Question").fill("Why does the shoe grip wet paths?")
    page.get_by_role("button", name="Find passages").click()
    passages = page.get_by_role("region", name="Passages").get_by_role("listitem")
    expect(passages.first).to_contain_text("soft rubber")
    page.get_by_label("Question").press("Control+Enter")
    expect(page.locator("[data-answer]")).to_contain_text("A fine thing")
    expect(passages.first).to_contain_text("soft rubber")
    clean(page)
    passages.first.get_by_role("link").click()
    expect(page.get_by_role("dialog").locator("mark").first).to_be_visible()


def _give_it_to_an_agent(page: Page) -> None:
    page.goto("/agents")
    page.get_by_role("main").get_by_role("link", name="Advisor").click()
    page.get_by_role("button", name="Add graph").click()
    page.get_by_role("menuitem", name="Shop knowledge").click()
    expect(page.get_by_text("draft · saved")).to_be_visible()
    page.get_by_role("button", name="Deploy").click()
    page.get_by_role("dialog").get_by_role("button", name="Deploy").click()
    expect(page.get_by_text("v1 deployed")).to_be_visible()


def _run_with_a_file(page: Page, guide: Path) -> None:
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_role("heading", name="Run", exact=True)).to_be_visible()
    page.get_by_label("Question").fill("Why does the Terra running shoe grip wet paths?")
    brief = guide.with_name("brief.md")
    brief.write_text("Be brief.")
    page.get_by_label("Brief: files: choose files").set_input_files(brief)
    expect(page.get_by_role("link", name="brief.md")).to_be_visible()
    clean(page)
    page.get_by_role("button", name="Run", exact=True).click()
    page.wait_for_url(re.compile("/jobs/"))
    expect(page.get_by_role("banner").get_by_text("completed", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="Sources")).to_be_visible()
    expect(page.get_by_role("region", name="Passages")).to_contain_text("soft rubber")
    expect(page.get_by_role("link", name="brief.md")).to_be_visible()
    clean(page)


def _delete_the_file(page: Page, guide: Path) -> None:
    """It says which graph would lack it."""
    page.goto("/files")
    page.get_by_role("button", name=f"More for {guide.name}").click()
    page.get_by_role("menuitem", name="Delete").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Shop knowledge")
    clean(page)
    dialog.get_by_role("button", name="Delete").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("list", name="Files").get_by_role("listitem")).to_have_count(1)

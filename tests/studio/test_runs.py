"""Running an agent in the studio: one job, a file of rows, a batch and its rows, jobs; and a server that goes away."""

import os
import re
import signal
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.live_server import LiveServer
from tests.studio.browser import breaches, choose_theme

MOST_ROWS_DRAWN = 60
FILE = """\
SKU;Article;Style
RUN-0113;Terra running shoe;friendly
SWM-0020;broken swim goggles;playful
LMP-0301;Nova desk lamp;rude
TRL-0302;Summit pack;friendly
"""


def agent_of(server: LiveServer) -> str:
    return str(server.request("GET", "/v1/applications/product-description")["id"])


def upload(server: LiveServer, *, rows: int, every: int, options: str = "") -> str:
    """A batch of so many rows; each `every`th of them fails."""
    lines = (f"{'broken ' if at % every == 0 else ''}Shoe {at},friendly" for at in range(1, rows + 1))
    file = "\n".join(["Product name,Tone", *lines])
    path = f"/v1/applications/product-description/batches?name=shoes{options}"
    return str(server.request("POST", path, file, **{"Content-Type": "text/csv"})["id"])


def clean(page: Page) -> None:
    """Axe has nothing to say in either theme."""
    for theme in ("light", "dark"):
        choose_theme(page, theme)
        assert breaches(page) == []


def test_a_job_is_filled_in_run_and_looked_into(page: Page, server: LiveServer) -> None:
    page.goto(f"/agents/{agent_of(server)}/run")
    page.get_by_role("button", name="Run", exact=True).click()
    expect(page.get_by_text("Fill this in").first).to_be_visible()
    clean(page)
    page.get_by_label("Product name").fill("broken shoe")
    page.get_by_label("Tone").select_option("friendly")
    page.get_by_label("Product name").press("Control+Enter")
    page.wait_for_url(re.compile("/jobs/"))
    expect(page.get_by_text("the model does not like this").first).to_be_visible()
    expect(page.get_by_role("region", name="Description, prompt", exact=True)).to_contain_text(
        "What are the broken shoe good for?"
    )
    expect(page.get_by_text("Attempt 1 started")).to_be_visible()
    clean(page)
    page.get_by_role("button", name="Retry").click()
    expect(page.get_by_text("Retried", exact=True)).to_be_visible()
    page.get_by_role("link", name="Jobs").first.click()
    page.get_by_role("radio", name="Failed").click()
    expect(page).to_have_url(re.compile("state=failed"))
    expect(page.get_by_role("link", name="broken shoe").first).to_be_visible()
    clean(page)


def test_a_file_is_mapped_checked_started_followed_and_retried(page: Page, server: LiveServer, tmp_path: Path) -> None:
    file = tmp_path / "shop.csv"
    file.write_text(FILE)
    page.goto(f"/agents/{agent_of(server)}/run?rows")
    expect(page.get_by_text("Drop a spreadsheet here")).to_be_visible()
    clean(page)
    page.get_by_label("A file of rows").set_input_files(file)
    page.get_by_label("What the column Article feeds").select_option("Product name")
    page.get_by_label("What the column Style feeds").select_option("Tone")
    expect(page.get_by_text("1 row cannot be run")).to_be_visible()
    clean(page)
    with page.expect_download() as listed:
        page.get_by_role("button", name="Download the list").click()
    assert 'must be exactly one of ""friendly""' in Path(listed.value.path()).read_text("utf-8-sig")
    page.get_by_label("Skip them").check()
    page.get_by_role("button", name="Start 3 rows").click()
    page.wait_for_url(re.compile("/batches/"))
    expect(page.get_by_text("completed with errors")).to_be_visible()
    clean(page)

    page.get_by_role("row").filter(has_text="the model does not like this").click()
    sheet = page.get_by_role("dialog", name="Row 2")
    expect(sheet.get_by_text("model_refused").first).to_be_visible()
    expect(sheet.get_by_text("Attempt 1 started")).to_be_visible()
    clean(page)
    _correct_by_hand(page)
    _correct_by_file(page, tmp_path)
    page.get_by_role("button", name="Download").click()
    with page.expect_download() as results:
        page.get_by_role("menuitem", name="CSV for spreadsheets").click()
    assert "Terra running shoe" in Path(results.value.path()).read_text("utf-8-sig")


def _correct_by_hand(page: Page) -> None:
    """A row that failed, beside the table; first with another value that cannot be run."""
    sheet = page.get_by_role("dialog", name="Row 2")
    sheet.get_by_role("button", name="Correct it").click()
    sheet.get_by_label("Style").fill("cruel")
    sheet.get_by_role("button", name="Run again with these").click()
    expect(sheet.get_by_text("must be exactly one of")).to_be_visible()
    clean(page)
    sheet.get_by_label("Style").fill("playful")
    sheet.get_by_label("Article").fill("swim goggles")
    sheet.get_by_role("button", name="Run again with these").click()
    expect(sheet.get_by_text("What are the swim goggles good for?").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("radio", name="Completed")).to_contain_text("3")


def _correct_by_file(page: Page, folder: Path) -> None:
    """A row that was skipped, down as a file and up again."""
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="Correct rows").click()
    dialog = page.get_by_role("dialog", name="Correct rows")
    with page.expect_download() as failed:
        dialog.get_by_role("button", name="CSV").click()
    text = Path(failed.value.path()).read_text("utf-8-sig")
    assert text.count("rude") > 0
    file = folder / "corrected.csv"
    file.write_text(text)
    dialog.get_by_label("The corrected file").set_input_files(file)
    dialog.get_by_role("button", name="Run them again").click()
    expect(dialog.get_by_role("table")).to_contain_text("must be exactly one of")
    clean(page)
    header, row = text.splitlines()[:2]
    file.write_text(f"{header}\n{row.replace(',rude,', ',playful,', 1)}\n")
    dialog.get_by_label("The corrected file").set_input_files(file)
    dialog.get_by_role("button", name="Run them again").click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_role("radio", name="Completed")).to_contain_text("4")


def test_a_batch_of_many_rows_is_followed_through_a_restart_of_its_server(page: Page, server: LiveServer) -> None:
    batch = upload(server, rows=2000, every=2, options="&sample=3")
    page.goto(f"/batches/{batch}")
    expect(page.get_by_role("button", name="Resume").first).to_be_visible()
    [api] = [pid for pid, command in server.children().items() if "pressrun.api.process" in command]
    server.process.send_signal(signal.SIGSTOP)  # until the page has seen it, nobody starts another
    os.kill(api, signal.SIGKILL)
    expect(page.get_by_text("reconnecting", exact=True)).to_be_visible()
    server.process.send_signal(signal.SIGCONT)
    expect(page.get_by_text("reconnecting", exact=True)).to_be_hidden()

    table = page.get_by_role("grid")
    expect(table).to_have_attribute("aria-rowcount", "2001")
    table.focus()
    page.keyboard.press("End")
    expect(table.get_by_text("Shoe 2000")).to_be_visible()
    assert page.get_by_role("row").count() < MOST_ROWS_DRAWN
    page.keyboard.press("Home")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Row 2")).to_be_visible()
    page.keyboard.press("Escape")

    page.get_by_role("button", name="Cancel", exact=True).click()
    page.get_by_role("button", name="Cancel the batch").click()
    expect(page.get_by_role("radio", name="Cancelled")).to_contain_text("1,997")
    page.get_by_role("radio", name="Failed").click()
    expect(table).to_have_attribute("aria-rowcount", "2")

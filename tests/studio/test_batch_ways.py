"""The other ways into and out of a batch: rows pasted, a workbook, a cap, a stretch of time, every download, an end."""

import csv
import io
import json
import re
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.live_server import LiveServer
from tests.studio.browser import breaches

PASTED = "Product name\tTone\nTerra running shoe\tfriendly\nslow bottle\tplayful\n"


@pytest.fixture(scope="module")
def priced(server: LiveServer) -> str:
    """An agent whose model has a price; its id."""
    answers = '- match: slow\n  answer: late\n  delay_s: 20\n- answer: "=1+1"\n'
    model = {"name": "priced", "script": answers, "input_price": 1, "output_price": 1}
    server.request("POST", "/v1/models", model)
    definition = {
        "name": "Priced",
        "inputs": [{"name": "Product name", "type": "text"}, {"name": "Tone", "type": "text"}],
        "prompts": [{"name": "Text", "prompt": "@Product name, @Tone", "model": "priced", "max_tokens": 10}],
    }
    agent = server.request("POST", "/v1/applications", definition)["id"]
    server.request("POST", f"/v1/applications/{agent}/deploy", {})
    return str(agent)


def download(page: Page, name: str) -> Path:
    """The file that a line of the menu saves."""
    page.get_by_role("button", name="Download").click()
    with page.expect_download() as saved:
        page.get_by_role("menuitem", name=name).click()
    assert "/results?format=" in saved.value.url, "the browser loads it, not a script"
    return Path(saved.value.path())


def test_pasted_rows_under_a_cap_are_followed_changed_and_cancelled(page: Page, priced: str) -> None:
    page.goto(f"/agents/{priced}/run?rows")
    page.get_by_role("button", name="Paste rows").click()
    page.get_by_label("Rows, with the names of their columns first").fill(PASTED)
    page.get_by_role("button", name="Use these rows").click()
    expect(page.get_by_label("What the column Tone feeds")).to_have_value("Tone")
    page.get_by_label("Cap in US dollars").fill("2")
    assert breaches(page) == []
    page.get_by_role("button", name="Start 2 rows").click()
    page.wait_for_url(re.compile("/batches/"))
    expect(page.get_by_role("banner").get_by_text("running", exact=True)).to_be_visible()

    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="Change the cap").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Cap in US dollars").fill("3")
    dialog.get_by_role("button", name="Change", exact=True).click()
    expect(dialog).to_be_hidden()
    expect(page.get_by_text("$3").first).to_be_visible()

    page.get_by_role("button", name="Cancel", exact=True).click()
    dialog.get_by_role("radio").last.check()
    dialog.get_by_role("button", name="Cancel the batch").click()
    expect(page.get_by_role("banner").get_by_text("cancelled", exact=True)).to_be_visible()

    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="Delete").click()
    assert breaches(page) == []
    dialog.get_by_role("button", name="Delete").click()
    page.wait_for_url(re.compile("/batches$"))


def test_a_workbook_goes_in_and_comes_out_in_every_format(page: Page, priced: str, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    table = book.create_sheet("Products", 0)
    for row in (
        ["SKU", "Product name", "Tone"],
        ["A-1", "Terra running shoe", "friendly"],
        ["A-2", "Nova lamp", "dry"],
    ):
        table.append(row)
    book.save(tmp_path / "shop.xlsx")
    page.goto(f"/agents/{priced}/run?rows")
    page.get_by_label("A file of rows").set_input_files(tmp_path / "shop.xlsx")
    columns = page.get_by_role("region", name="Columns and what they feed")
    expect(columns.get_by_role("row").nth(2)).to_have_text("A-2Nova lampdry")
    page.get_by_role("button", name="Start 2 rows").click()
    page.wait_for_url(re.compile("/batches/"))
    expect(page.get_by_role("banner").get_by_text("completed", exact=True)).to_be_visible()

    safe = list(csv.DictReader(io.StringIO(download(page, "CSV for spreadsheets").read_text("utf-8-sig"))))
    raw = list(csv.DictReader(io.StringIO(download(page, "CSV, raw").read_text("utf-8-sig"))))
    assert [(row["SKU"], row["Text"]) for row in safe] == [("A-1", "'=1+1"), ("A-2", "'=1+1")]
    assert [row["Text"] for row in raw] == ["=1+1", "=1+1"]
    lines = [json.loads(line) for line in download(page, "JSONL").read_text().splitlines()]
    assert len(lines) == 2
    sheet = openpyxl.load_workbook(io.BytesIO(download(page, "XLSX").read_bytes())).active
    assert sheet is not None
    assert [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)] == ["A-1", "A-2"]

    plot = page.locator(".u-over").first
    box = plot.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 30)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 20, box["y"] + 30, steps=4)
    page.mouse.up()
    every = page.get_by_role("button", name=re.compile("show all times"))
    expect(every).to_be_visible()
    expect(page).to_have_url(re.compile("from="))
    every.click()
    expect(every).to_be_hidden()
    expect(page.get_by_role("grid")).to_have_attribute("aria-rowcount", "3")

"""Agents in the studio: made from the gallery, tried, deployed, used from programs, rolled back, deleted."""

import os
import re
import subprocess
import sys

from playwright.sync_api import Page, expect

from tests.live_server import LiveServer
from tests.studio.browser import breaches, choose_theme

ANSWER = "A fine thing, described in a few words that a shop would print."
PROMPT = "Prompt"


def test_an_agent_from_the_gallery_to_its_callers(page: Page, server: LiveServer) -> None:
    page.goto("/agents")
    expect(page.get_by_role("main").get_by_role("link", name="Product description")).to_be_visible()
    assert breaches(page) == []
    page.get_by_role("link", name="New agent").click()
    assert breaches(page) == []
    page.get_by_role("button", name="Product description").click()
    _write_a_prompt(page)
    _try_it(page)
    _deploy(page, "first")
    _use_it(page, server)
    _deploy_what_breaks_callers(page)
    _roll_back(page)


def _write_a_prompt(page: Page) -> None:
    """A name completed after @, a stray one marked and mended, undo."""
    prompt = page.get_by_role("textbox", name=PROMPT, exact=True)
    prompt.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(" Mention @Tome, @")
    page.get_by_role("option", name=re.compile("^Tone")).wait_for()
    page.keyboard.type("prod")
    expect(page.get_by_role("listbox", name="Completions").get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(prompt).to_contain_text("@Tome, @Product name")
    assert breaches(page) == []
    page.get_by_role("button", name="Use @Tone").click()
    expect(prompt).to_contain_text("Mention @Tone, @Product name")
    expect(page.get_by_text("draft · saved")).to_be_visible()
    page.get_by_role("textbox", name="Name", exact=True).first.fill("Item")
    page.keyboard.press("Enter")
    expect(prompt).to_contain_text("What are the @Item")
    page.keyboard.press("Control+z")
    expect(prompt).to_contain_text("What are the @Product name")
    page.get_by_role("button", name="Move Tone").press("Space")
    expect(page.get_by_text("Tone is at place 2 of 2.")).to_be_attached()  # until then no other key counts
    page.keyboard.press("ArrowUp")
    expect(page.get_by_text("Tone is at place 1 of 2.")).to_be_attached()
    page.keyboard.press("Space")
    expect(page.get_by_role("region", name="Inputs").get_by_role("listitem").first).to_contain_text("Tone")
    expect(page.get_by_text("draft · saved")).to_be_visible()


def _try_it(page: Page) -> None:
    test = page.get_by_role("region", name="Test")
    test.get_by_role("textbox", name="Product name").fill("Terra")
    test.get_by_role("combobox", name="Tone").select_option("playful")
    page.keyboard.press("Control+Enter")
    expect(test.get_by_text(ANSWER).first).to_be_visible()
    expect(test.get_by_text(re.compile(r"^\d+ tokens · .* · ")).first).to_be_visible()
    page.get_by_role("tab", name="Output").click()
    expect(page.get_by_role("region", name="Preview")).to_contain_text(ANSWER)
    assert breaches(page) == []


def _deploy(page: Page, note: str) -> None:
    page.get_by_role("button", name="Deploy").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_role("textbox", name="Note").fill(note)
    sheet.get_by_role("button", name="Deploy").click()
    expect(sheet).to_be_hidden()


def _use_it(page: Page, server: LiveServer) -> None:
    """The snippets as they are copied, run by a shell and by Python."""
    page.get_by_role("button", name="Use it").click()
    sheet = page.get_by_role("dialog")
    code = sheet.get_by_role("region", name="Then")
    environment = {**os.environ, "WRITER_API_KEY": server.api_key, "WRITER_BASE_URL": server.url}
    for language, command in (("curl", ["bash", "-c"]), ("Python", [sys.executable, "-c"])):
        sheet.get_by_role("radio", name=language).click()
        code.get_by_role("button", name="Copy").click()
        snippet = page.evaluate("navigator.clipboard.readText()")
        done = subprocess.run(
            [*command, snippet], capture_output=True, text=True, env=environment, timeout=90, check=False
        )
        assert ANSWER in done.stdout, f"{language}: {done.stdout} {done.stderr}"
    assert breaches(page) == []
    page.keyboard.press("Escape")


def _deploy_what_breaks_callers(page: Page) -> None:
    inputs = page.get_by_role("region", name="Inputs")
    inputs.get_by_role("button", name="Tone required").click()
    inputs.get_by_role("textbox", name="Options").fill("friendly\nplayful")
    page.get_by_role("button", name="Deploy").click()
    sheet = page.get_by_role("dialog")
    expect(sheet).to_contain_text("Callers that choose “professional” in “Tone” are refused.")
    choose_theme(page, "dark")
    assert breaches(page) == []
    choose_theme(page, "light")
    sheet.get_by_role("button", name="Deploy").click()
    expect(page.get_by_text("v2 deployed")).to_be_visible()


def _roll_back(page: Page) -> None:
    page.get_by_role("button", name="Versions").click()
    sheet = page.get_by_role("dialog")
    expect(sheet).to_contain_text("first")
    sheet.get_by_role("button", name="View and compare").first.click()
    expect(sheet).to_contain_text("options: without “professional”")
    sheet.get_by_role("button", name="All versions").click()
    sheet.get_by_role("button", name="Roll back to this").click()
    page.get_by_role("button", name="Roll back to v1").click()
    expect(page.get_by_text("v1 deployed")).to_be_visible()


def test_two_people_on_one_draft_and_nobody_loses_work_unasked(page: Page, server: LiveServer) -> None:
    definition = {"name": "Shared", "prompts": [{"name": "Text", "prompt": "Write."}]}
    agent = server.request("POST", "/v1/applications", definition)["id"]
    page.goto(f"/agents/{agent}")
    name = page.get_by_role("textbox", name="Name of the agent")
    expect(name).to_have_value("Shared")
    server.request("PATCH", f"/v1/applications/{agent}", {"description": "theirs"})
    name.fill("Mine")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("saved this draft")
    dialog.get_by_role("button", name="Save mine over theirs").click()
    expect(page.get_by_text("draft · saved")).to_be_visible()
    assert server.request("GET", f"/v1/applications/{agent}/draft")["name"] == "Mine"

    page.get_by_role("textbox", name=PROMPT, exact=True).fill("")
    page.get_by_role("link", name="Agents").first.click()
    expect(dialog).to_contain_text("Your last changes are not saved")
    dialog.get_by_role("button", name="Stay").click()
    page.get_by_role("textbox", name=PROMPT, exact=True).fill("Write well.")
    page.get_by_role("link", name="Agents").first.click()
    expect(page.get_by_role("link", name="New agent")).to_be_visible()
    assert server.request("GET", f"/v1/applications/{agent}/draft")["prompts"][0]["prompt"] == "Write well."


def test_deleting_an_agent_tells_of_its_jobs(page: Page, server: LiveServer) -> None:
    definition = {
        "name": "Short-lived",
        "prompts": [{"name": "Text", "prompt": "slow"}],
        "settings": {"concurrency": 1},
    }
    agent = server.request("POST", "/v1/applications", definition)["id"]
    server.request("POST", f"/v1/applications/{agent}/deploy", {})
    jobs = [server.request("POST", f"/v1/applications/{agent}/jobs", {"inputs": []})["id"] for _ in range(20)]
    page.goto("/agents?q=short-lived")
    page.get_by_role("button", name="More about Short-lived").click()
    page.get_by_role("menuitem", name="Delete").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("jobs have not ended")
    assert breaches(page) == []
    dialog.get_by_role("radio", name="Cancel them").check()
    dialog.get_by_role("button", name="Cancel jobs and delete").click()
    expect(page.get_by_text("No agent matches")).to_be_visible()
    ended = server.request("GET", f"/v1/applications/jobs/{jobs[-1]}?wait=30")
    assert ended["state"] == "cancelled"


def test_any_agent_is_found_and_those_used_last_stay_at_hand(page: Page, server: LiveServer) -> None:
    """Among more agents than a list shows: the server looks for it, and the rail keeps it."""
    prompts = [{"name": "Text", "prompt": "Write."}]
    for number in range(25):
        server.request("POST", "/v1/applications", {"name": f"Filler {number}", "prompts": prompts})
    page.goto("/")
    rail = page.get_by_role("navigation", name="Main")
    expect(rail.get_by_role("link", name="Filler 24")).to_be_visible()
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill("filler 0")
    page.get_by_role("option", name="Filler 0", exact=True).click()
    expect(page.get_by_role("textbox", name="Name of the agent")).to_have_value("Filler 0")
    page.goto("/")
    expect(rail.get_by_role("link", name="Filler").first).to_contain_text("Filler 0")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option", name="Filler 0", exact=True)).to_be_visible()
    assert breaches(page) == []

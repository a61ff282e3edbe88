"""S-11: what models, files and people wrote is text in the studio: nothing of it runs, draws, loads or leads away."""

import csv
import io
import json
import time

import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.live_server import LiveServer
from tests.studio.browser import Watch
from tests.studio.payloads import CANARY, payloads

TEXTS = payloads()
NAMES = [text for text in TEXTS if len(text) <= 60 and text.isprintable() and not set(text) & set("@{}")][::6]
ECHO = '- match: "refuse-"\n  fail: {status: 400, message: "{prompt}"}\n- answer: "{prompt}"\n'


@pytest.fixture(scope="module")
def hostile(server: LiveServer) -> dict[str, str]:
    """Hostile agents, rows, answers, errors, keys, people and webhooks; the agent and the batch of them."""
    server.request("POST", "/v1/models", {"name": "echo", "script": ECHO})
    definition = {
        "name": NAMES[0],
        "description": NAMES[1],
        "inputs": [{"name": "Text", "type": "text", "description": TEXTS[0]}],
        "prompts": [{"name": "Echo", "prompt": "@Text", "model": "echo", "system": TEXTS[1]}],
    }
    agent = server.request("POST", "/v1/applications", definition)["id"]
    server.request("POST", f"/v1/applications/{agent}/deploy", {"note": TEXTS[2]})
    for name in NAMES:
        server.request("POST", "/v1/applications", {"name": name, "prompts": [{"name": "P", "prompt": "Write."}]})
        server.request("POST", "/v1/keys", {"name": name})
        server.request("POST", "/v1/people", {"name": name, "role": "viewer"})
    server.request("POST", "/v1/webhooks", {"url": "https://shop.example/", "name": NAMES[2]})
    rows = io.StringIO()
    writer = csv.writer(rows)
    writer.writerow(["Text", NAMES[3]])
    writer.writerows([[text, text] for text in TEXTS] + [[f"refuse-{text}", text] for text in TEXTS[:20]])
    path = f"/v1/applications/{agent}/batches?name=x"
    batch = server.request("POST", path, rows.getvalue(), **{"Content-Type": "text/csv"})["id"]
    while server.request("GET", f"/v1/batches/{batch}")["state"] in {"loading", "running"}:
        time.sleep(0.2)
    return {"agent": agent, "batch": batch}


def scroll_through(page: Page) -> None:
    """Bring everything that is drawn only when it is seen onto the screen once."""
    page.evaluate(
        """async () => {
          const boxes = [document.scrollingElement, ...document.querySelectorAll('*')]
            .filter((one) => one.scrollHeight > one.clientHeight + 40);
          for (const box of boxes)
            for (let top = 0; top < box.scrollHeight; top += box.clientHeight) {
              box.scrollTop = top;
              await new Promise((resolve) => setTimeout(resolve, 60));
            }
        }"""
    )


def test_s11_nothing_that_was_written_becomes_more_than_text(
    page: Page, server: LiveServer, watch: Watch, hostile: dict[str, str]
) -> None:
    dialogs: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    agent, batch = hostile["agent"], hostile["batch"]
    job = server.request("GET", f"/v1/batches/{batch}/rows?limit=1&offset=12")["data"][0]["job_id"]
    for path in (
        "/", "/agents", f"/agents/{agent}", f"/agents/{agent}/run", "/batches", f"/batches/{batch}",
        f"/batches/{batch}?row=5", "/jobs", f"/jobs/{job}", "/settings/keys", "/settings/people",
        "/settings/webhooks", "/settings/usage", "/settings/system",
    ):  # fmt: skip
        page.goto(path)
        expect(page.get_by_role("heading").first).to_be_visible()
        expect(page.get_by_label("Loading", exact=True)).to_have_count(0)
        scroll_through(page)
        assert page.evaluate("window.__pwned") is None, path
        assert page.evaluate("({}).polluted") is None, path
        assert page.locator(f"[src^='{CANARY}'], [href^='{CANARY}'], [href^='javascript:' i]").count() == 0, path
    page.goto(f"/jobs/{job}")
    expect(page.get_by_text(TEXTS[12]).first).to_be_visible()
    assert dialogs == []


def test_s11_answers_of_the_api_and_exports_are_not_pages(page: Page, hostile: dict[str, str]) -> None:
    """Opened as a page by somebody who was led there, the API's bodies and files run nothing."""
    batch = hostile["batch"]
    for path in (
        f"/v1/batches/{batch}", f"/v1/batches/{batch}/rows", f"/v1/batches/{batch}/results?format=csv", "/v1/keys",
    ):  # fmt: skip
        answer = page.request.get(path, headers={"X-Pressrun-Studio": "1"})
        assert answer.ok, (path, answer.text()[:200])
        assert answer.headers["x-content-type-options"] == "nosniff", path
        assert not answer.headers["content-type"].startswith("text/html"), path
        if "results" in path:
            assert answer.headers["content-disposition"].startswith("attachment"), path
            lines = list(csv.reader(io.StringIO(answer.text())))
            assert len(lines) == len(TEXTS) + 21
            assert not any(cell.lstrip()[:1] in {"=", "+", "@"} for line in lines[1:] for cell in line)
        else:
            json.loads(answer.text())

"""Coming in and going out, in a real browser; and what a hostile page in the same browser can do."""

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from tests.live_server import LiveServer
from tests.studio.browser import breaches
from tests.studio.pictures import picture

HOSTILE = """<!doctype html><title>hostile</title>
<form id="form" method="post" target="frame" action="{url}/v1/keys" enctype="text/plain">
<input name='{{"name":"forged","scopes":["admin"],"x":"' value='"}}'></form>
<iframe name="frame"></iframe><img src="{url}/v1/keys"><script src="{url}/v1/keys"></script>
<script>
const json = JSON.stringify({{name: "forged", scopes: ["admin"]}});
const to = "{url}/v1/keys", own = {{"X-Pressrun-Studio": "1", "Content-Type": "application/json"}};
const tries = [
  fetch(to, {{method: "POST", mode: "no-cors", credentials: "include", body: json}}),
  fetch(to, {{method: "POST", credentials: "include", headers: own, body: json}}),
  fetch(to, {{credentials: "include", headers: {{"X-Pressrun-Studio": "1"}}}}),
  fetch("{url}/v1/session", {{method: "DELETE", credentials: "include", headers: {{"X-Pressrun-Studio": "1"}}}}),
];
document.getElementById("form").submit();
Promise.allSettled(tries).then((all) => {{
  document.title = all.filter((one) => one.status === "fulfilled" && one.value.type !== "opaque").length + " answered";
}});
</script>"""


@contextmanager
def hostile_site(url: str) -> Iterator[int]:
    """A page that tries everything against the studio at `url`; its port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = HOSTILE.format(url=url).encode()
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    site = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=site.serve_forever)
    thread.start()
    try:
        yield site.server_port
    finally:
        site.shutdown()
        thread.join()
        site.server_close()


def link_of(server: LiveServer, name: str) -> str:
    """A link by which a new person signs in."""
    person = server.request("POST", "/v1/people", {"name": name, "role": "editor"})
    return str(server.request("POST", f"/v1/people/{person['id']}/link", {})["url"])


def test_a_link_signs_in_once_and_leaves_no_trace(context: BrowserContext, server: LiveServer) -> None:
    """Not in the address, not in the history; the page that was wanted is there after a reload too."""
    link = link_of(server, "Ada")
    page = context.new_page()
    page.goto(link)
    expect(page).to_have_url(f"{server.url}/")
    expect(page.get_by_role("button", name="Ada")).to_be_visible()
    page.goto("/agents")
    page.reload()
    expect(page).to_have_url(f"{server.url}/agents")
    [cookie] = context.cookies()
    assert (cookie["name"], cookie["httpOnly"], cookie["sameSite"]) == ("pressrun", True, "Lax")
    assert page.evaluate("document.cookie") == ""
    browser = context.browser
    assert browser is not None
    with browser.new_context(base_url=server.url) as other:
        second = other.new_page()
        second.goto(link)
        expect(second.get_by_text("used already")).to_be_visible()
        expect(second).to_have_url(f"{server.url}/sign-in")


def test_signing_out_ends_the_session(page: Page, context: BrowserContext, server: LiveServer) -> None:
    """The page that is open notices, and so does a copy of the cookie."""
    page.goto("/")
    [copied] = context.cookies()
    page.evaluate("['theme', 'tests.an-agent'].forEach(name => localStorage.setItem(`pressrun.${name}`, 'kept'))")
    page.locator("button", has_text="admin").last.click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page).to_have_url(f"{server.url}/sign-in")
    assert page.evaluate("Object.keys(localStorage)") == ["pressrun.theme"]
    assert context.cookies() == []
    headers = {"Cookie": f"{copied['name']}={copied['value']}", "X-Pressrun-Studio": "1"}
    assert context.request.get("/v1/session", headers=headers).status == 401


def test_people_sign_out_elsewhere_and_administrators_do_it_for_them(page: Page, server: LiveServer) -> None:
    """A browser that was signed out is asked to sign in again."""
    browser = page.context.browser
    assert browser is not None
    person = server.request("POST", "/v1/people", {"name": "Bob", "role": "viewer"})
    with browser.new_context(base_url=server.url) as first, browser.new_context(base_url=server.url) as second:
        here, there = first.new_page(), second.new_page()
        for one in (here, there):
            one.goto(str(server.request("POST", f"/v1/people/{person['id']}/link", {})["url"]))
            expect(one.get_by_role("button", name="Bob")).to_be_visible()
        here.get_by_role("button", name="Bob").click()
        here.get_by_role("menuitem", name="Sessions").click()
        expect(here.get_by_text("this one")).to_be_visible()
        picture(here, "sessions")
        here.get_by_role("button", name="Sign out everywhere else").click()
        picture(here, "sessions-asking")
        here.get_by_role("dialog").get_by_role("button", name="Sign out").click()
        expect(here.get_by_text("Nowhere else")).to_be_visible()
        there.goto("/agents")
        expect(there).to_have_url(re.compile("/sign-in"))
        page.goto("/settings/people")
        page.get_by_role("row", name="Bob").get_by_role("button", name="Sessions").click()
        page.get_by_role("button", name="End").click()
        picture(page, "sessions-of-a-person")
        page.get_by_role("button", name="End it").click()
        expect(page.get_by_text("Not signed in")).to_be_visible()
        assert breaches(page) == []
        picture(page, "sessions-of-nobody")
        here.goto("/agents")
        expect(here).to_have_url(re.compile("/sign-in"))


def test_s13_a_hostile_page_in_the_same_browser(page: Page, context: BrowserContext, server: LiveServer) -> None:
    """Of another site, and of the same site at another port, where the browser sends the cookie along."""
    page.goto("/")
    before = json.dumps([key["id"] for key in server.request("GET", "/v1/keys")["data"]])
    browser = context.browser
    assert browser is not None
    with hostile_site(server.url) as port, browser.new_context() as unwatched:
        [cookie] = context.cookies()
        unwatched.add_cookies(
            [{"name": cookie["name"], "value": cookie["value"], "url": server.url, "sameSite": "Lax"}]
        )
        for host in ("127.0.0.1", "localhost"):
            hostile = unwatched.new_page()
            hostile.goto(f"http://{host}:{port}/")
            hostile.wait_for_function("document.title !== 'hostile'")
            assert hostile.title() == "0 answered", host
    after = json.dumps([key["id"] for key in server.request("GET", "/v1/keys")["data"]])
    assert after == before
    page.reload()
    expect(page).to_have_url(f"{server.url}/")

"""The studio's session over HTTP."""

from typing import Any

import pytest

from pressrun.organizations.keys import Scope
from pressrun.organizations.organization import FIRST
from tests.api.browser import Browser, signed_in
from tests.api.client import Client
from tests.api.samples import deploy
from tests.api.server import Server
from tests.api.test_batches import upload


async def test_a_key_signs_in_and_out(server: Server) -> None:
    """With what the key may do."""
    browser = await signed_in(server, Scope.JOBS_READ, Scope.AGENTS_READ)
    told = (await browser.get("/v1/session")).ok()
    assert (told["type"], told["name"], told["role"], told["email"]) == ("key", "test", None, None)
    assert told["scopes"] == ["agents:read", "jobs:read"]
    assert told["organization"] == {"id": FIRST, "name": "default"}
    assert told["signed_in_at"] < told["expires_at"]
    assert (await browser.get("/v1/keys")).status == 403
    assert (await browser.get("/v1/applications")).status == 200
    (await browser.send("DELETE", "/v1/session")).ok()
    assert (await browser.get("/v1/session")).status == 401


async def test_a_key_is_told_who_it_is(client: Client) -> None:
    told = (await client.get("/v1/session")).ok()
    assert (told["type"], told["signed_in_at"], told["expires_at"]) == ("key", None, None)
    assert "jobs:write" in told["scopes"], "an admin may do everything, and it is spelled out"
    assert (await client.delete("/v1/session")).status == 400


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_what_is_no_sign_in(server: Server, client: Client) -> None:
    browser = Browser(server)
    assert client.token is not None
    bodies: tuple[Any, ...] = (
        {}, {"key": ""}, {"key": " "}, {"token": 1}, {"key": client.token, "token": "x"},
        {"key": client.token, "role": "admin"}, {"key": "\x00"}, {"key": "x" * 1001}, [], "x",
    )  # fmt: skip
    for body in bodies:
        assert (await browser.send("POST", "/v1/session", body)).status == 400, body
    assert (await browser.sign_in(key="x" * 11_000)).status == 413
    for wrong in ({"key": client.token[:-1]}, {"token": client.token}, {"token": "x"}):
        answer = await browser.sign_in(**wrong)
        assert answer.status == 401
        assert browser.cookie is None
        assert client.token not in answer.raw.decode()


async def test_what_was_refused_is_in_the_log_of_whoever_it_was(server: Server, client: Client) -> None:
    """A key that has ended is somebody's; a guess is nobody's and is only counted."""
    key, token = await server.key(Scope.ADMIN)
    (await client.delete(f"/v1/keys/{key.id}")).ok()
    browser = Browser(server)
    assert (await browser.sign_in(key=token)).status == 401
    assert (await browser.sign_in(key="a guess")).status == 401
    ada = (await client.post("/v1/people", {"name": "Ada"})).ok(201)["id"]
    link = (await client.post(f"/v1/people/{ada}/link")).ok(201)["url"].partition("#token=")[2]
    assert [(await Browser(server).sign_in(token=link)).status for _ in range(2)] == [200, 401]
    lines = (await client.get("/v1/audit?action=session.refused")).ok()["data"]
    assert [(line["target"], line["by"], line["address"], line["data"]) for line in lines] == [
        (ada, "Ada", "127.0.0.1", {"by": "link"}),
        (key.id, "test", "127.0.0.1", {"by": "key"}),
    ]
    callers = server.app.state.callers
    await callers.failures.close()
    figures = (await client.get("/metrics")).raw.decode()
    assert 'pressrun_authentication_failures_total{reason="sign_in"} 3.0' in figures


async def test_streams_take_a_session_too(server: Server, client: Client) -> None:
    """By fetch, with the studio's header."""
    browser = await signed_in(server)
    agent = {"name": "Echo", "alias": "echo", "inputs": [{"name": "Text", "type": "text"}]}
    agent["prompts"] = [{"name": "say", "model": "scripted", "prompt": "@Text"}]
    (await browser.send("POST", "/v1/applications", agent)).ok(201)
    (await browser.send("POST", "/v1/applications/echo/deploy")).ok()
    body = {"inputs": [{"id": "Text", "value": ["hello"]}], "stream": True}
    answer = await browser.send("POST", "/v1/applications/echo", body, accept="text/event-stream")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert b"hello" in answer.raw


async def test_a_link_of_the_studio_saves_a_file(server: Server, client: Client) -> None:
    """A link cannot send the studio's header: the browser's own word takes its place."""
    browser = await signed_in(server)
    await deploy(client)
    batch = (await upload(client)).ok(202)["id"]
    results = f"/v1/batches/{batch}/results"
    link = {"cookie": browser.cookie or "", "sec_fetch_site": "same-origin", "sec_fetch_mode": "navigate"}
    nobody = server.client(None)
    answer = await nobody.get(results, **link)
    assert answer.headers["content-disposition"].startswith("attachment")
    assert (await nobody.get("/v1/applications/echo/batches/template", **link)).status == 200
    for site in ("cross-site", "same-site", "none", ""):
        assert (await nobody.get(results, **(link | {"sec_fetch_site": site}))).status == 401, site
    picture = await nobody.get(results, **(link | {"sec_fetch_mode": "no-cors"}))
    assert (picture.status, picture.headers["x-content-type-options"]) == (200, "nosniff")
    for mode in ("cors", "same-origin", ""):
        assert (await nobody.get(results, **(link | {"sec_fetch_mode": mode}))).status == 401, mode
    for path in ("/v1/keys", "/v1/batches", f"/v1/batches/{batch}/rows", f"{results}/x", f"/v1/batches/{batch}"):
        assert (await nobody.get(path, **link)).status == 401, path
    assert (await nobody.send("POST", results, None, raw=None, **link)).status == 401
    assert (await nobody.get(results, **(link | {"cookie": "pressrun=x"}))).status == 401

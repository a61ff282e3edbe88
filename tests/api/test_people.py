"""People over HTTP, and what they do when they are signed in."""

from typing import Any

import pytest

from pressrun.organizations.keys import Scope
from tests.api.browser import Browser
from tests.api.client import Client
from tests.api.samples import JOBS, RANDOM_ID, deploy, text
from tests.api.server import Server

ALL = [
    "admin", "agents:read", "agents:write", "files:read", "files:write", "graphs:read", "graphs:write", "jobs:read",
    "jobs:write",
]  # fmt: skip
MAY = {"viewer": [one for one in ALL if one.endswith(":read")], "editor": ALL[1:], "admin": ALL}


async def add(client: Client, name: str, role: str, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = (await client.post("/v1/people", {"name": name, "role": role, **more})).ok(201)
    return made


async def let_in(server: Server, client: Client, person_id: str) -> Browser:
    """Sign in by a new link."""
    link = (await client.post(f"/v1/people/{person_id}/link")).ok(201)
    assert link["url"].startswith(f"{server.url}/sign-in#token=")
    browser = Browser(server)
    (await browser.sign_in(token=link["url"].partition("#token=")[2])).ok()
    return browser


async def test_people_are_added_changed_and_removed(client: Client) -> None:
    ada = await add(client, "Ada", "editor", email="ada@example.com")
    bob = await add(client, "Bob", "viewer")
    assert (ada["email"], ada["role"], ada["last_seen_at"], bob["email"]) == ("ada@example.com", "editor", None, None)
    path = f"/v1/people/{ada['id']}"
    changed = (await client.send("PATCH", path, {"role": "admin", "email": None})).ok()
    assert (changed["name"], changed["role"], changed["email"]) == ("Ada", "admin", None)
    assert (await client.send("PATCH", path, {"name": "Ada L."})).ok()["role"] == "admin"
    assert [one["name"] for one in (await client.get("/v1/people")).ok()["data"]] == ["Ada L.", "Bob"]
    assert (await client.delete(path)).ok()["name"] == "Ada L."
    assert [one["name"] for one in (await client.get("/v1/people")).ok()["data"]] == ["Bob"]
    for method, more in (("PATCH", ""), ("DELETE", ""), ("POST", "/link")):
        assert (await client.send(method, path + more, {})).status == 404, method


async def test_every_fault_is_named(client: Client) -> None:
    for body, fields in (
        ({}, {"name"}),
        ({"name": " ", "email": "nobody", "role": "owner"}, {"name", "email", "role"}),
        ({"name": "a\nb", "email": "a b@c"}, {"name", "email"}),
        ({"name": "x" * 101}, {"name"}),
        ({"name": 1, "role": 2}, {"name", "role"}),
        ({"name": "x", "organization_id": RANDOM_ID}, {"organization_id"}),
    ):
        answer = await client.post("/v1/people", body)
        assert answer.status == 400
        assert {error["extras"]["field"] for error in answer.json["errors"]} == fields, body
    person = await add(client, "Ada", "viewer")
    assert (await client.send("PATCH", f"/v1/people/{person['id']}", {"role": "root"})).status == 400


@pytest.mark.parametrize("role", MAY)
async def test_a_role_may_do_what_it_says(server: Server, client: Client, role: str) -> None:
    await deploy(client)
    person = await add(client, "Ada", role, email="ada@example.com")
    browser = await let_in(server, client, person["id"])
    told = (await browser.get("/v1/session")).ok()
    assert (told["type"], told["id"], told["name"], told["role"]) == ("person", person["id"], "Ada", role)
    assert (told["email"], told["scopes"]) == ("ada@example.com", MAY[role])
    statuses = [
        (await browser.get("/v1/applications")).status,
        (await browser.send("POST", JOBS, text("a"))).status,
        (await browser.get("/v1/people")).status,
    ]
    assert statuses == {"viewer": [200, 403, 403], "editor": [200, 202, 403], "admin": [200, 202, 200]}[role]


async def test_what_people_do_bears_their_name(server: Server, client: Client, worker: None) -> None:
    """In the audit log and in the books, although they have gone since."""
    await deploy(client)
    person = await add(client, "Ada", "editor")
    browser = await let_in(server, client, person["id"])
    (await browser.send("POST", "/v1/applications/echo", text("a"))).ok()
    (await browser.send("PATCH", "/v1/applications/echo", {"name": "Other"})).ok()
    (await browser.send("DELETE", "/v1/session")).ok()
    assert (await client.get("/v1/people")).ok()["data"][0]["last_seen_at"] is not None
    (await client.delete(f"/v1/people/{person['id']}")).ok()
    lines = (await client.get("/v1/audit")).ok()["data"]
    told = [(line["action"], line["key_id"], line["by"]) for line in lines if line["person_id"] == person["id"]]
    assert told == [("session.ended", None, "Ada"), ("agent.changed", None, "Ada"), ("session.started", None, "Ada")]
    assert lines[0]["action"] == "person.removed"
    assert (lines[0]["by"], lines[0]["person_id"]) == ("test", None)
    [line] = (await client.get("/v1/usage?group_by=key")).ok()["data"]
    assert (line["key"], line["key_name"]) == (person["id"], "Ada")


async def test_a_person_who_is_removed_is_out(server: Server, client: Client) -> None:
    """At once where the server has not asked for them before, and nowhere later than in two seconds."""
    person = await add(client, "Ada", "admin")
    browser = await let_in(server, client, person["id"])
    link = (await client.post(f"/v1/people/{person['id']}/link")).ok(201)["url"].partition("#token=")[2]
    (await client.delete(f"/v1/people/{person['id']}")).ok()
    assert (await browser.get("/v1/session")).status == 401
    assert (await Browser(server).sign_in(token=link)).status == 401


async def test_a_new_link_ends_the_one_before(server: Server, client: Client) -> None:
    person = await add(client, "Ada", "viewer")
    first, second = [
        (await client.post(f"/v1/people/{person['id']}/link")).ok(201)["url"].partition("#token=")[2] for _ in range(2)
    ]
    assert (await Browser(server).sign_in(token=first)).status == 401
    assert (await Browser(server).sign_in(token=second)).status == 200


async def test_requests_of_people_are_limited_as_those_of_keys(server: Server, client: Client) -> None:
    person = await add(client, "Ada", "viewer")
    browser = await let_in(server, client, person["id"])
    (await client.send("PATCH", "/v1/limits", {"requests_per_minute": 50})).ok()
    _, scopeless = await server.key(Scope.AGENTS_READ)
    other = server.client(scopeless)
    assert "ratelimit" in (await browser.get("/v1/applications")).headers
    assert "ratelimit" in (await other.get("/v1/applications")).headers

"""Where somebody is signed in, over HTTP: listed and ended by themselves, and by administrators."""

import asyncio
from typing import Any

import pytest

from pressrun.organizations.keys import Scope, digest
from tests.api.browser import Browser, signed_in
from tests.api.client import Client
from tests.api.samples import RANDOM_ID
from tests.api.server import Server, serving
from tests.api.test_people import add, let_in
from tests.raw_sql import execute

FIELDS = {"id", "type", "current", "signed_in_at", "last_seen_at", "expires_at"}


async def listed(browser: Browser | Client, path: str = "/v1/sessions") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await browser.get(path)).ok()["data"]
    return found


def ids(sessions: list[dict[str, Any]]) -> list[str]:
    """What stays the same: when somebody was last seen does not."""
    return [one["id"] for one in sessions]


async def ends(client: Client) -> list[tuple[str, str, str]]:
    """The audit log's lines about sessions that ended: by whom, of whom, which; the oldest first."""
    lines = (await client.get("/v1/audit?action=session.ended")).ok()["data"]
    return [(line["by"], line["target"], line["data"]["session"]) for line in lines[::-1]]


async def is_in(browser: Browser) -> bool:
    return (await browser.get("/v1/session")).status == 200


async def test_people_see_their_own_sessions_newest_first(server: Server, client: Client) -> None:
    """And those of nobody else; neither a token nor its digest is shown."""
    ada, bob = [(await add(client, name, "viewer"))["id"] for name in ("Ada", "Bob")]
    first, second = [await let_in(server, client, ada) for _ in range(2)]
    await let_in(server, client, bob)
    await signed_in(server)
    old, new = await listed(first), await listed(second)
    assert ids(old) == ids(new)
    assert [one["current"] for one in old] == [False, True]
    assert [one["current"] for one in new] == [True, False]
    assert old[0]["signed_in_at"] > old[1]["signed_in_at"]
    assert old[1]["signed_in_at"] == (await first.get("/v1/session")).ok()["signed_in_at"]
    for one in old:
        assert one.keys() == FIELDS
        assert (one["type"], one["last_seen_at"] < one["expires_at"]) == ("person", True)
    shown = (await first.get("/v1/sessions")).raw.decode().replace("-", "")
    for browser in (first, second):
        token = (browser.cookie or "").partition("=")[2]
        assert token
        for secret in (token, digest(token), digest(token)[:16]):
            assert secret.replace("-", "") not in shown


async def test_people_end_their_own_sessions_and_no_others(server: Server, client: Client) -> None:
    ada, bob = [(await add(client, name, "admin"))["id"] for name in ("Ada", "Bob")]
    here, there = [await let_in(server, client, ada) for _ in range(2)]
    stranger = await let_in(server, client, bob)
    [theirs] = await listed(stranger)
    for session_id in (theirs["id"], RANDOM_ID, "x", "%00"):
        assert (await here.send("DELETE", f"/v1/sessions/{session_id}")).status == 404
    [other] = [one for one in await listed(here) if not one["current"]]
    assert await is_in(there)
    assert (await here.send("DELETE", f"/v1/sessions/{other['id']}")).ok()["id"] == other["id"]
    assert [await is_in(one) for one in (here, there, stranger)] == [True, False, True]
    assert (await here.send("DELETE", f"/v1/sessions/{other['id']}")).status == 404
    [this] = await listed(here)
    assert this["current"]
    assert (await here.send("DELETE", f"/v1/sessions/{this['id']}")).ok()["id"] == this["id"]
    assert here.cookie is None, "whoever ends the session that asks is signed out"
    assert await ends(client) == [("Ada", ada, other["id"]), ("Ada", ada, this["id"])]


async def test_people_sign_out_everywhere_else(server: Server, client: Client) -> None:
    ada = (await add(client, "Ada", "editor"))["id"]
    browsers = [await let_in(server, client, ada) for _ in range(3)]
    stranger = await signed_in(server)
    here = browsers[1]
    before = await listed(here)
    ended = (await here.send("DELETE", "/v1/sessions")).ok()["data"]
    assert ids(ended) == [one["id"] for one in before if not one["current"]]
    assert [await is_in(one) for one in (*browsers, stranger)] == [False, True, False, True]
    assert here.cookie is not None
    assert (await here.send("DELETE", "/v1/sessions")).ok()["data"] == []
    assert sorted(await ends(client)) == sorted(("Ada", ada, one) for one in ids(ended))


async def test_a_key_ends_the_sessions_it_began(server: Server) -> None:
    """All of them, as none is the one that asks; the key works on, and another key's sessions are not touched."""
    _, token = await server.key(Scope.JOBS_READ)
    browser, other = Browser(server), await signed_in(server, Scope.JOBS_READ)
    (await browser.sign_in(key=token)).ok()
    program = server.client(token)
    [session] = await listed(program)
    assert (session["type"], session["current"]) == ("key", False)
    assert ids((await program.delete("/v1/sessions")).ok()["data"]) == [session["id"]]
    assert [await is_in(one) for one in (browser, other)] == [False, True]
    assert await listed(program) == []


async def test_administrators_end_sessions_of_people(server: Server, client: Client) -> None:
    """One or all; the person stays, and every session has its line."""
    ada, bob = [(await add(client, name, "editor"))["id"] for name in ("Ada", "Bob")]
    browsers = [await let_in(server, client, ada) for _ in range(3)]
    stranger = await let_in(server, client, bob)
    path = f"/v1/people/{ada}/sessions"
    found = await listed(client, path)
    assert [one["current"] for one in found] == [False] * 3
    assert ids(found) == ids(await listed(browsers[0]))
    [theirs] = await listed(stranger)
    assert (await client.delete(f"{path}/{theirs['id']}")).status == 404
    for method, where in (("GET", path), ("DELETE", path), ("DELETE", f"{path}/{found[0]['id']}")):
        assert (await stranger.send(method, where)).status == 403
        assert (await client.send(method, where.replace(ada, RANDOM_ID))).status == 404
    (await client.delete(f"{path}/{found[1]['id']}")).ok()
    assert [await is_in(one) for one in browsers] == [True, False, True]
    assert ids((await client.delete(path)).ok()["data"]) == [found[0]["id"], found[2]["id"]]
    assert [await is_in(one) for one in (*browsers, stranger)] == [False, False, False, True]
    assert await listed(client, path) == []
    assert sorted(await ends(client)) == sorted(("test", ada, one) for one in ids(found))
    begun = (await client.get("/v1/audit?action=session.started")).ok()["data"]
    assert set(ids(found)) < {line["data"]["session"] for line in begun}
    assert await is_in(await let_in(server, client, ada))


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_an_administrator_who_ends_all_of_their_own_is_signed_out(server: Server, client: Client) -> None:
    ada = (await add(client, "Ada", "admin"))["id"]
    browser = await let_in(server, client, ada)
    [ended] = (await browser.send("DELETE", f"/v1/people/{ada}/sessions")).ok()["data"]
    assert ended["current"]
    assert browser.cookie is None


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_a_session_ends_on_every_process_within_two_seconds(server: Server, client: Client) -> None:
    """On the one that was asked at once, although both have it in memory."""
    ada = (await add(client, "Ada", "viewer"))["id"]
    browser = await let_in(server, client, ada)
    async with serving(server.system) as other:
        elsewhere = Browser(other)
        elsewhere.cookie = browser.cookie
        assert [await is_in(one) for one in (browser, elsewhere)] == [True, True]
        (await client.delete(f"/v1/people/{ada}/sessions")).ok()
        assert not await is_in(browser)
        async with asyncio.timeout(2):
            while await is_in(elsewhere):
                pass


async def test_what_is_over_is_not_listed(server: Server, client: Client, database_url: str) -> None:
    """Neither what is idle for too long, nor what is past its end, nor what was there before a restore."""
    ada = (await add(client, "Ada", "viewer"))["id"]
    for column, value in (("seen_at", "1"), ("expires_at", "1"), ("epoch", "'before'")):
        await let_in(server, client, ada)
        path = f"/v1/people/{ada}/sessions"
        [session] = await listed(client, path)
        await execute(database_url, f"UPDATE sessions SET {column} = {value}")  # noqa: S608 - our own words
        assert await listed(client, path) == [], column
        assert (await client.delete(f"{path}/{session['id']}")).status == 404

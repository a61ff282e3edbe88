"""`pressrun sessions`."""

import http.client
import json
from urllib.parse import urlsplit

import pytest

from tests.cli.conftest import Pressrun
from tests.live_server import LiveServer


def sign_in(server: LiveServer, **secret: str) -> None:
    """As the studio does."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc)
    headers = {"Content-Type": "application/json", "X-Pressrun-Studio": "1", "Sec-Fetch-Site": "same-origin"}
    connection.request("POST", "/v1/session", json.dumps(secret), headers)
    assert connection.getresponse().status == 200
    connection.close()


@pytest.fixture
def person(server: LiveServer, alias: str) -> str:
    """The e-mail address of somebody who is signed in twice."""
    email = f"{alias}@example.com"
    made = server.request("POST", "/v1/people", {"name": "Ada", "email": email})
    for _ in range(2):
        url = server.request("POST", f"/v1/people/{made['id']}/link", {})["url"]
        sign_in(server, token=url.partition("#token=")[2])
    return email


def test_sessions_of_a_person_are_listed_and_ended(pressrun: Pressrun, person: str) -> None:
    """After a question."""
    listing = ("sessions", "list", "--person", person)
    found = json.loads(pressrun(*listing, "--json").stdout)["data"]
    table = pressrun(*listing).stdout
    assert [one["id"] for one in found if one["id"] in table] == [one["id"] for one in found]
    assert len(found) == 2
    first = ("sessions", "end", found[0]["id"], "--person", person)
    assert pressrun(*first, typed="y\n").exit_code == 2
    assert pressrun(*first, "--yes").stdout == f"Ended {found[0]['id']}.\n"
    assert json.loads(pressrun(*listing, "--json").stdout)["data"] == found[1:]
    assert pressrun(*first, "--yes").exit_code == 1
    ended = pressrun("sessions", "end", "--all", "--person", person, "--yes", "--json")
    assert json.loads(ended.stdout)["data"] == found[1:]
    assert "Nobody is signed in." in pressrun(*listing).stderr + pressrun(*listing).stdout


def test_a_key_ends_its_own_sessions(pressrun: Pressrun, server: LiveServer, alias: str) -> None:
    """Without an administrator."""
    key = pressrun("keys", "create", alias).stdout.strip()
    sign_in(server, key=key)
    assert len(json.loads(pressrun("sessions", "list", "--json", PRESSRUN_API_KEY=key).stdout)["data"]) == 1
    assert pressrun("sessions", "end", "--all", "--yes", PRESSRUN_API_KEY=key).stdout == "Ended 1 session.\n"
    assert json.loads(pressrun("sessions", "list", "--json", PRESSRUN_API_KEY=key).stdout)["data"] == []


def test_what_is_wrong_is_said(pressrun: Pressrun) -> None:
    """Neither a session nor all, both, and nobody of that name."""
    assert pressrun("sessions", "end", "--yes").exit_code == 2
    assert pressrun("sessions", "end", "x", "--all", "--yes").exit_code == 2
    assert "no people are 'nobody'" in pressrun("sessions", "list", "--person", "nobody").stderr

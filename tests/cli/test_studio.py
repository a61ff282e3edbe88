"""`pressrun studio`."""

import json
import urllib.error
import urllib.request

import pytest

from pressrun.cli.studio import server_link
from pressrun.organizations import keys
from pressrun.organizations.keys import Scope
from pressrun.organizations.organization import FIRST, first_key
from pressrun.settings import Settings
from pressrun.store.store import Store
from tests.cli.conftest import Pressrun
from tests.live_server import LiveServer


def sign_in(server: LiveServer, token: str) -> int:
    """The status of signing in by a link's token."""
    headers = {"Content-Type": "application/json", "X-Pressrun-Studio": "1", "Sec-Fetch-Site": "same-origin"}
    body = json.dumps({"token": token}).encode()
    request = urllib.request.Request(f"{server.url}/v1/session", body, headers)  # noqa: S310 - our own server
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        refusal.close()
        return refusal.code


def test_a_link_signs_in_once(pressrun: Pressrun, server: LiveServer) -> None:
    """To the server of this machine, without a key."""
    done = pressrun("studio")
    url = done.stdout.strip()
    assert url.startswith(f"{server.url}/sign-in#token=")
    token = url.partition("#token=")[2]
    assert [sign_in(server, token), sign_in(server, token)] == [200, 401]
    again = json.loads(pressrun("studio", "--json").stdout)["url"]
    assert again != url
    assert token not in server.log.read_text()


def test_behind_a_proxy_the_link_is_its_address(pressrun: Pressrun) -> None:
    url = pressrun("studio", PRESSRUN_PUBLIC_URL="https://studio.example/").stdout
    assert url.startswith("https://studio.example/sign-in#token=")


def test_without_a_database_there_is_nothing_to_sign_in_to(alone: Pressrun) -> None:
    done = alone("studio")
    assert done.exit_code == 1
    assert "pressrun serve" in done.stderr


async def test_the_link_is_that_of_an_admin_key_that_works(store: Store, tmp_path: pytest.TempPathFactory) -> None:
    """The stored one, or else any; never of a key that may do less."""
    settings = Settings(data_dir=str(tmp_path))
    url = "http://127.0.0.1:1"
    assert await server_link(store, settings, url) is None
    await store.write(first_key)
    await store.write(lambda tx: keys.create(tx, FIRST, "reads", [Scope.JOBS_READ]))
    link = await server_link(store, settings, url)
    assert link is not None
    assert link.startswith(f"{url}/sign-in#token=")

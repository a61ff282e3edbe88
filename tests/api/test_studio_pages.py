"""The studio's pages as browsers and others see them."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from pressrun.organizations.keys import Scope
from pressrun.settings import Settings
from pressrun.studio.built import built_files
from pressrun.studio.encodings import chosen
from pressrun.studio.pages import Pages
from pressrun.system import System
from tests.api.sample_studio import INDEX, SCRIPT, SCRIPT_PATH, sample_studio
from tests.api.server import Server, serving

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)


@pytest.fixture
async def studio(settings: Settings, system: System, tmp_path: Path) -> AsyncIterator[Server]:
    """A server with a small studio."""
    folder = tmp_path / "dist"
    folder.mkdir()
    async with serving(system, Pages(built_files(sample_studio(folder)))) as server:
        yield server


async def test_every_address_for_a_browser_is_the_one_page(studio: Server) -> None:
    """Which finds out by itself what to show there."""
    client = studio.client(None)
    for path in ("/", "/agents", "/batches/0199f3a0", "/index.html", "/v2/x", "/agents/a.b"):
        answer = await client.get(path, accept="text/html")
        assert (answer.status, answer.raw) == (200, INDEX), path
        head = await client.send("HEAD", path, accept="text/html")
        assert (head.status, head.raw) == (200, b"")
        assert head.headers["content-length"] == str(len(INDEX))


async def test_for_others_nothing_has_changed(studio: Server) -> None:
    """`curl /` needs a key, and there is nothing there for it; only browsers ask for HTML."""
    client = studio.client(None)
    for accept in ("*/*", "application/json", ""):
        assert (await client.get("/", accept=accept)).status == 401
        assert (await (await studio.caller(Scope.ADMIN)).get("/", accept=accept)).status == 404
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        assert (await client.send(method, "/", accept="text/html")).status == 401
    for path in ("/v1/keys", "/metrics", "/v1"):
        assert (await client.get(path, accept="text/html")).status == 401


async def test_files_with_a_hash_in_their_names_are_kept_for_ever(studio: Server) -> None:
    """They are asked for once, and by nobody who has them."""
    client = studio.client(None)
    answer = await client.get(SCRIPT_PATH, accept_encoding="identity")
    assert answer.raw == SCRIPT
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    again = await client.get(SCRIPT_PATH, accept_encoding="identity", if_none_match=answer.headers["etag"])
    assert (again.status, again.raw) == (304, b"")
    assert again.headers["etag"] == answer.headers["etag"]
    icon = await client.get("/icon.svg")
    assert (icon.headers["content-type"], icon.headers["cache-control"]) == ("image/svg+xml", "no-cache")
    assert "script-src 'self'" in icon.headers["content-security-policy"]


async def test_files_are_sent_as_the_build_compressed_them(studio: Server) -> None:
    """In the best form the client takes; each form has a tag of its own."""
    client = studio.client(None)
    zipped = await client.get(SCRIPT_PATH, accept_encoding="gzip")
    assert zipped.headers["content-encoding"] == "gzip"
    assert zipped.raw == SCRIPT, "aiohttp has unpacked it"
    assert int(zipped.headers["content-length"]) == len(gzip.compress(SCRIPT))
    plain = await client.get(SCRIPT_PATH, accept_encoding="identity")
    assert plain.headers["etag"] != zipped.headers["etag"]
    assert {plain.headers["vary"], zipped.headers["vary"]} == {"accept-encoding"}
    best = await studio.raw(f"GET {SCRIPT_PATH} HTTP/1.1\nHost: localhost\nAccept-Encoding: gzip, br\n")
    assert b"content-encoding: br\r\n" in best
    assert best.endswith(b"brotli, as far as anybody here knows")


async def test_the_url_never_reaches_the_file_system(studio: Server, tmp_path: Path) -> None:
    """What was not there at the start is not there, and nothing outside ever is."""
    (tmp_path / "dist" / "assets" / "later.js").write_text("1")
    (tmp_path / "secret.txt").write_text("secret")
    client = studio.client(None)
    for path in (
        "/assets/later.js", "/assets/../../secret.txt", "/assets/%2e%2e/%2e%2e/secret.txt", "/assets//etc/passwd",
        "/assets/", f"/assets{tmp_path}/secret.txt", "/assets/..%5c..%5csecret.txt", f"{SCRIPT_PATH}.gz",
        f"{SCRIPT_PATH}/",
    ):  # fmt: skip
        answer = await client.get(path)
        assert answer.status in {401, 404}, path
        assert b"secret" not in answer.raw.replace(b"secret.txt", b"")
    assert (await client.get("/assets/%00")).status == 404


def test_which_form_a_client_takes(dialect: str) -> None:
    """As RFC 9110 has it."""
    both = ("br", "gzip")
    for accepted, form in (
        ("", None), ("identity", None), ("br", "br"), ("gzip, deflate, br", "br"), ("GZIP", "gzip"), ("*", "br"),
        ("br;q=0, gzip", "gzip"), ("br;q=0, *", "gzip"), ("gzip;q=0.5", "gzip"), ("*;q=0", None), ("br;q=x", None),
        ("br ; q=0.1", "br"),
    ):  # fmt: skip
        assert chosen(accepted, both) == form, accepted


def test_without_a_build_there_are_no_files(tmp_path: Path, dialect: str) -> None:
    assert built_files(tmp_path / "nothing") == {}

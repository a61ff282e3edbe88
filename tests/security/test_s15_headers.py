"""S-15: the headers of every answer, whatever it is; and nothing that tells what runs here."""

import re

import pytest

from tests.api.client import Client
from tests.api.samples import RANDOM_ID, create, deploy, text
from tests.api.server import Server

FIXED = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
NOTHING = {"default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"}
"""What every answer allows a browser, if it were shown as a page; pages add what they load themselves."""

TELLS = re.compile(r"uvicorn|starlette|fastapi|python|sqlite|postgres|aiohttp", re.IGNORECASE)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_s15_headers_of_every_route(server: Server, client: Client) -> None:
    """Let in or not, found or not, possible or not."""
    await deploy(client)
    await create(client, "a")
    for method, path in sorted(server.routes()):
        filled = re.sub(r"\{[\w:]+\}", RANDOM_ID, path)
        for caller in (client, server.client(None)):
            for sent in (method, "TRACE"):
                answer = await caller.send(sent, filled, raw=b"{}")
                for name, value in FIXED.items():
                    assert answer.headers[name] == value, (sent, path)
                policy = answer.headers["content-security-policy"].split("; ")
                assert not NOTHING - set(policy), (sent, path)
                cached = answer.headers["cache-control"]
                assert cached == "no-store" or path == "/docs/{name}", (sent, path)
                told = [
                    f"{name}: {value}" for name, value in answer.headers.items() if TELLS.search(f"{name}: {value}")
                ]
                assert not told, (sent, path)
                assert "set-cookie" not in answer.headers
                assert not [name for name in answer.headers if name.lower().startswith("access-control")]


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_s15_a_job_that_looks_like_a_page_is_none(client: Client, worker: None) -> None:
    """JSON, said to be JSON, and not to be guessed at."""
    await deploy(client)
    made = (await client.post("/v1/applications/echo/jobs", text("<script>alert(1)</script>"))).ok(202)
    answer = await client.get(f"/v1/applications/jobs/{made['id']}?wait=30", accept="text/html")
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_s15_unknown_methods(client: Client) -> None:
    for method in ("TRACE", "PROPFIND", "MKCOL", "SEARCH"):
        assert (await client.send(method, "/v1/keys")).status == 405, method

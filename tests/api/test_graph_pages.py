"""Pages of the web as sources of a graph, where the operator allows them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from pressrun.organizations.keys import Scope
from pressrun.organizations.organization import first_key
from pressrun.settings import Settings
from pressrun.system import open_system
from tests.api.client import Client
from tests.api.server import serving, working

pytestmark = pytest.mark.usefixtures("embedder")

PAGES = {
    "/docs": '<html><head><title>The / docs</title></head><body><p>Welcome to the docs.</p><a href="/docs/zebra">Z</a>'
    '<a href="docs/gnu#top">G</a> <a href="/other">O</a> <a href="/docs/secret/a">S</a> <a href="/docs/dead">D</a>'
    "</body></html>",
    "/docs/zebra": "<title>Zebras</title><p>A zebra has stripes.</p>",
    "/docs/gnu": "<title>Gnus</title><p>A gnu has horns.</p>",
    "/other": "<title>Other</title><p>An elephant has a trunk.</p>",
    "/docs/secret/a": "<title>Secret</title><p>A tiger has teeth.</p>",
}


@pytest.fixture
async def site() -> AsyncIterator[str]:
    """A site of five pages, an image, and one that wants a login."""

    async def answer(request: web.Request) -> web.Response:
        if request.path == "/image":
            return web.Response(body=b"\x89PNG", content_type="image/png")
        if request.path == "/login":
            return web.Response(status=403)
        if request.path not in PAGES:
            return web.Response(status=404)
        return web.Response(text=PAGES[request.path], content_type="text/html")

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    tcp = web.TCPSite(runner, "127.0.0.1", 0)
    await tcp.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[Client]:
    """A caller of a server, with a worker, whose operator allows pages, and the test's own machine."""
    allowed = settings.model_copy(update={"web_pages": True, "fetch_private_networks": ("127.0.0.0/8",)})
    async with open_system(allowed, migrate=True) as system:
        await system.store.write(first_key)
        async with serving(system) as server, working(system):
            yield await server.caller(Scope.ADMIN)


async def settled(client: Client, graph_id: str) -> Any:
    """The graph once all jobs that take something in have ended."""
    while True:
        jobs = (await client.get("/v1/jobs?kind=ingest")).ok()["data"]
        open_jobs = [one["id"] for one in jobs if one["state"] in {"queued", "running", "waiting"}]
        if not open_jobs:
            return (await client.get(f"/v1/graphs/{graph_id}")).ok()
        await client.get(f"/v1/applications/jobs/{open_jobs[0]}?wait=10")


async def test_pages_are_taken_in_searched_and_cited(client: Client, site: str) -> None:
    graph_id = (await client.post("/v1/graphs", {"name": "Web"})).ok()["id"]
    urls = [{"url": f"{site}/docs", "type": "sub_pages", "exclude_urls": [f"{site}/docs/secret"]}]
    taken = (await client.send("PUT", f"/v1/graphs/{graph_id}", {"urls": urls})).ok()
    assert (taken["type"], taken["urls"][0]["status"]["status"]) == ("web", "validating")
    found = await settled(client, graph_id)
    assert found["urls"][0]["status"] == {"status": "success", "error_type": None, "error": None}
    assert found["file_status"]["completed"] == 3
    hits = (await client.post("/v1/graphs/search", {"graph_ids": [graph_id], "query": "zebra stripes"})).ok()["data"]
    assert (hits[0]["url"], hits[0]["file_name"]) == (f"{site}/docs/zebra", "Zebras.html")
    assert not any("elephant" in one["text"] or "tiger" in one["text"] for one in hits)
    asked = {"graph_ids": [graph_id], "question": "zebra stripes", "model": "scripted"}
    told = (await client.post("/v1/graphs/question", asked)).ok()["references"]
    assert told["files"] == []
    assert told["web"][0]["url"] == f"{site}/docs/zebra"
    files = f"/v1/files?graph_id={graph_id}"
    before = {one["id"] for one in (await client.get(files)).ok()["data"]}
    again = (await client.send("PUT", f"/v1/graphs/{graph_id}", {"urls": urls})).ok()
    assert again["file_status"]["total"] == 3
    assert (await settled(client, graph_id))["file_status"]["total"] == 3
    assert {one["id"] for one in (await client.get(files)).ok()["data"]} == before, "pages that are the same stay"
    gone = (await client.send("PUT", f"/v1/graphs/{graph_id}", {"urls": []})).ok()
    assert (gone["urls"], gone["file_status"]["total"], gone["passages"]) == ([], 0, 0)


async def test_what_cannot_be_taken_in_says_why(client: Client, site: str) -> None:
    graph_id = (await client.post("/v1/graphs", {"name": "Web"})).ok()["id"]
    addresses = [f"{site}/nothing", f"{site}/login", f"{site}/image", "http://10.0.0.1/", "ftp://example.com/"]
    urls = [{"url": one, "type": "single_page"} for one in addresses]
    (await client.send("PUT", f"/v1/graphs/{graph_id}", {"urls": urls})).ok()
    found = await settled(client, graph_id)
    told = [one["status"]["error_type"] for one in found["urls"]]
    assert told == ["not_found", "paywall_or_login_page", "not_searchable", "invalid_url", "invalid_url"]
    assert all(one["status"]["status"] == "error" and one["status"]["error"] for one in found["urls"])
    assert found["file_status"]["total"] == 0

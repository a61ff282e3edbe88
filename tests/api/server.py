"""The API on a socket, in the test's own event loop; and a worker beside it, where jobs are to be carried out."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import aiohttp
from fastapi import FastAPI
from fastapi.routing import APIRoute

from pressrun.api.access import Pages
from pressrun.api.app import create_app, create_routes
from pressrun.api.openapi import document
from pressrun.api.process import HttpServer
from pressrun.api.shortcuts import Shortcuts
from pressrun.batches.keeper import Keeper
from pressrun.organizations import keys
from pressrun.organizations.keys import Key, Scope
from pressrun.organizations.organization import FIRST
from pressrun.system import System
from pressrun.worker.options import WorkerOptions
from pressrun.worker.perform import Performer
from pressrun.worker.worker import Worker
from tests.api.client import Client
from tests.api.contract import Contract

THEIRS = "00000000-0000-7000-8000-0000000000bb"
"""A second organization."""


@dataclass
class Server:
    """A server that answers."""

    system: System
    stopping: asyncio.Event
    app: FastAPI
    url: str
    port: int
    session: aiohttp.ClientSession
    contract: Contract
    http: HttpServer

    def client(self, token: str | None) -> Client:
        """A caller with this key, or with none."""
        return Client(self.session, self.url, self.contract, token)

    async def key(self, *scopes: Scope, organization_id: str = FIRST, **options: Any) -> tuple[Key, str]:
        """A new key and its token."""
        return await self.system.store.write(lambda tx: keys.create(tx, organization_id, "test", scopes, **options))

    async def caller(self, *scopes: Scope, organization_id: str = FIRST, **options: Any) -> Client:
        """A caller with a new key of these scopes."""
        _, token = await self.key(*scopes, organization_id=organization_id, **options)
        return self.client(token)

    async def raw(self, head: str, body: bytes = b"") -> bytes:
        """The first bytes a connection answers to exactly these; nothing else is sent, the connection stays open."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(head.replace("\n", "\r\n").encode("latin-1") + b"\r\n" + body)
            await writer.drain()
            async with asyncio.timeout(10):
                return await reader.read(65536)
        finally:
            writer.close()

    def routes(self) -> Iterator[tuple[str, str]]:
        """Every method and path that is registered, whether `/openapi.json` shows it or not."""
        for route in self.app.routes:
            inner = getattr(route, "original_router", None)
            for one in inner.routes if inner is not None else [route]:
                assert isinstance(one, APIRoute), one
                for method in sorted(one.methods or ()):
                    yield method, one.path


@cache
def the_contract() -> Contract:
    """What every server promises, put together once: it takes half a second."""
    return Contract(document(create_routes()))


@asynccontextmanager
async def serving(system: System, pages: Pages | None = None) -> AsyncIterator[Server]:
    """The API of a system on a free loopback port, with the studio's pages if there are any."""
    stopping = asyncio.Event()
    access = create_app(system, stopping, pages=pages)
    assert isinstance(access._app, Shortcuts)
    app = access._app._app
    assert isinstance(app, FastAPI)
    uvicorn_server = HttpServer(access, system.settings.max_connections, close_s=1)
    # With the protocol named, or asyncio leaves Nagle's algorithm on and every answer takes 40 ms.
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(512)
        port = listener.getsockname()[1]
        running = asyncio.create_task(uvicorn_server.serve(sockets=[listener]))
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
            url = f"http://127.0.0.1:{port}"
            yield Server(system, stopping, app, url, port, session, the_contract(), uvicorn_server)
        stopping.set()
        uvicorn_server.should_exit = True
        await running
        await access.close()


@asynccontextmanager
async def working(system: System, worker_id: str = "w") -> AsyncIterator[None]:
    """A worker that carries jobs out, and the upkeep of batches."""
    stop = asyncio.Event()
    options = WorkerOptions(worker_id, concurrency=10, lease_s=30, grace_s=5)
    running = asyncio.create_task(Worker(system.store, Performer(system).perform, options).run(stop))
    keeping = asyncio.create_task(Keeper(system.store, system.definitions).keep(0.05))
    try:
        yield
    finally:
        keeping.cancel()
        stop.set()
        await asyncio.gather(running, keeping, return_exceptions=True)


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what another task is about to do."""
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.005)

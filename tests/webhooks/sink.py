"""A receiver of webhooks on loopback: it keeps what comes and answers as it is told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError

from tests.api.server import until


@dataclass(frozen=True)
class Received:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """The message's id."""
        return self.headers["webhook-id"]

    @property
    def json(self) -> Any:
        """The body."""
        return msgspec.json.decode(self.body)

    def is_signed_by(self, secret: str) -> bool:
        """Whether the library of the standard accepts it."""
        try:
            Webhook(secret).verify(self.body, self.headers)
        except WebhookVerificationError:
            return False
        return True


Behave = Callable[[Received], Awaitable[web.StreamResponse]]


async def well(_received: Received) -> web.StreamResponse:
    """Take everything."""
    return web.Response(status=204)


def answering(status: int, **headers: str) -> Behave:
    """Answer with one status."""

    async def behave(_received: Received) -> web.StreamResponse:
        return web.Response(status=status, headers={name.replace("_", "-"): value for name, value in headers.items()})

    return behave


@dataclass
class Sink:
    """A receiver; `behave` may be changed at any time."""

    port: int = 0
    received: list[Received] = field(default_factory=list)
    behave: Behave = well

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/hook"

    async def take(self, request: web.Request) -> web.StreamResponse:
        """Keep a request, then answer."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        received = Received(request.path, headers, await request.read())
        self.received.append(received)
        return await self.behave(received)

    async def wait(self, number: int) -> list[Received]:
        """The requests, once there are so many."""
        await until(lambda: len(self.received) >= number)
        return self.received


@asynccontextmanager
async def listening() -> AsyncIterator[Sink]:
    """A sink on a free port."""
    sink = Sink()
    app = web.Application(client_max_size=2**20)
    app.router.add_route("*", "/{tail:.*}", sink.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    sink.port = runner.addresses[0][1]
    try:
        yield sink
    finally:
        await asyncio.wait_for(runner.cleanup(), 10)

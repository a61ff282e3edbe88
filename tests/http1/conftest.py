"""What the tests of the HTTP client share."""

import asyncio
import inspect
from collections.abc import AsyncIterator

import pytest
import uvloop

from pressrun.http1.client import Client
from tests.http1.raw_server import BRISK, RawServer, raw_server


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """On both event loops: their transports differ in what they do at the end of a connection."""
    if inspect.iscoroutinefunction(metafunc.function):
        policies = [asyncio.DefaultEventLoopPolicy(), uvloop.EventLoopPolicy()]
        metafunc.parametrize("event_loop_policy", policies, ids=["asyncio", "uvloop"])


@pytest.fixture
async def server() -> AsyncIterator[RawServer]:
    """A server that plays scripts."""
    async with raw_server() as server:
        yield server


@pytest.fixture
async def client(server: RawServer) -> AsyncIterator[Client]:
    """A client of that server."""
    client = Client(server.url, {"X-Key": "k"}, timeouts=BRISK)
    yield client
    client.close()

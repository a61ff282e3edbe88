"""S-26: when something breaks nobody gets in, and nothing is told of the inside but an id to find it by."""

import asyncio
import re
from collections.abc import Iterator

import pytest
import structlog

from pressrun.organizations.keys import Scope
from pressrun.telemetry import log
from tests.api.client import Client
from tests.api.samples import RANDOM_ID, create, deploy
from tests.api.server import Server
from tests.raw_sql import execute
from tests.security.wire import exchange, request

TABLES = ("keys", "limits", "jobs", "agents", "models", "audit_log")
SIGN_IN = ("POST", "/v1/session")
PUBLIC = {"/healthz", "/readyz", "/openapi.json", "/docs", "/docs/{name}"}


@pytest.fixture(autouse=True)
def plain_log() -> Iterator[None]:
    """As a server writes it: a trace for people, with every local value in it, takes seconds."""
    log.configure("api", "info", "json")
    yield
    structlog.reset_defaults()


async def every_route(server: Server, client: Client) -> list[tuple[str, str, int]]:
    """The status of every route; the contract that the client holds answers against looks for the inside of things."""
    found = []
    for method, path in sorted(set(server.routes()) - {SIGN_IN}):  # it answers the studio alone
        filled = re.sub(r"\{[\w:]+\}", RANDOM_ID, path)
        answer = await client.send(method, filled, raw=b'{"inputs":[]}')
        assert answer.headers["x-request-id"]
        found.append((method, path, answer.status))
    return found


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_s26_a_table_that_is_gone(server: Server, client: Client, database_url: str, table: str) -> None:
    """Every fault of the database's that is not an outage: 500, without a word about it."""
    await deploy(client)
    await create(client, "a")
    _, fresh = await server.key(Scope.ADMIN)
    await execute(database_url, f"ALTER TABLE {table} RENAME TO gone")
    statuses = await every_route(server, server.client(fresh))
    failed = {status for _, path, status in statuses if path not in PUBLIC}
    if table in {"keys", "limits"}:
        assert failed == {500}, "who cannot be checked is not let in"
    else:
        assert 500 in failed
    assert all(status < 300 for _, path, status in statuses if path in {"/healthz", "/docs", "/openapi.json"})
    await execute(database_url, f"ALTER TABLE gone RENAME TO {table}")
    assert {status for _, _, status in await every_route(server, client)} <= {200, 201, 400, 404, 405, 409, 502}


@pytest.mark.parametrize("dialect", ["postgres"], indirect=True)
async def test_s26_a_database_that_is_away(server: Server, client: Client) -> None:
    """503 and when to come again; a key that was good a moment ago is no exception for long. Files are never away."""
    await deploy(client)
    _, fresh = await server.key(Scope.ADMIN)
    await server.system.store.close()
    for method, path, status in await every_route(server, server.client(fresh)):
        if path in PUBLIC - {"/readyz"}:
            assert status in {200, 404}, path
        else:
            assert status == 503, (method, path)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_s26_a_client_that_leaves_is_no_fault(
    server: Server, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    """It hangs up in the middle of its body: nothing is logged as failed, and the server goes on."""
    raw = request("POST", "/v1/keys", f"Authorization: Bearer {client.token}", "Content-Length: 100", body=b"{")
    for _ in range(5):
        _, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(raw)
        await writer.drain()
        writer.transport.abort()
    assert (await exchange(server.port, request("GET", "/healthz"))).statuses == [200]
    assert "http.request_failed" not in capsys.readouterr().err

"""S-05: to ask for what is another organization's costs the database what asking for nothing at all costs."""

from collections.abc import AsyncIterator

import pytest

from pressrun.organizations.keys import Scope
from pressrun.organizations.organization import first_key
from pressrun.settings import Settings
from pressrun.store.open import open_store
from pressrun.system import System, system_on
from tests.api.client import Client
from tests.api.server import THEIRS, Server, working
from tests.security.possessions import BODIES, Possessions, filled_with, furnish, random_like
from tests.security.watched_store import WatchedStore

REMEMBERED = {"find_key_by_hash", "note_key_use", "list_models", "list_account_standings"}
"""Who asks, and which models there are: asked for once a second, whatever the request is about."""


@pytest.fixture
async def system(settings: Settings) -> AsyncIterator[System]:
    """A system whose store notes its queries."""
    store = await open_store(settings.store_url)
    async with system_on(WatchedStore(store), settings) as opened:
        await opened.store.write(first_key)
        await opened.store.write(lambda tx: tx.run("add_organization", organization_id=THEIRS, name="theirs"))
        yield opened
    await store.close()


@pytest.fixture
async def theirs(server: Server) -> Possessions:
    """What another organization has; nobody works any more, so that all queries are those of requests."""
    async with working(server.system):
        return await furnish(server, THEIRS)


async def queries(server: Server, client: Client, method: str, path: str, body: object) -> tuple[int, list[str]]:
    """The status of a request, and what the database was asked for it."""
    store = server.system.store
    assert isinstance(store, WatchedStore)
    store.queries.clear()
    answer = await client.send(method, path, body)
    return answer.status, [one for one in store.queries if one not in REMEMBERED]


async def test_s05_their_ids_cost_what_nobodys_cost(server: Server, client: Client, theirs: Possessions) -> None:
    """On every route with an id: the same queries in the same order, so that no clock can tell what there is."""
    tried = 0
    for method, path in server.routes():
        filled, values = filled_with(path, theirs) or (path, [])
        for value in values:
            body = BODIES.get((method, path), {})
            mine, nobodys = [
                await queries(server, client, method, filled.replace("{}", one), body)
                for one in (value, random_like(value))
            ]
            assert mine == nobodys, (method, path, value)
            tried += bool(mine[1])
    assert tried > 25
    owner = await server.caller(Scope.ADMIN, organization_id=THEIRS)  # else the comparison would see nothing
    path = f"/v1/batches/{theirs.batch_id}"
    told = [await queries(server, caller, "GET", path, None) for caller in (owner, client)]
    assert [status for status, _ in told] == [200, 404]
    assert len(told[0][1]) > len(told[1][1]) >= 1

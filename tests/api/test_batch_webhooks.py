"""A batch tells whoever listens that it has ended: once, whatever the number of its rows."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from pressrun.api.telling import sender_of
from pressrun.batches.keeper import Keeper
from pressrun.settings import Settings
from pressrun.system import System
from pressrun.webhooks.sender import Sender
from tests.api.client import Client
from tests.api.samples import deploy
from tests.api.server import Server
from tests.webhooks.sink import Sink, listening

BATCHES = "/v1/applications/echo/batches"
ROWS = [{"Text": word} for word in "abc"]


@pytest.fixture
def settings(settings: Settings, database_url: str) -> Settings:
    """Those of a server that may send to loopback."""
    return Settings(**{**settings.model_dump(), "webhook_private_networks": ("127.0.0.0/8",)})


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    """A receiver."""
    async with listening() as one:
        yield one


@pytest.fixture
async def sender(server: Server) -> AsyncIterator[Sender]:
    """The sender that an API process has, moved by hand."""
    sender = sender_of(server.system)
    yield sender
    await sender.close()


@pytest.fixture
async def keeper(system: System) -> AsyncIterator[None]:
    """What looks after batches in every server process."""
    keeping = asyncio.create_task(Keeper(system.store, system.definitions).keep())
    yield
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)


async def over(client: Client, batch_id: str) -> dict[str, Any]:
    """A batch once it has ended."""
    async with asyncio.timeout(60):
        while True:
            found: dict[str, Any] = (await client.get(f"/v1/batches/{batch_id}")).ok()
            if found["completed_at"] is not None:
                return found
            await asyncio.sleep(0.05)


async def send(sender: Sender) -> None:
    await sender.step()
    await sender.settled()


async def test_a_batch_is_told_as_get_shows_it(
    client: Client, worker: None, keeper: None, sender: Sender, sink: Sink
) -> None:
    """To the URL it brought along, and to an endpoint; its rows are not told one by one."""
    await deploy(client)
    (await client.post("/v1/webhooks", {"url": f"{sink.url}/all"})).ok(201)
    made = (await client.post(BATCHES, {"rows": ROWS, "webhook_url": f"{sink.url}/own"})).ok(202)
    done = await over(client, made["id"])
    await send(sender)
    assert sorted(one.path for one in sink.received) == ["/hook/all", "/hook/own"]
    assert len({one.id for one in sink.received}) == 1
    for one in sink.received:
        assert one.json["type"] == "batch.completed"
        assert one.json["data"] == {**done, "href": f"/v1/batches/{made['id']}"}
    (delivery, _) = (await client.get(f"/v1/webhooks/deliveries?batch_id={made['id']}")).ok()["data"]
    assert delivery["state"] == "delivered"


async def test_rows_are_told_to_those_who_ask(
    client: Client, worker: None, keeper: None, sender: Sender, sink: Sink
) -> None:
    await deploy(client)
    (await client.post("/v1/webhooks", {"url": sink.url, "rows": True})).ok(201)
    made = (await client.post(BATCHES, {"rows": ROWS})).ok(202)
    await over(client, made["id"])
    await send(sender)
    assert sorted(one.json["type"] for one in sink.received) == ["batch.completed", *["job.completed"] * 3]


async def test_an_agents_endpoint_hears_of_its_batches(
    client: Client, worker: None, keeper: None, sender: Sender, sink: Sink
) -> None:
    await deploy(client)
    await deploy(client, alias="other")
    for alias in ("echo", "other"):
        body = {"url": f"{sink.url}/{alias}", "application_id": alias}
        (await client.post("/v1/webhooks", body)).ok(201)
    await over(client, (await client.post(BATCHES, {"rows": ROWS})).ok(202)["id"])
    await send(sender)
    assert [one.path for one in sink.received] == ["/hook/echo"]


async def test_s09_a_batchs_url_is_checked_before_its_rows(client: Client) -> None:
    await deploy(client)
    refusal = await client.post(BATCHES, {"rows": ROWS, "webhook_url": "http://10.0.0.1/"})
    assert refusal.status == 400
    assert refusal.json["errors"][0]["extras"] == {"field": "webhook_url"}
    assert (await client.get("/v1/batches")).ok()["totalCount"] == 0

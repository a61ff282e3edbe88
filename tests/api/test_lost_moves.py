"""Moves of a batch whose commit was lost, while somebody else changed the batch."""

from collections.abc import AsyncIterator

import pytest

from pressrun.batches import control
from pressrun.organizations.organization import FIRST, first_key
from pressrun.settings import Settings
from pressrun.store.open import open_store
from pressrun.store.store import Store
from pressrun.system import System, system_on
from tests.api.client import Client
from tests.api.samples import deploy
from tests.lossy_store import MeanwhileStore

CSV = b"Text\nred shoe\n"


class NamingStore(MeanwhileStore):
    """After each commit that is lost somebody gives the batch another name."""

    batch_id = ""

    def __init__(self, inner: Store) -> None:
        super().__init__(inner, self._name)
        self.losses = []

    async def _name(self) -> None:
        await self._inner.write(lambda tx: control.change(tx, FIRST, self.batch_id, name="another"))


@pytest.fixture
async def system(settings: Settings) -> AsyncIterator[System]:
    """A system whose store loses commits when it is told so."""
    inner = await open_store(settings.store_url)
    store = NamingStore(inner)
    async with system_on(store, settings) as opened:
        await store.write(first_key)
        yield opened
    await inner.close()


async def test_a_pause_that_was_lost_is_made_good(system: System, client: Client) -> None:
    """The batch was changed since: that is not taken for the pause, whose sender would think that it holds."""
    await deploy(client)
    sent = await client.send("POST", "/v1/applications/echo/batches", raw=CSV, content_type="text/csv")
    store = system.store
    assert isinstance(store, NamingStore)
    store.batch_id = sent.ok(202)["id"]
    store.losses = ["lost"]
    paused = (await client.post(f"/v1/batches/{store.batch_id}/pause")).ok()
    assert (paused["state"], paused["name"], store.losses) == ("paused", "another", [])
    store.losses = ["committed"]
    resumed = (await client.post(f"/v1/batches/{store.batch_id}/resume")).ok()
    assert resumed["state"] in {"loading", "running"}
    lines = (await client.get("/v1/audit")).ok()["data"]
    actions = [line["action"] for line in lines if line["action"].startswith("batch.")]
    assert actions == ["batch.resumed", "batch.paused"], "each once"

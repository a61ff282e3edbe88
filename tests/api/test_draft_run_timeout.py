"""A draft that takes too long ends with a problem."""

import pytest

from pressrun.settings import Settings
from tests.api.client import Client
from tests.api.events import events
from tests.api.samples import add_model, agent, says, text

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)


@pytest.fixture
def settings(settings: Settings, database_url: str) -> Settings:
    """A server without patience."""
    return settings.model_copy(update={"generate_timeout_s": 0.5})


async def test_it_ends_when_it_takes_too_long(client: Client) -> None:
    await add_model(client, "slow", {"answer": "x", "delay_s": 3600})
    (await client.post("/v1/applications", agent(prompts=says("slow")))).ok(201)
    told = events(await client.post("/v1/applications/echo/draft/run", text("a")))
    assert [name for name, _ in told] == ["prompt", "problem"]
    assert told[-1][1]["extras"]["error_type"] == "Timeout"

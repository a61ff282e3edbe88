"""The scene of every test of webhooks."""

from collections.abc import AsyncIterator

import pytest

from pressrun.store.store import Store
from tests.fake_clock import FakeClock
from tests.webhooks.scene import Office
from tests.webhooks.scene import office as new_office
from tests.webhooks.sink import Sink, listening


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    """A receiver that takes everything."""
    async with listening() as one:
        yield one


@pytest.fixture
async def office(store: Store, clock: FakeClock) -> AsyncIterator[Office]:
    """An organization whose jobs end."""
    async with new_office(store, clock) as one:
        yield one

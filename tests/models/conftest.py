"""What the tests of models share."""

from collections.abc import AsyncIterator

import pytest

from tests.models.raw_provider import RawProvider, raw_provider


@pytest.fixture
async def provider() -> AsyncIterator[RawProvider]:
    """A provider that answers as the test says."""
    async with raw_provider() as provider:
        yield provider

"""What the tests of models share."""

from collections.abc import AsyncIterator

import pytest

from pressrun.models.openai_compatible import OpenAICompatible
from tests.models.asking import BRISK, KEY
from tests.models.raw_provider import RawProvider, raw_provider


@pytest.fixture
async def provider() -> AsyncIterator[RawProvider]:
    """A provider that answers as the test says."""
    async with raw_provider() as provider:
        yield provider


@pytest.fixture
async def client(provider: RawProvider) -> AsyncIterator[OpenAICompatible]:
    """A client of that provider, with short timeouts and a small cap, at 1000 s since the epoch."""
    client = OpenAICompatible(provider.base_url, KEY, timeouts=BRISK, max_answer_bytes=100_000, now_s=lambda: 1000.0)
    yield client
    await client.close()

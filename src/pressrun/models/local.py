"""The embedded model as a provider: its server is started on first use and shared by all processes of a user."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from pressrun.errors import FailureCode, RunFailure
from pressrun.models.local_runtime import Address
from pressrun.models.local_server import ALIAS, LocalOptions, LocalServer
from pressrun.models.openai_compatible import OpenAICompatible, Timeouts
from pressrun.models.provider import Answer, Provider, Question

__all__ = ["ALIAS", "LocalModel", "LocalOptions"]


PAUSES_S = (0.0, 0.5, 2.0)
"""Waits before a call that found no server is made again: one that was killed looks alive until its memory is freed."""


class LocalModel(Provider):
    """Answers with the embedded model; a call that finds its server dead starts it again.

    `timeout_s` bounds a call in seconds, waiting for a free slot included, starting the server excluded.
    """

    def __init__(self, options: LocalOptions | None = None, *, timeout_s: float = 300.0) -> None:
        self._server = LocalServer(options or LocalOptions())
        self._timeouts = Timeouts(total_s=timeout_s, idle_s=timeout_s)
        self._address: Address | None = None
        self._client: OpenAICompatible | None = None

    async def complete(self, question: Question) -> Answer:
        client: OpenAICompatible | None = None
        for pause_s in (*PAUSES_S, None):
            client = await self._connected(instead_of=client)
            try:
                return await client.complete(question)
            except RunFailure as failure:
                if pause_s is None or not _lost(failure):
                    raise
                await asyncio.sleep(pause_s)
        raise AssertionError("unreachable")

    async def stream(self, question: Question) -> AsyncGenerator[str | Answer]:
        client: OpenAICompatible | None = None
        for pause_s in (*PAUSES_S, None):
            begun = False
            client = await self._connected(instead_of=client)
            try:
                async with aclosing(client.stream(question)) as items:
                    async for item in items:
                        begun = True
                        yield item
            except RunFailure as failure:
                # What was handed out cannot be taken back: only a stream that has not begun may begin again.
                if begun or pause_s is None or not _lost(failure):
                    raise
                await asyncio.sleep(pause_s)
            else:
                return

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()
        await self._server.close()

    async def _connected(self, instead_of: OpenAICompatible | None = None) -> OpenAICompatible:
        if self._client is not None and self._client is not instead_of:
            return self._client
        address = await self._server.address()
        if self._client is None or self._address != address:
            previous, self._address = self._client, address
            self._client = OpenAICompatible(address.base_url, address.api_key, timeouts=self._timeouts)
            if previous is not None:
                await previous.close()  # its server is dead, and so are its calls
        return self._client


def _lost(failure: RunFailure) -> bool:
    return failure.code == FailureCode.MODEL_UNAVAILABLE and failure.retryable

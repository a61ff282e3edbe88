"""The providers this process has open: one for each address and key, however many models are behind it."""

import asyncio
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from pressrun.models.local_server import LocalOptions
from pressrun.models.model import Kind
from pressrun.models.provider import Provider
from pressrun.models.scripted import Scripted

UNUSED_S = 60.0
"""Seconds after which a provider that nobody uses is closed, when another is opened."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What makes a provider: two models with the same endpoint share its connections."""

    kind: Kind
    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    script: bytes | None = None
    timeout_s: int = 0


@dataclass(slots=True)
class _Open:
    provider: Provider
    users: int = 0
    last_used_s: float = 0.0


class Using:
    """One call's hold on a provider, and its place among those that `slots` admits; a class costs a call less."""

    __slots__ = ("_clients", "_endpoint", "_held", "_slots")

    def __init__(self, clients: "Clients", endpoint: Endpoint, slots: asyncio.Semaphore | None) -> None:
        self._clients = clients
        self._endpoint = endpoint
        self._slots = slots
        self._held: _Open | None = None

    async def __aenter__(self) -> Provider:
        if self._slots is not None:
            await self._slots.acquire()
        try:
            self._held = await self._clients.hold(self._endpoint)
        except BaseException:
            self._end()
            raise
        return self._held.provider

    async def __aexit__(self, *_error: object) -> None:
        self._end()

    def _end(self) -> None:
        if self._held is not None:
            self._clients.let_go(self._held)
        if self._slots is not None:
            self._slots.release()


class Clients:
    """Opens providers on first use, closes them when they are out of use, and bounds the calls to each model."""

    def __init__(self, local: LocalOptions, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._local = local
        self._clock_s = clock_s
        self._open: dict[Endpoint, _Open] = {}
        self._slots: dict[tuple[Hashable, int], asyncio.Semaphore] = {}

    def use(self, endpoint: Endpoint, model: Hashable, concurrency: int | None) -> Using:
        """The provider of an endpoint, for one call to `model`, of which `concurrency` run at a time."""
        if concurrency is None:
            return Using(self, endpoint, None)
        return Using(self, endpoint, self._slots.setdefault((model, concurrency), asyncio.Semaphore(concurrency)))

    async def close(self) -> None:
        """Close every provider."""
        opened, self._open = list(self._open.values()), {}
        for each in opened:
            await each.provider.close()

    async def hold(self, endpoint: Endpoint) -> _Open:
        """An open provider, which stays open until it is let go."""
        held = self._open.get(endpoint)
        if held is None:
            await self._close_unused()
            # Another call may have opened it while the unused ones were closed.
            held = self._open.setdefault(endpoint, _Open(self._make(endpoint)))
        held.users += 1
        return held

    def let_go(self, held: _Open) -> None:
        """The end of what `hold` began."""
        held.users -= 1
        held.last_used_s = self._clock_s()

    async def _close_unused(self) -> None:
        oldest = self._clock_s() - UNUSED_S
        unused = [key for key, each in self._open.items() if not each.users and each.last_used_s < oldest]
        for each in [self._open.pop(key) for key in unused]:
            await each.provider.close()

    def _make(self, endpoint: Endpoint) -> Provider:
        if endpoint.kind == "local":
            from pressrun.models.local import LocalModel  # noqa: PLC0415 - see below

            return LocalModel(self._local, timeout_s=endpoint.timeout_s)
        if endpoint.base_url is None:
            return Scripted(endpoint.script)
        # Every start would wait for aiohttp, the API's too, which seldom asks a model.
        from pressrun.models.openai_compatible import OpenAICompatible, Timeouts  # noqa: PLC0415 - slow to import

        timeouts = Timeouts(total_s=endpoint.timeout_s, idle_s=endpoint.timeout_s)
        return OpenAICompatible(endpoint.base_url, endpoint.api_key, timeouts=timeouts)

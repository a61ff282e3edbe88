"""What a load balancer does: ask every node whether it is ready, and send requests to those that are, in turn."""

import asyncio
import contextlib
import itertools
from collections.abc import Sequence

import aiohttp

from pressrun.torture.client import Client, Failure, Journals

CHECK_EVERY_S = 0.25
CHECK_TIMEOUT_S = 2.0


class Balanced(Client):
    """A client of several nodes; `refused` counts requests that found nobody listening."""

    def __init__(self, urls: Sequence[str], api_key: str, journals: Journals, ids: "itertools.count[int]") -> None:
        super().__init__(urls[0], api_key, journals, ids)
        self._urls = urls
        self._ready = list(urls)
        self._turn = itertools.count()
        self._checks = [asyncio.create_task(self._check(url)) for url in urls]
        self.withdrawn: set[str] = set()
        """Nodes that get no requests, whatever they say: what an operator does before he stops one."""
        self.refused = 0
        self.broken: list[str] = []
        """Requests that got no answer, whatever the reason."""

    def at(self, path: str) -> str:
        """The next node's."""
        nodes = [url for url in self._ready or self._urls if url not in self.withdrawn]
        return nodes[next(self._turn) % len(nodes)] + path

    async def ask(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, object]:
        try:
            return await super().ask(method, path, body, **headers)
        except Failure as error:
            self.refused += isinstance(error, aiohttp.ClientConnectorError)
            self.broken.append(f"{method} {path}: {error!r}")
            raise

    def is_ready(self, url: str) -> bool:
        """Whether a node gets requests."""
        return url in self._ready

    async def _check(self, url: str) -> None:
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=CHECK_TIMEOUT_S)) as session:
            while True:
                ready = False
                with contextlib.suppress(*Failure):
                    async with session.get(url + "/readyz") as response:
                        ready = response.status == 200
                self._ready = [one for one in self._urls if (ready if one == url else one in self._ready)]
                await asyncio.sleep(CHECK_EVERY_S)

    async def close(self) -> None:
        for check in self._checks:
            check.cancel()
        await asyncio.gather(*self._checks, return_exceptions=True)
        await super().close()

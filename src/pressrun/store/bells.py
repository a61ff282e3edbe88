"""Bells: hints that something changed, so that nobody has to poll often. A hint may be lost; a slow poll stays."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable


class Bell:
    """One listener of one topic. It remembers a ring until the next `wait`, so none slips between look and wait."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake whoever waits, or the next who will."""
        self._rung.set()

    async def wait(self, timeout_s: float) -> bool:
        """True when it rang since the last wait ended; False when `timeout_s` seconds passed in silence."""
        try:
            async with asyncio.timeout(timeout_s):
                await self._rung.wait()
        except TimeoutError:
            return False
        self._rung.clear()
        return True


class Bells:
    """The bells of one process, and the topics it has yet to ring elsewhere.

    Rings of the same topic within one turn of the event loop are sent once.
    """

    def __init__(self, send: Callable[[set[str]], Awaitable[None]]) -> None:
        self._send = send
        self._listeners: defaultdict[str, list[Bell]] = defaultdict(list)
        self._unsent: set[str] = set()
        self._sender: asyncio.Task[None] | None = None

    def listen(self, *topics: str) -> Bell:
        """A new bell on some topics, silent at first."""
        bell = Bell()
        for topic in topics:
            self._listeners[topic].append(bell)
        return bell

    def leave(self, topic: str, bell: Bell) -> None:
        """Stop listening."""
        self._listeners[topic].remove(bell)

    def heard(self, topic: str) -> None:
        """A ring arrived from somewhere."""
        for bell in self._listeners[topic]:
            bell.ring()

    def ring(self, topic: str) -> None:
        """Ring here at once and elsewhere soon."""
        self.heard(topic)
        self._unsent.add(topic)
        if self._sender is None or self._sender.done():
            self._sender = asyncio.create_task(self._flush())

    async def _flush(self) -> None:
        while self._unsent:
            topics, self._unsent = self._unsent, set()
            await self._send(topics)

    async def close(self) -> None:
        """Send what is unsent."""
        if self._sender is not None:
            await asyncio.gather(self._sender, return_exceptions=True)

"""Requests without a good key: counted, never kept one by one, or whoever sends them would fill the database."""

import asyncio
import contextlib
from collections import Counter

from pressrun.errors import PressrunError
from pressrun.jobs.counts import SLOT
from pressrun.store.store import Store, Transaction, Value

WRITE_EVERY_S = 5.0


class Failures:
    """The failed authentications of a process."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._unwritten: Counter[str] = Counter()
        self._writer: asyncio.Task[None] | None = None

    def note(self, reason: str) -> None:
        """One more; written within seconds, with all others of that time."""
        self._unwritten[reason] += 1
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write_soon())

    async def close(self) -> None:
        """Write at once what was not written yet."""
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.gather(self._writer, return_exceptions=True)
        await self._write()

    async def _write_soon(self) -> None:
        await asyncio.sleep(WRITE_EVERY_S)
        await self._write()

    async def _write(self) -> None:
        counted, self._unwritten = self._unwritten, Counter()
        rows: list[dict[str, Value]] = [
            {"reason": reason, "slot": SLOT, "failures": number} for reason, number in sorted(counted.items())
        ]

        async def work(tx: Transaction) -> None:
            await tx.each("add_authentication_failures", rows)

        with contextlib.suppress(PressrunError):  # figures, not promises
            await self._store.write(work)

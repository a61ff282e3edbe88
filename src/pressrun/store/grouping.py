"""Many concurrent callers, one transaction: what waits while a write is under way goes into the next one."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from pressrun.store.store import Store, Transaction
from pressrun.store.sure import write_surely

Item = TypeVar("Item")
Result = TypeVar("Result")


class Grouped(Generic[Item, Result]):
    """Collects items and hands them to `work` in groups of at most `limit`; one result for each item, in order.

    `witness` tells, after an unanswered commit, whether a group's results have happened (see `store/sure.py`).

    No timer: the first item goes at once, and the time its commit takes is the time in which the next group gathers.
    """

    def __init__(
        self,
        store: Store,
        work: Callable[[Transaction, Sequence[Item]], Awaitable[Sequence[Result]]],
        *,
        limit: int,
        witness: Callable[[Transaction, Sequence[Item], Sequence[Result]], Awaitable[bool]],
        patience_s: float,
    ) -> None:
        self._store = store
        self._witness = witness
        self._patience_s = patience_s
        self._work = work
        self._limit = limit
        self._waiting: deque[tuple[Item, asyncio.Future[Result]]] = deque()
        self._writer: asyncio.Task[None] | None = None

    async def submit(self, item: Item) -> Result:
        """Returns the item's result after the commit; raises what its group's transaction raised."""
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._drain())
        return await future

    async def _drain(self) -> None:
        while self._waiting:
            group = [self._waiting.popleft() for _ in range(min(self._limit, len(self._waiting)))]
            await self._write(group)

    async def _write(self, group: list[tuple[Item, asyncio.Future[Result]]]) -> None:
        items = [item for item, _ in group]

        async def work(tx: Transaction) -> Sequence[Result]:
            return await self._work(tx, items)

        async def happened(tx: Transaction, results: Sequence[Result]) -> bool:
            return await self._witness(tx, items, results)

        try:
            results = await write_surely(self._store, work, happened, patience_s=self._patience_s)
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to those who wait for this group
            for _, future in group:
                if not future.done():
                    future.set_exception(error)
            return
        for (_, future), result in zip(group, results, strict=True):
            if not future.done():
                future.set_result(result)

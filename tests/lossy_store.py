"""A store whose answers to commits get lost on demand: after the commit, or before it."""

from collections.abc import Awaitable, Callable
from typing import Any, Literal, TypeVar

from pressrun.errors import Code, CommitUnknownError, PressrunError
from pressrun.store.bells import Bells
from pressrun.store.store import Dialect, Store, Transaction

T = TypeVar("T")

Loss = Literal["committed", "lost", "late"]


class _UndoneError(Exception):
    pass


class LossyStore:
    """Does what `inner` does, but the next writes end as `losses` says: committed or lost, and nobody is told which.

    late: it is not there when looked for at once, and has come when the work is repeated.
    """

    def __init__(self, inner: Store, *losses: Loss | None) -> None:
        self._inner = inner
        self.dialect: Dialect = inner.dialect
        self.losses = list(losses)
        self._late: Callable[[Transaction], Awaitable[Any]] | None = None

    @property
    def bells(self) -> Bells:
        """See Store.bells."""
        return self._inner.bells

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """See Store.write."""
        if self._late is not None:
            late, self._late = self._late, None
            await self._inner.write(late)
        loss = self.losses.pop(0) if self.losses else None
        if loss is None:
            return await self._inner.write(work)
        if loss == "committed":
            raise CommitUnknownError(await self._inner.write(work))
        values: list[T] = []

        async def undone(tx: Transaction) -> None:
            values.append(await work(tx))
            raise _UndoneError

        try:
            await self._inner.write(undone)
        except _UndoneError:
            if loss == "late":
                self._late = work
            raise CommitUnknownError(values[0]) from None
        raise AssertionError("unreachable")

    async def read(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """See Store.read."""
        return await self._inner.read(work)

    @property
    def has_room(self) -> bool:
        """See Store.has_room."""
        return self._inner.has_room

    async def keep_room(self) -> None:
        """See Store.keep_room."""
        await self._inner.keep_room()

    async def close(self) -> None:
        """See Store.close."""


class MeanwhileStore(LossyStore):
    """Loses the first commit, and lets something else happen before its sender can look."""

    def __init__(self, inner: Store, meanwhile: Callable[[], Awaitable[object]]) -> None:
        super().__init__(inner, "lost")
        self._meanwhile = meanwhile

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """See Store.write."""
        try:
            return await super().write(work)
        except CommitUnknownError:
            await self._meanwhile()
            raise


class AwayStore(LossyStore):
    """A store that is away while `away` is set."""

    away = False

    async def write(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """See Store.write."""
        self._refuse()
        return await super().write(work)

    async def read(self, work: Callable[[Transaction], Awaitable[T]]) -> T:
        """See Store.read."""
        self._refuse()
        return await super().read(work)

    def _refuse(self) -> None:
        if self.away:
            raise PressrunError(Code.UNAVAILABLE, "the database cannot be reached", retry_after_s=5)

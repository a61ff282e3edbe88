"""What a supervisor keeps an eye on in its store: room on the disk, and whether a backup was restored into it."""

from pressrun.store import durability, facts
from pressrun.store.store import Store
from pressrun.telemetry import log
from pressrun.telemetry.events import ServerEvent


class StoreWatch:
    """Looks once a round, and tells only of what changed since the round before."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._had_room = True
        self._epoch: str | None = None

    async def begin(self) -> None:
        """Remember how things are, and warn of a database that may lose what it acknowledged."""
        await self.look()
        if unsafe := await self._store.read(durability.unsafe):
            log.warn(ServerEvent.STORE_UNSAFE, off=unsafe, lost="accepted jobs, in a power cut")

    async def look(self) -> bool:
        """True when the store began a new epoch: whatever a process knows of it from before is void.

        Raises PressrunError when the store cannot be read.
        """
        await self._look_at_room()
        epoch = await self._store.read(facts.epoch)
        restored = self._epoch is not None and self._epoch != epoch
        if restored:
            log.warn(ServerEvent.STORE_RESTORED, epoch=epoch, before=self._epoch)
        self._epoch = epoch
        return restored

    async def _look_at_room(self) -> None:
        await self._store.keep_room()
        has_room = self._store.has_room
        if has_room and not self._had_room:
            log.emit(ServerEvent.ROOM_REGAINED)
            self._store.bells.ring("jobs")
        elif self._had_room and not has_room:
            log.warn(ServerEvent.ROOM_LOST)
        self._had_room = has_room

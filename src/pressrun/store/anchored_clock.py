"""SQLite's clock: the wall's time at one moment plus what the machine counted since, so that no jump can move it.

The moment, the anchor, is kept in the database and shared by every process. It holds until the machine starts anew.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from pressrun.store.clock import Clock, system_clock
from pressrun.store.facts import Fact, find, note
from pressrun.store.store import Transaction

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def _boot_id() -> str:
    return BOOT_ID.read_text("ascii").strip()


def _since_boot() -> int:
    return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1000


@dataclass(frozen=True, slots=True)
class Machine:
    """The clocks of a machine, in microseconds: `since_boot` goes on in sleep and cannot be set, `wall` can."""

    boot_id: Callable[[], str] = _boot_id
    since_boot: Clock = _since_boot
    wall: Clock = system_clock


class Anchor(msgspec.Struct, frozen=True):
    """One moment on both clocks of a machine, in microseconds."""

    boot_id: str
    since_boot: int
    wall: int


@dataclass(frozen=True, slots=True)
class AnchoredClock:
    """Microseconds since the epoch as the store counts them."""

    anchor: Anchor
    since_boot: Clock = _since_boot

    def __call__(self) -> int:
        """The store's time."""
        return self.anchor.wall + self.since_boot() - self.anchor.since_boot


async def anchored(tx: Transaction, machine: Machine) -> AnchoredClock:
    """The store's clock on this machine.

    The first process after the machine started anew sets a new anchor, never earlier than what is stored, and declares
    every worker dead: none of them can have lived through it, so their jobs need not wait for a lease to end.
    """
    known = await read_anchor(tx)
    boot_id = machine.boot_id()
    if known is None or known.boot_id != boot_id:
        newest = await tx.one("find_newest_time")
        stored = 0 if newest is None else newest["newest"] or 0
        known = Anchor(boot_id, machine.since_boot(), max(machine.wall(), stored + 1))
        await note(tx, Fact.CLOCK, msgspec.json.encode(known).decode())
        await tx.all("bury_every_worker")
    return AnchoredClock(known, machine.since_boot)


async def read_anchor(tx: Transaction) -> Anchor | None:
    """The anchor that is kept, of this machine's present run or an earlier one."""
    kept = await find(tx, Fact.CLOCK)
    return None if kept is None else msgspec.json.decode(kept, type=Anchor)

"""SQLite's clock: it goes on as the machine counts, whatever the wall clock does."""

from dataclasses import dataclass
from pathlib import Path

from pressrun.jobs import rescue, workers
from pressrun.jobs.job import State
from pressrun.jobs.upkeep import upkeep
from pressrun.store.anchored_clock import Machine, read_anchor
from pressrun.store.clock import SECOND
from pressrun.store.sqlite import SqliteStore
from pressrun.store.store import Transaction
from tests.fake_clock import START
from tests.jobs.scene import Scene

DAY_S = 86_400
LEASE_S = 30.0
JUMPS_S = (3600, -3600, DAY_S, -DAY_S, 300_000_000, -300)
"""An hour and a day to either side, about 2036, and five minutes back."""


@dataclass
class FakeMachine:
    """A machine whose clocks a test moves: each by itself, as a wall clock that is set does."""

    boot: str = "boot-1"
    counted: int = 1000 * SECOND
    wall: int = START

    def machine(self) -> Machine:
        return Machine(lambda: self.boot, lambda: self.counted, lambda: self.wall)

    def live(self, seconds: float) -> None:
        """Time passes."""
        self.counted += int(seconds * SECOND)
        self.wall += int(seconds * SECOND)

    def start_anew(self, seconds: float) -> None:
        """The machine is down for a while and counts from nothing."""
        self.boot, self.counted, self.wall = self.boot + "+", 5 * SECOND, self.wall + int(seconds * SECOND)


async def time_of(store: SqliteStore) -> int:
    """What the store holds the time to be."""

    async def work(tx: Transaction) -> int:
        await tx.run("note_fact", name="backup", value="")
        row = await tx.one("find_fact", name="backup")
        assert row is not None
        return int(row["noted_at"])

    return await store.write(work)


async def test_a_jump_moves_nothing(tmp_path: Path) -> None:
    """No lease ends, no deadline passes, no wait is cut short or drawn out; a process that starts agrees."""
    fake = FakeMachine()
    store = await SqliteStore.open(tmp_path / "pressrun.db", machine=fake.machine())
    scene = await Scene.set(store)
    await scene.add_worker()
    running, waiting = await scene.add(), await scene.add()
    first, second = await scene.claim()
    assert (first.id, second.id) == (running, waiting)
    await scene.again(second, 60)
    for jump_s in JUMPS_S:
        fake.wall += jump_s * SECOND
        other = await SqliteStore.open(tmp_path / "pressrun.db", machine=fake.machine())
        for one in (store, other):
            done = await upkeep(one, LEASE_S)
            assert (done.buried, done.rescued, done.expired) == ([], 0, 0)
            assert await time_of(one) == START
        assert await scene.claim() == []
        await other.close()
    fake.live(61)
    await store.write(lambda tx: workers.beat(tx, "w"))
    assert [claim.id for claim in await scene.claim()] == [waiting]
    assert await scene.complete(first) == State.COMPLETED
    fake.live(DAY_S)
    assert (await upkeep(store, LEASE_S)).expired == 1
    await store.close()


async def test_a_machine_that_starts_anew_frees_every_lease_at_once(tmp_path: Path) -> None:
    """Nobody waits for a lease of a worker that cannot have lived; the time goes on by the wall."""
    fake = FakeMachine()
    store = await SqliteStore.open(tmp_path / "pressrun.db", machine=fake.machine())
    scene = await Scene.set(store)
    await scene.add_worker()
    job_id = await scene.add()
    await scene.claim()
    await store.close()
    fake.start_anew(seconds=2)
    store = await SqliteStore.open(tmp_path / "pressrun.db", machine=fake.machine())
    scene.store = store
    assert await time_of(store) == START + 2 * SECOND
    assert await store.write(rescue.rescue) == 1
    assert (await scene.job(job_id)).state == State.QUEUED
    await store.close()


async def test_time_never_runs_back_behind_what_is_stored(tmp_path: Path) -> None:
    """A machine that forgot the time while it was off goes on where the store was."""
    fake = FakeMachine()
    store = await SqliteStore.open(tmp_path / "pressrun.db", machine=fake.machine())
    scene = await Scene.set(store)
    fake.live(50)
    await scene.add()
    await store.close()
    fake.start_anew(seconds=-10 * DAY_S)
    store = await SqliteStore.open(tmp_path / "pressrun.db", machine=fake.machine())
    assert await time_of(store) > START + 50 * SECOND
    anchor = await store.read(read_anchor)
    assert anchor is not None
    assert anchor.boot_id == "boot-1+"
    await store.close()

"""F10: the power fails at any operation of the disk; what was acknowledged must be there afterwards.

`python -m tests.simulation.power_loss POINTS [--first N]` tries more crash points than the tests do.
"""

import argparse
import asyncio
import shutil
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import apsw

from pressrun.errors import PressrunError
from pressrun.jobs.create import create, witness
from pressrun.jobs.job import Acceptance, Accepted, NewJob, State
from pressrun.store.grouping import Grouped
from pressrun.store.sqlite import SqliteStore
from tests.fake_clock import FakeClock
from tests.jobs.scene import Scene
from tests.simulation.disk import Disk, PowerFailureError
from tests.simulation.memory import folder_in_memory

DATABASE = "pressrun.db"
CALLERS = 8
JOBS_EACH = 5
MOST_OPERATIONS = 400
"""Operations of the disk among which the one is drawn at which the power fails: about as many as a run has."""


@dataclass
class Acknowledged:
    """What callers were told before the power failed."""

    created: set[str] = field(default_factory=set)
    completed: set[str] = field(default_factory=set)
    asked: set[str] = field(default_factory=set)


async def prepare(folder: Path, frames: int) -> dict[str, bytes]:
    """The files of a database with an organization, an agent, a worker and a log of about `frames` pages."""
    disk = Disk(folder)
    store = await SqliteStore.open(folder / DATABASE, clock=FakeClock(), vfs=disk.name)
    scene = await Scene.set(store)
    await scene.add_worker()
    while _frames(folder) < frames:
        await scene.add(id=f"old-{next(scene.numbers)}")
    content = {name: (folder / name).read_bytes() for name in (DATABASE, DATABASE + "-wal")}
    await store.close()
    disk.close()
    return content


def _frames(folder: Path) -> int:
    return (folder / (DATABASE + "-wal")).stat().st_size // 4120


async def crash(folder: Path, content: Mapping[str, bytes], seed: int) -> list[str]:
    """Load a database until the power fails at one operation, start anew on what is left; what is wrong then."""
    random = Random(seed)
    before, after = folder / "before", folder / "after"
    before.mkdir()
    after.mkdir()
    disk = Disk(before, content)
    told = Acknowledged()
    disk.fail_after(random.randrange(1, MOST_OPERATIONS), random)
    try:
        await _load(before, disk, told, is_new=not content)
    finally:
        disk.close()
    for name, data in disk.after_power_loss(random).items():
        (after / name).write_bytes(data)
    return await _faults(after, told)


async def _load(folder: Path, disk: Disk, told: Acknowledged, *, is_new: bool) -> None:
    with suppress(PressrunError):
        store = await SqliteStore.open(folder / DATABASE, clock=FakeClock(), vfs=disk.name)
        scene = Scene(store)
        try:
            if is_new:
                scene = await Scene.set(store)
                await scene.add_worker()
            intake = Grouped(store, create, limit=6, witness=witness, patience_s=0)
            async with asyncio.TaskGroup() as group:
                for caller in range(CALLERS):
                    group.create_task(_call(scene, intake, told, f"{caller}"))
        except* (PressrunError, PowerFailureError):
            assert not disk.on
        finally:
            disk.abandon()
            await store.close()
            left = asyncio.all_tasks() - {asyncio.current_task()}
            for task in left:  # they ask after a commit that no store will ever answer
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)


async def _call(scene: Scene, intake: "Grouped[NewJob, Accepted]", told: Acknowledged, caller: str) -> None:
    for number in range(JOBS_EACH):
        job = scene.new_job(id=f"new-{caller}-{number}", inputs=bytes(500 * number))
        told.asked.add(job.id)
        accepted = await intake.submit(job)
        assert accepted.acceptance == Acceptance.CREATED
        told.created.add(job.id)
        for claim in await scene.claim(1):
            if await scene.complete(claim) == State.COMPLETED:
                told.completed.add(claim.id)


async def _faults(folder: Path, told: Acknowledged) -> list[str]:
    connection = apsw.Connection(str(folder / DATABASE))
    try:
        integrity = str(connection.execute("PRAGMA integrity_check").get)
    except apsw.Error as error:
        return [f"the database cannot be read: {error}"]
    finally:
        connection.close()
    if integrity != "ok":
        return [f"integrity_check: {integrity}"]
    await (await SqliteStore.open(folder / DATABASE)).close()  # it can be started on, whatever state the schema was in
    connection = apsw.Connection(str(folder / DATABASE))
    try:
        jobs = {str(row[0]): str(row[1]) for row in connection.execute("SELECT id, state FROM jobs")}
        results = {str(row[0]) for row in connection.execute("SELECT job_id FROM results")}
    finally:
        connection.close()
    completed = {job_id for job_id, state in jobs.items() if state == State.COMPLETED}
    faults = [f"job {job_id} was acknowledged and is lost" for job_id in sorted(told.created - jobs.keys())]
    faults += [f"result of {job_id} was acknowledged and is lost" for job_id in sorted(told.completed - completed)]
    faults += [f"job {job_id} is completed without result" for job_id in sorted(completed ^ results)]
    faults += [f"job {job_id} appeared from nowhere" for job_id in jobs.keys() - told.asked if job_id.startswith("new")]
    return faults


async def crashes(points: range) -> list[str]:
    """The faults of many crash points, each line naming its seed; the first that has any ends it.

    One in ten starts on an empty folder, so that the schema is being made; half of the others on a log so long that a
    checkpoint comes in between.
    """
    with folder_in_memory() as home:
        (home / "short").mkdir()
        (home / "long").mkdir()
        contents = [await prepare(home / "short", 0), await prepare(home / "long", 960)]
        for seed in points:
            folder = home / str(seed)
            folder.mkdir()
            faults = await crash(folder, {} if seed % 10 == 9 else contents[seed % 2], seed)
            if faults:
                return [f"seed {seed}: {fault}" for fault in faults]
            shutil.rmtree(folder)
    return []


def main() -> None:
    """The command line: exit code 1 and the faults of the first crash point that has any."""
    parser = argparse.ArgumentParser(description="Power failures at random operations of the disk.")
    parser.add_argument("points", type=int)
    parser.add_argument("--first", type=int, default=0)
    asked = parser.parse_args()
    faults = asyncio.run(crashes(range(asked.first, asked.first + asked.points)))
    print("\n".join(faults) or f"{asked.points} crash points, nothing lost")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()

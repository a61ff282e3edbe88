"""One seed: a storm of faults, then quiet in which everything must come to its end, then the books are audited."""

import asyncio
import json
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import apsw
import structlog

from pressrun.jobs.job import OPEN
from pressrun.store.sqlite import SqliteStore
from pressrun.store.store import Transaction
from pressrun.telemetry import log
from pressrun.telemetry.events import JobEvent
from tests.fake_clock import FakeClock
from tests.jobs.agents_rows import add_agent
from tests.simulation.clients import AGENTS, Client, Told
from tests.simulation.disk import Disk
from tests.simulation.listeners import add_organization
from tests.simulation.memory import folder_in_memory
from tests.simulation.process import owned_task
from tests.simulation.snapshot import ENDED, Rows, Snapshot, faults, take
from tests.simulation.virtual_time import VirtualLoop, machine_of
from tests.simulation.world import DATABASE, LEASE_S, SERVERS, WORKERS, World

CLIENTS = 3
ACTIONS = 12
STORM_S = 8.0
QUIET_S = 120.0
"""Time in which all must have ended once nothing goes wrong any more: waits, leases and slow calls in a row."""


@dataclass
class Report:
    """What came of a seed."""

    seed: int
    faults: list[str] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)


def run(seed: int, content: dict[str, bytes]) -> Report:
    """Simulate one seed on a prepared database."""
    loop = VirtualLoop()
    loop.set_task_factory(owned_task)  # type: ignore[arg-type]
    report = Report(seed)
    with folder_in_memory() as folder, machine_of(loop, Random(f"{seed}/entropy")), _logged(loop, report):
        asyncio.set_event_loop(None)
        world = World(loop, seed, folder, content)
        world.trace = report.trace
        try:
            report.faults += loop.run_until_complete(_live(world, report))
        except Exception as error:  # noqa: BLE001 - a fault like any other, and the trace tells how it came to that
            report.faults.append("".join(traceback.format_exception(error)))
        finally:
            _end(loop)
    report.faults += [f"nobody took in an error: {context}" for context in loop.faults]
    return report


def _end(loop: VirtualLoop) -> None:
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
    loop.close()


@contextmanager
def _logged(loop: VirtualLoop, report: Report) -> Iterator[None]:
    """The product's log goes into the trace."""

    def keep(_logger: object, _name: str, line: Any) -> Any:
        fields = " ".join(f"{name}={value}" for name, value in line.items() if name != "event")
        report.trace.append(f"{loop.time():9.3f} {'log':<10} {line['event']} {fields}")
        raise structlog.DropEvent

    before = structlog.get_config()
    structlog.configure(processors=[keep])
    log._logger.cache_clear()
    try:
        yield
    finally:
        structlog.configure(**before)
        log._logger.cache_clear()


async def _live(world: World, report: Report) -> list[str]:
    told = Told()
    clients = [Client(world, told, f"client-{number}") for number in range(CLIENTS)]
    async with asyncio.TaskGroup() as group:
        for client in clients:
            group.create_task(client.run(ACTIONS))
        group.create_task(_storm(world))
    world.heal()
    late = await _everything_ends(world)
    working = world.working()
    content = world.halt()
    found = [*late, *told.faults, *world.provider.faults]
    with folder_in_memory() as folder:
        for name, data in content.items():
            (folder / name).write_bytes(data)
        snapshot, integrity = await _open(folder)
    report.counts = {"jobs": len(snapshot.jobs), "boots": world.boots, "calls": world.provider.calls.total()}
    dead = [one for one in working if snapshot.workers.get(one) != "alive"]
    found += [f"{one}: works on, though it is {snapshot.workers.get(one)}" for one in dead]
    return [*found, *integrity, *faults(snapshot), *_audit(snapshot, world, told)]


async def _storm(world: World) -> None:
    """Something breaks every few seconds."""
    random = Random(f"{world.seed}/storm")
    while world.loop.time() < STORM_S:
        await asyncio.sleep(random.expovariate(1.0))
        match random.choices(["kill", "stop", "cut", "api", "keeper", "power", "fail"], [4, 2, 5, 1, 1, 1, 2])[0]:
            case "kill":
                world.kill(random.choice(WORKERS))
            case "stop":
                world.stop_worker(random.choice(WORKERS))
            case "cut":
                world.cut_off(random.choice([*WORKERS, *SERVERS]))
            case "api":
                world.kill(random.choice(SERVERS))
            case "keeper":
                world.kill("keeper")
            case "power" if world.disk.on:
                world.lose_power()
            case "fail" if world.disk.on:
                world.fail_soon()
            case _:
                pass


async def _everything_ends(world: World) -> list[str]:
    await asyncio.sleep(2 * LEASE_S)  # whoever was declared dead has noticed
    until = world.loop.time() + QUIET_S
    states: dict[str, str] = {}
    while world.loop.time() < until:
        await asyncio.sleep(1.0)
        states = world.states()
        if states and not any(state in OPEN for state in states.values()):
            return []
    return [f"{job_id}: still {state} {QUIET_S} s after the storm" for job_id, state in states.items() if state in OPEN]


async def _open(folder: Path) -> tuple[Snapshot, list[str]]:
    connection = apsw.Connection(str(folder / DATABASE))

    async def fetch(sql: str) -> Rows:
        return [tuple(row) for row in connection.execute(sql)]

    try:
        integrity = str(connection.execute("PRAGMA integrity_check").get)
        return await take(fetch), [] if integrity == "ok" else [f"integrity_check: {integrity}"]
    finally:
        connection.close()


def _audit(found: Snapshot, world: World, told: Told) -> Iterator[str]:
    """What clients and provider saw against what is in the books."""
    for job_id in sorted(told.accepted.keys() - found.jobs.keys()):
        yield f"{job_id}: was accepted and is lost"
    for job_id in sorted(found.jobs.keys() - told.asked):
        yield f"{job_id}: appeared from nowhere"
    for job_id, (_, seen) in sorted(told.seen.items()):
        job = found.jobs.get(job_id)
        if job and seen.state in ENDED and seen.generation == job.generation and seen.state != job.state:
            yield f"{job_id}: was told to be {seen.state}, is {job.state}"
    for (job_id, generation), result in sorted(found.results.items()):
        lines = [line for line in found.timelines[job_id] if line.generation == generation]
        attempt = next((line.attempt for line in lines if line.event == JobEvent.COMPLETED), None)
        if json.loads(result) != {"job": job_id, "generation": generation, "attempt": attempt}:
            yield f"{job_id}: the result of attempt {attempt} in generation {generation} is {result!r}"
    for (job_id, generation), calls in sorted(world.provider.calls.items()):
        lines = [line for line in found.timelines.get(job_id, []) if line.generation == generation]
        started = sum(line.event == JobEvent.STARTED for line in lines)
        if calls > started:
            yield f"{job_id}: {calls} calls in generation {generation}, {started} attempts in the timeline"


async def prepare(folder: Path, frames: int) -> dict[str, bytes]:
    """The files of a database with two organizations and three agents, and a log of about `frames` pages."""
    disk = Disk(folder)
    store = await SqliteStore.open(folder / DATABASE, clock=FakeClock(), vfs=disk.name)
    for organization_id in "ab":
        await store.write(partial(_add_organization, organization_id))
    for agent_id, limit in AGENTS.items():
        await add_agent(store, agent_id[0], agent_id, concurrency=limit)
    while (folder / (DATABASE + "-wal")).stat().st_size < frames * 4120:
        await store.write(partial(_add_organization, f"more-{disk.operations}"))
    content = {name: (folder / name).read_bytes() for name in (DATABASE, DATABASE + "-wal")}
    await store.close()
    disk.close()
    return content


async def _add_organization(organization_id: str, tx: Transaction) -> None:
    await add_organization(tx, organization_id)

"""One machine with its processes, seen from outside: it may lose a process, or all of them and its power at once."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import Context
from pathlib import Path
from random import Random
from typing import Any, TypeVar

import apsw

from pressrun.errors import PressrunError
from pressrun.jobs import workers
from pressrun.jobs.keeping_up import keep_up
from pressrun.jobs.rescue import rescue
from pressrun.jobs.upkeep import Upkeep
from pressrun.store.sqlite_connection import connect
from pressrun.store.store import Transaction
from pressrun.worker.claiming import StuckError
from pressrun.worker.heart import LoopHeart, Pulse
from pressrun.worker.options import WorkerOptions
from pressrun.worker.worker import FencedError, Worker
from tests.simulation.disk import Disk
from tests.simulation.process import Process
from tests.simulation.provider import Provider
from tests.simulation.virtual_time import VirtualLoop

T = TypeVar("T")

DATABASE = "pressrun.db"
LEASE_S = 3.0
GRACE_S = 2.0
UPKEEP_S = 1.0
SERVERS = ("api-1", "api-2")
KEEPER = "keeper"
WORKERS = ("worker-1", "worker-2")
PLACES = 4


class World:
    """`folder` holds a subfolder for each time the machine was started."""

    def __init__(self, loop: VirtualLoop, seed: int, folder: Path, content: dict[str, bytes]) -> None:
        self.loop = loop
        self.seed = seed
        self.stormy = True
        self.random = Random(f"{seed}/world")
        self.trace: list[str] = []
        self.provider = Provider(self, Random(f"{seed}/provider"))
        self.processes: dict[str, Process] = {}
        self.boots = 0
        self._births = 0
        self._connections: list[apsw.Connection] = []
        self._folder = folder
        self._background: set[asyncio.Task[Any]] = set()
        self._stops: dict[str, asyncio.Event] = {}
        self._boot(content)

    def note(self, who: str, what: str) -> None:
        """See Surroundings."""
        self.trace.append(f"{self.loop.time():9.3f} {who:<10} {what}")

    def aside(self, work: Coroutine[Any, Any, Any]) -> None:
        """Something that outlives every process."""
        task = self.loop.create_task(work, context=Context())  # whoever began it may die
        self._background.add(task)
        task.add_done_callback(self._background.discard)

    # The machine

    def _boot(self, content: dict[str, bytes]) -> None:
        self.boots += 1
        here = self._folder / str(self.boots)
        here.mkdir()
        self.path = here / DATABASE
        self.disk = Disk(here, content)
        self.disk.on_failure = self._failed
        self.note("machine", "starts")
        self.processes = {}
        for name in (*SERVERS, KEEPER):
            self._serve(name)
        for name in WORKERS:
            self.start_worker(name)

    def _failed(self) -> None:
        self.loop.call_soon(self.lose_power)

    def lose_power(self) -> None:
        """Everything stops; what is left on the disk is found by the next start."""
        self.note("machine", "loses power")
        self.disk.abandon()
        self._close_all()
        content = self.disk.after_power_loss(self.random)
        self.processes = {}
        self.loop.call_later(self.random.uniform(0.1, 3), self._boot, content)

    def fail_soon(self) -> None:
        """Lose power at one of the disk's next operations."""
        self.disk.fail_after(self.random.randrange(1, 60), self.random)

    def states(self) -> dict[str, str]:
        """Where every job stands; nothing while the machine is off."""
        living = [process for process in self.processes.values() if not process.dead]
        return living[0].store.states() if living else {}

    def working(self) -> list[str]:
        """The workers whose processes live."""
        return [one.worker_id for one in self.processes.values() if one.worker_id and not one.dead]

    def halt(self) -> dict[str, bytes]:
        """Stop in good order and look at the files as they are."""
        self._close_all()
        return {entry.name: entry.read_bytes() for entry in self.path.parent.iterdir() if "-shm" not in entry.name}

    # Processes

    def _start(self, name: str) -> Process:
        self._births += 1
        random = Random(f"{self.seed}/{name}/{self._births}")
        connection = self._connections.pop() if self._connections else connect(self.path, self.disk.name)
        process = self.processes[name] = Process(self, name, self.path, connection, random)
        return process

    def left(self, connection: apsw.Connection) -> None:
        """See Surroundings: the next process takes it, which is the same to SQLite and spares opening one."""
        self._connections.append(connection)

    def _close_all(self) -> None:
        for process in self.processes.values():
            process.kill()
        while self._connections:
            self._connections.pop().close()
        self.disk.close()

    def kill(self, name: str) -> None:
        """A process is gone without a word; another comes in its place."""
        process = self.processes.get(name)
        if process is None or process.dead:
            return
        self.note(name, "is killed")
        process.kill()
        if name not in self._stops:
            self.loop.call_later(0.5, self._serve_again, self.boots, name)

    def _serve_again(self, boot: int, name: str) -> None:
        if boot == self.boots and self.disk.on:
            self._serve(name)

    def _serve(self, name: str) -> None:
        process = self._start(name)
        if name == KEEPER:
            process.run(self._keep(process))

    def cut_off(self, name: str) -> None:
        """A process reaches its database no more, for a while."""
        process = self.processes.get(name)
        if process is not None:
            process.cut_off_until = self.loop.time() + self.random.uniform(1, 4 * LEASE_S)
            self.note(name, f"is cut off until {process.cut_off_until:.3f}")

    def heal(self) -> None:
        """Nothing goes wrong any more."""
        self.note("world", "quiet")
        self.stormy = False
        self.disk.failing_at = None
        for process in self.processes.values():
            process.cut_off_until = 0.0

    def stop_worker(self, name: str) -> None:
        """SIGTERM."""
        if name in self.processes:
            self.note(name, "is asked to stop")
            self._stops[name].set()

    def start_worker(self, name: str, *, alone: bool = False) -> None:
        """A worker process under the keeper's eyes."""
        process = self._start(name)
        worker_id = f"{name}/{self._births}"
        process.worker_id = worker_id
        stop = self._stops[name] = asyncio.Event()
        options = WorkerOptions(worker_id, 1 if alone else PLACES, LEASE_S, GRACE_S, alone=alone)
        heart = LoopHeart(Pulse(worker_id, LEASE_S, self.loop.time), process.store)
        worker = Worker(
            process.store, lambda claim, calls: self.provider.perform(process, claim, calls), options, heart
        )
        ended = process.run(worker.run(stop))
        self.aside(self._watch(self.boots, name, worker_id, ended, alone=alone))

    async def _watch(self, boot: int, name: str, worker_id: str, ended: "asyncio.Task[None]", *, alone: bool) -> None:
        """What its supervisor does when a worker's process ends."""
        (how,) = await asyncio.gather(ended, return_exceptions=True)
        process = self.processes.get(name)
        killed = isinstance(how, asyncio.CancelledError)
        self.note(name, f"ends: {'killed' if killed else how!r}")
        if process is not None and not process.dead:
            process.kill()
        await asyncio.sleep(0.05)
        if boot != self.boots or not self.disk.on:
            return
        blamed = killed or not isinstance(how, FencedError | StuckError | None)
        keeper = self.processes.get(KEEPER)
        if keeper is not None and not keeper.dead:
            keeper.run(self._bury(keeper, worker_id, blamed=blamed))
        if not alone:
            self.start_worker(name)

    async def _bury(self, keeper: Process, worker_id: str, *, blamed: bool) -> None:
        async def work(tx: Transaction) -> None:
            await workers.bury(tx, worker_id, blamed=blamed)
            await rescue(tx)

        with contextlib.suppress(PressrunError):  # the lease runs out all the same
            await keeper.store.write(work)
            keeper.store.bells.ring("jobs")

    async def _keep(self, keeper: Process) -> None:
        async def then(done: Upkeep) -> None:
            lone = self.processes.get("alone")
            if done.suspects and (lone is None or lone.dead):
                self.start_worker("alone", alone=True)

        await keep_up(keeper.store, LEASE_S, every_s=UPKEEP_S, then=then, since_boot_s=self.loop.time)

    # The network

    async def carry(self, sender: Process, topics: set[str]) -> None:
        """Bells arrive late, twice, or not at all."""
        for name, process in sorted(self.processes.items()):
            for topic in sorted(topics) if process is not sender else []:
                luck = sender.random.random() if self.stormy else 0.5
                for _ in range(0 if luck < 0.2 else 2 if luck > 0.9 else 1):
                    self.loop.call_later(sender.random.uniform(0, 0.05), self._ring, name, process, topic)

    def _ring(self, name: str, process: Process, topic: str) -> None:
        if not process.dead and self.processes.get(name) is process:
            process.store.bells.heard(topic)

    async def request(self, random: Random, handler: Callable[[Process], Awaitable[T]]) -> T:
        """What an API process answers; raises ConnectionError when no answer comes, which tells nothing."""
        await asyncio.sleep(random.uniform(0, 0.01))
        process = self.processes.get(random.choice(SERVERS))
        if process is None or process.dead:
            raise ConnectionRefusedError

        async def handle() -> T:
            return await handler(process)

        answer = process.run(handle())
        await asyncio.wait([answer])
        if answer.cancelled() or (answer.exception() is None and self.stormy and random.random() < 0.05):
            raise ConnectionResetError
        await asyncio.sleep(random.uniform(0, 0.01))
        return answer.result()

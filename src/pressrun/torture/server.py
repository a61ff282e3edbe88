"""The server under test: `pressrun serve` and `pressrun work` as processes of their own."""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from pressrun.torture import processes

START_S = 180.0
STOP_S = 120.0
TIED = ["setpriv", "--pdeathsig", "SIGKILL"] if shutil.which("setpriv") else []
"""However this process ends, the servers it started end with it."""

API = "pressrun.api.process"
WORKER = "pressrun.worker.process"


class NotStartedError(Exception):
    """The server did not come up; the message holds the end of its log."""


class Server:
    """`pressrun serve` on a database; started, killed and started again on the same data and port."""

    def __init__(
        self,
        folder: Path,
        database_url: str,
        *,
        workers: int = 2,
        concurrency: int = 20,
        environment: Mapping[str, str] | None = None,
        source: Path | None = None,
    ) -> None:
        self.data_dir = folder / "data"
        self.log = folder / "server.log"
        self.database_url = database_url
        self.workers = workers
        self.concurrency = concurrency
        self.environment = dict(environment or {})
        if source is not None:
            self.environment["PYTHONPATH"] = str(source)
        self.port = 0
        self.api_key = ""
        self.process: subprocess.Popen[bytes] | None = None
        self.extra: list[subprocess.Popen[bytes]] = []

    @property
    def slots(self) -> int:
        """Jobs all workers together carry out at once."""
        return self.workers * self.concurrency

    @property
    def url(self) -> str:
        """Where the API answers."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Start it and wait until it and its workers are ready; raises NotStartedError."""
        self.process = self.spawn(
            "serve",
            *("--port", str(self.port), "--workers", str(self.workers), "--concurrency", str(self.concurrency)),
        )
        await asyncio.to_thread(self._wait_until_ready)

    def work(self, workers: int = 1, environment: Mapping[str, str] | None = None) -> "subprocess.Popen[bytes]":
        """One more `pressrun work` beside it."""
        more = self.spawn("work", "--workers", str(workers), "--concurrency", str(self.concurrency), more=environment)
        self.extra.append(more)
        return more

    def spawn(self, *arguments: str, more: Mapping[str, str] | None = None) -> "subprocess.Popen[bytes]":
        """A `pressrun` of this installation on this data."""
        self.data_dir.parent.mkdir(parents=True, exist_ok=True)
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PRESSRUN_")}
        settings = ["--data-dir", str(self.data_dir), "--database-url", self.database_url]
        with self.log.open("ab") as output:
            return subprocess.Popen(
                [*TIED, sys.executable, "-m", "pressrun", *arguments, *settings],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self.data_dir.parent,
                env={**inherited, **self.environment, **(more or {})},
            )

    def _wait_until_ready(self) -> None:
        until = time.monotonic() + START_S
        assert self.process is not None
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise NotStartedError(self.tail())
            with suppress(OSError, ValueError, KeyError):
                found = json.loads((self.data_dir / "credentials.json").read_text())
                if int(found["url"].rpartition(":")[2]) == self.port or not self.port:
                    with urllib.request.urlopen(found["url"] + "/readyz", timeout=5) as response:  # noqa: S310 - loopback
                        ready = json.loads(response.read())
                    if ready["workers"] == "ok" or self.workers == 0:
                        self.port, self.api_key = int(found["url"].rpartition(":")[2]), found["api_key"]
                        return
            time.sleep(0.03)
        raise NotStartedError(self.tail())

    def tail(self) -> str:
        """The end of its log."""
        return self.log.read_text("utf-8", "replace")[-3000:] if self.log.exists() else ""

    @property
    def pid(self) -> int:
        """The supervisor."""
        assert self.process is not None
        return self.process.pid

    def worker_pids(self) -> list[int]:
        """The worker processes of the server and of every `pressrun work`."""
        parents = [self.pid, *(more.pid for more in self.extra)]
        return [pid for parent in parents for pid in processes.tree(parent) if WORKER in processes.command(pid)]

    def api_pid(self) -> int | None:
        """The API process."""
        return next((pid for pid in processes.tree(self.pid) if API in processes.command(pid)), None)

    def pids(self) -> list[int]:
        """Every process of it."""
        return [pid for parent in (self.process, *self.extra) if parent for pid in processes.tree(parent.pid)]

    async def kill_all(self, known: Sequence[int] = ()) -> None:
        """SIGKILL to everything at once; at once indeed when the processes are `known` already."""
        for pid in known:
            processes.kill(pid)
        pids = [*known, *self.pids()]
        for pid in pids:
            processes.kill(pid)
        await self._reap(pids)

    async def stop(self) -> bool:
        """SIGTERM, then SIGKILL to what is left; True when it left in good order."""
        running = [parent for parent in (self.process, *self.extra) if parent is not None]
        pids = [pid for parent in running for pid in processes.tree(parent.pid)]
        for parent in running:
            processes.kill(parent.pid, signal.SIGTERM)
        orderly = await asyncio.to_thread(processes.wait_gone, pids, STOP_S)
        for pid in pids if not orderly else []:
            processes.kill(pid, signal.SIGCONT)
            processes.kill(pid)
        await self._reap(pids)
        return orderly and all(parent.returncode == 0 for parent in running)

    async def _reap(self, pids: list[int]) -> None:
        for parent in (self.process, *self.extra):
            if parent is not None:
                await asyncio.to_thread(parent.wait)
        self.process, self.extra = None, []
        await asyncio.to_thread(processes.wait_gone, pids, 10)

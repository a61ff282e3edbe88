"""One host that runs a Pressrun: `serve` or `work`, as processes in its own network namespace."""

import asyncio
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from pressrun.torture import processes
from tests.hosts.namespaces import Network, standing_in

PORT = 8484
START_S = 90
STOP_S = 60


class Node:
    """A host of the network; started, stopped and killed as a whole. `source`: another version's `src` folder."""

    def __init__(self, network: Network, name: str, folder: Path, environment: Mapping[str, str]) -> None:
        self.name = name
        self.address = network.address(name)
        self.url = f"http://{self.address}:{PORT}"
        self.log = folder / f"{name}.log"
        self.source: Path | None = None
        self.started_at = datetime.min.replace(tzinfo=UTC)
        self._network = network
        self._data_dir = folder / name
        self._environment = dict(environment)
        self._process: subprocess.Popen[bytes] | None = None

    def spawn(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """A `pressrun` command on this host."""
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PRESSRUN_")}
        own = {"PRESSRUN_DATA_DIR": str(self._data_dir), "PRESSRUN_HOST": self.address, "PRESSRUN_EXPOSE": "true"}
        source = {} if self.source is None else {"PYTHONPATH": str(self.source)}
        with self.log.open("ab") as output, standing_in(self._network, self.name):
            return subprocess.Popen(
                [*self._network.as_host(self.name), sys.executable, "-m", "pressrun", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self.log.parent,
                env={**inherited, **self._environment, **own, **source},
            )

    def ask(self, *arguments: str) -> str:
        """What a `pressrun` command on this host prints; raises RuntimeError when it fails."""
        before = self.log.stat().st_size if self.log.exists() else 0
        code = self.spawn(*arguments).wait(START_S)
        said = self.log.read_bytes()[before:].decode()
        if code != 0:
            raise RuntimeError(f"pressrun {' '.join(arguments)}: exit code {code}: {said}")
        return said

    def start(self, *arguments: str) -> None:
        """Start its server; who needs it waits for it."""
        assert self._process is None
        self.started_at = datetime.now(UTC)
        self._process = self.spawn(*arguments)

    def slew(self, offset: str, library: str) -> None:
        """Whatever is started from now on takes the wall clock to be beside the machine's by so much."""
        self._environment |= {"LD_PRELOAD": library, "FAKETIME": offset, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}

    @property
    def pids(self) -> list[int]:
        """Its processes, supervisor first."""
        return [] if self._process is None else list(processes.tree(self._process.pid))

    def kill(self) -> None:
        """As when the power goes: everything on it at once."""
        pids = self.pids
        for pid in pids:
            processes.kill(pid)
        self._reap(pids)

    def stop(self) -> int:
        """SIGTERM to the supervisor; its exit code. What is left after a while is killed."""
        assert self._process is not None
        pids = self.pids
        self._process.send_signal(signal.SIGTERM)
        if not processes.wait_gone(pids, STOP_S):
            for pid in pids:
                processes.kill(pid)
        return self._reap(pids)

    def _reap(self, pids: list[int]) -> int:
        code = 0 if self._process is None else self._process.wait()
        self._process = None
        processes.wait_gone(pids, 10)
        return code

    async def answers(self, *, timeout_s: float = START_S) -> None:
        """Wait until its API is ready; raises AssertionError with the end of its log."""
        until = time.monotonic() + timeout_s
        while time.monotonic() < until:
            if await asyncio.to_thread(self._is_ready):
                return
            assert self._process is not None
            assert self._process.poll() is None, self.tail()
            await asyncio.sleep(0.1)
        raise AssertionError(self.tail())

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(self.url + "/readyz", timeout=2):  # noqa: S310 - our own server
                return True
        except OSError:
            return False

    def tail(self) -> str:
        """The end of its log."""
        return self.log.read_text("utf-8", "replace")[-3000:]

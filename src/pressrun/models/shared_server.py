"""A child that all processes of a user share: found when it runs, started when it does not, let go of when done."""

import asyncio
import json
import os
import select
import signal
import subprocess
import sys
import threading
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pressrun.errors import FailureCode, RunFailure
from pressrun.models.local_runtime import Address, Runtime, open_runtime

TAIL_CHARACTERS = 600
SECRET_WORDS = ("KEY", "TOKEN", "SECRET", "PASSWORD", "DATABASE_URL")


@dataclass(frozen=True, slots=True)
class Child:
    """A program that can be shared: `python -m module`, fed its settings through its standard input.

    `name` names the folder where processes meet (below `parent`, if given), so that those with other settings have
    another child; `title` begins what people are told, `install` says what mends a missing part.
    """

    module: str
    name: str
    title: str
    install: str
    settings: Mapping[str, Any]
    start_timeout_s: float
    parent: Path | None = None

    def cannot_start(self, why: str, *, retryable: bool = False) -> RunFailure:
        """The failure of whoever needs the child."""
        return RunFailure(FailureCode.MODEL_UNAVAILABLE, f"{self.title} cannot start: {why}", retryable=retryable)


class SharedServer(ABC):
    """This process's hold on a shared child."""

    def __init__(self) -> None:
        self._use: int | None = None
        self._starting: asyncio.Task[Address] | None = None

    @abstractmethod
    def prepare(self) -> Child:
        """What to start, checked as far as that needs no lock; raises RunFailure. Runs in a thread."""

    @abstractmethod
    def verify(self, runtime: Runtime) -> None:
        """A last look before a start, while nobody else starts one; raises RunFailure."""

    async def address(self) -> Address:
        """The running server, started when there is none; raises RunFailure when that is impossible."""
        starting = self._under_way()
        if starting is None:
            starting = self._starting = asyncio.create_task(asyncio.to_thread(self._find_or_start))
            starting.add_done_callback(self._started)
        # Several calls wait for one start, and a call that is cancelled does not cancel it for the others.
        return await asyncio.shield(starting)

    async def close(self) -> None:
        """Let go of the server; it ends when nobody else uses it."""
        starting = self._under_way()
        if starting is not None:
            await asyncio.wait([starting])
        if self._use is not None:
            os.close(self._use)
            self._use = None

    def _under_way(self) -> asyncio.Task[Address] | None:
        """The start that will end in this event loop; one of a loop that has ended would be waited for for ever."""
        starting = self._starting
        return starting if starting is not None and starting.get_loop() is asyncio.get_running_loop() else None

    def _started(self, task: asyncio.Task[Address]) -> None:
        if self._starting is task:
            self._starting = None
        if not task.cancelled():
            task.exception()  # seen, even when every call that waited for it was cancelled

    def _find_or_start(self) -> Address:
        child = self.prepare()
        try:
            runtime = open_runtime(child.name, child.parent)
            with runtime.starting():
                if self._use is None:
                    self._use = runtime.use()
                found = runtime.address()
                if found is not None:
                    return found
                self.verify(runtime)
                return start(child, runtime)
        except OSError as error:
            raise child.cannot_start(f"{error}", retryable=True) from error


def start(child: Child, runtime: Runtime) -> Address:
    """The child, started and ready; raises RunFailure. The caller holds the runtime's `starting`."""
    runtime.forget()
    process = _spawn(child, runtime)
    # Someone must take the exit status, else the dead child stays a zombie as long as this process lives.
    threading.Thread(target=process.wait, name=child.title, daemon=True).start()
    if not _tell(process, {"folder": str(runtime.folder), **child.settings}, child.start_timeout_s):
        process.kill()
        raise child.cannot_start(f"it was not ready within {child.start_timeout_s:g} s", retryable=True)
    address = runtime.address()
    if address is None:
        raise died(child, process, runtime)
    return address


def _spawn(child: Child, runtime: Runtime) -> subprocess.Popen[bytes]:
    environment = {
        name: value for name, value in os.environ.items() if not any(word in name.upper() for word in SECRET_WORDS)
    }
    with os.fdopen(os.open(runtime.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as log:
        return subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-P", "-m", child.module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=environment,
            start_new_session=True,  # Ctrl-C in a terminal is for whoever started us, and others may use the server
        )


def _tell(process: subprocess.Popen[bytes], settings: Mapping[str, Any], timeout_s: float) -> bool:
    """Hand the settings over and wait for the child to be ready or dead; False when it is neither in time."""
    assert process.stdin is not None
    assert process.stdout is not None
    with process.stdout:
        try:
            process.stdin.write(json.dumps(settings).encode())
            process.stdin.close()
        except BrokenPipeError:
            return True  # dead already
        ready, _, _ = select.select([process.stdout], [], [], timeout_s)
        return bool(ready)


def died(child: Child, process: subprocess.Popen[bytes], runtime: Runtime) -> RunFailure:
    """What is said of a child that did not get ready."""
    try:
        status = process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        return child.cannot_start("it closed its output and went on", retryable=True)
    tail = runtime.log.read_text("utf-8", "replace").strip()[-TAIL_CHARACTERS:]
    if "libgomp" in tail:
        return child.cannot_start(f"the system library libgomp is missing: {child.install}, which says how to get it")
    if status < 0:
        name = signal.Signals(-status).name
        hint = "; this processor lacks the AVX2, FMA or F16C its runtime needs" if name == "SIGILL" else ""
        return child.cannot_start(f"it was ended by {name}{hint}. Its last words: {tail or 'none'}", retryable=True)
    return child.cannot_start(f"it ended with status {status}. Its last words: {tail or 'none'}", retryable=True)

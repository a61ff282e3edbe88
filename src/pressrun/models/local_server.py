"""The shared server of the embedded model: found when it runs, started when it does not, let go of when done."""

import asyncio
import hashlib
import json
import os
import secrets
import select
import signal
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from pressrun.errors import FailureCode, RunFailure
from pressrun.models.local_runtime import Address, Runtime, open_runtime
from pressrun.models.weights import INSTALL, check_weights, find_weights

ALIAS = "smollm2-135m"
TAIL_CHARACTERS = 600
SECRET_WORDS = ("KEY", "TOKEN", "SECRET", "PASSWORD", "DATABASE_URL")


def _threads() -> int:
    # One core is left to the rest: with all of them busy, the runtime's barriers collapse to a sixth of the speed.
    return max(1, (os.cpu_count() or 1) - 1)


@dataclass(frozen=True, slots=True)
class LocalOptions:
    """How the embedded model runs; processes with equal options share one.

    `weights` is another GGUF file than the one that is installed, `n_ctx` the context in tokens, split evenly over
    `n_parallel` slots, and `runtime_dir` replaces the folder where processes meet.
    """

    weights: Path | None = None
    n_threads: int = field(default_factory=_threads)
    n_ctx: int = 8192
    n_parallel: int = 4
    start_timeout_s: float = 120.0
    runtime_dir: Path | None = None


class LocalServer:
    """This process's hold on the server."""

    def __init__(self, options: LocalOptions) -> None:
        self._options = options
        self._use: int | None = None
        self._starting: asyncio.Task[Address] | None = None

    async def address(self) -> Address:
        """The running server, started when there is none; raises RunFailure when that is impossible."""
        if self._starting is None:
            self._starting = asyncio.create_task(asyncio.to_thread(self._find_or_start))
            self._starting.add_done_callback(self._started)
        # Several calls wait for one start, and a call that is cancelled does not cancel it for the others.
        return await asyncio.shield(self._starting)

    async def close(self) -> None:
        """Let go of the server; it ends when nobody else uses it."""
        if self._starting is not None:
            await asyncio.wait([self._starting])
        if self._use is not None:
            os.close(self._use)
            self._use = None

    def _started(self, task: asyncio.Task[Address]) -> None:
        self._starting = None
        if not task.cancelled():
            task.exception()  # seen, even when every call that waited for it was cancelled

    def _find_or_start(self) -> Address:
        weights = _weights(self._options)
        try:
            runtime = open_runtime(f"local-{_digest(self._options, weights)}", self._options.runtime_dir)
            with runtime.starting():
                if self._use is None:
                    self._use = runtime.use()
                return runtime.address() or _start(runtime, self._options, weights)
        except OSError as error:
            raise _cannot_start(f"{error}", retryable=True) from error


def _weights(options: LocalOptions) -> Path:
    if find_spec("xllamacpp") is None:
        raise _cannot_start(f"its runtime is not installed: {INSTALL}")
    weights = options.weights or find_weights()
    if weights is None:
        raise _cannot_start(f"its weights are not installed: {INSTALL}")
    if not weights.is_file():
        raise _cannot_start(f"there is no file {weights}")
    return weights.resolve()


def _digest(options: LocalOptions, weights: Path) -> str:
    shared = [str(weights), options.n_threads, options.n_ctx, options.n_parallel]
    return hashlib.sha256(json.dumps(shared).encode()).hexdigest()[:16]


def _start(runtime: Runtime, options: LocalOptions, weights: Path) -> Address:
    if options.weights is None:
        check_weights(weights, runtime.verified)
    runtime.forget()
    process = _spawn(runtime)
    # Someone must take the exit status, else the dead child stays a zombie as long as this process lives.
    threading.Thread(target=process.wait, name="local model", daemon=True).start()
    settings = {
        "folder": str(runtime.folder),
        "weights": str(weights),
        "alias": ALIAS,
        "api_key": secrets.token_urlsafe(32),
        "n_threads": options.n_threads,
        "n_ctx": options.n_ctx,
        "n_parallel": options.n_parallel,
    }
    if not _tell(process, settings, options.start_timeout_s):
        process.kill()
        raise _cannot_start(f"it was not ready within {options.start_timeout_s:g} s", retryable=True)
    address = runtime.address()
    if address is None:
        raise _died(process, runtime)
    return address


def _spawn(runtime: Runtime) -> subprocess.Popen[bytes]:
    environment = {
        name: value for name, value in os.environ.items() if not any(word in name.upper() for word in SECRET_WORDS)
    }
    with os.fdopen(os.open(runtime.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as log:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "pressrun.models.local_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=environment,
            start_new_session=True,  # Ctrl-C in a terminal is for whoever started us, and others may use the server
        )


def _tell(process: subprocess.Popen[bytes], settings: dict[str, Any], timeout_s: float) -> bool:
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


def _died(process: subprocess.Popen[bytes], runtime: Runtime) -> RunFailure:
    try:
        status = process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        return _cannot_start("it closed its output and went on", retryable=True)
    tail = runtime.log.read_text("utf-8", "replace").strip()[-TAIL_CHARACTERS:]
    if "libgomp" in tail:
        return _cannot_start(f"the system library libgomp is missing: {INSTALL}, which says how to get it")
    if status < 0:
        name = signal.Signals(-status).name
        hint = "; this processor lacks the AVX2, FMA or F16C its runtime needs" if name == "SIGILL" else ""
        return _cannot_start(f"it was ended by {name}{hint}. Its last words: {tail or 'none'}", retryable=True)
    return _cannot_start(f"it ended with status {status}. Its last words: {tail or 'none'}", retryable=True)


def _cannot_start(why: str, *, retryable: bool = False) -> RunFailure:
    return RunFailure(FailureCode.MODEL_UNAVAILABLE, f"The embedded model cannot start: {why}", retryable=retryable)

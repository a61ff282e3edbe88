"""The server of the embedded model: its weights, its settings, and how people are told what it lacks."""

import hashlib
import json
import os
import secrets
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from pressrun.models.local_runtime import Runtime
from pressrun.models.shared_server import Child, SharedServer
from pressrun.models.weights import INSTALL, check_weights, find_weights

ALIAS = "smollm2-135m"


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


class LocalServer(SharedServer):
    """This process's hold on the server."""

    def __init__(self, options: LocalOptions) -> None:
        super().__init__()
        self._options = options

    def prepare(self) -> Child:
        """See SharedServer.prepare."""
        options = self._options
        weights = options.weights or find_weights()
        child = child_of(options, weights)
        if find_spec("xllamacpp") is None:
            raise child.cannot_start(f"its runtime is not installed: {INSTALL}")
        if weights is None:
            raise child.cannot_start(f"its weights are not installed: {INSTALL}")
        if not weights.is_file():
            raise child.cannot_start(f"there is no file {weights}")
        return child

    def verify(self, runtime: Runtime) -> None:
        """See SharedServer.verify."""
        weights = find_weights()
        if self._options.weights is None and weights is not None:
            check_weights(weights.resolve(), runtime.verified)


def child_of(options: LocalOptions, weights: Path | None) -> Child:
    """The child process that serves these weights."""
    file = "" if weights is None else str(weights.resolve())
    shared = [file, options.n_threads, options.n_ctx, options.n_parallel]
    return Child(
        module="pressrun.models.local_process",
        name=f"local-{hashlib.sha256(json.dumps(shared).encode()).hexdigest()[:16]}",
        title="The embedded model",
        install=INSTALL,
        settings={
            "weights": file,
            "alias": ALIAS,
            "api_key": secrets.token_urlsafe(32),
            "n_threads": options.n_threads,
            "n_ctx": options.n_ctx,
            "n_parallel": options.n_parallel,
        },
        start_timeout_s=options.start_timeout_s,
        parent=options.runtime_dir,
    )

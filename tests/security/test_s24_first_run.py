"""S-24: a fresh server is reached by its own machine alone, and by whoever has the key alone."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live_server import LiveServer, live_server

PRESSRUN = [sys.executable, "-m", "pressrun"]
KEY = re.compile(r"pr_live_[\w-]{40}")
REFUSED_S = 90


def run(folder: Path, *arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    command = [*PRESSRUN, *arguments, "--data-dir", str(folder / "data")]
    settings = {**os.environ, **environment}
    return subprocess.run(
        command, capture_output=True, text=True, timeout=REFUSED_S, check=False, cwd=folder, env=settings
    )


def listening(server: LiveServer) -> set[str]:
    """The addresses on which the server's processes accept connections, in the kernel's notation."""
    inodes = set()
    for pid in (server.process.pid, *server.children()):
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            try:
                inodes.add(descriptor.readlink().name)
            except OSError:
                continue
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in inodes:
                found.add(fields[1].partition(":")[0])
    return found


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server as it is after the first start, with no setting but its folder."""
    folder = tmp_path_factory.mktemp("fresh")
    with live_server(folder / "data", f"sqlite:///{folder / 'data' / 'pressrun.db'}") as server:
        yield server


def test_s24_only_loopback_listens(fresh: LiveServer) -> None:
    assert listening(fresh) == {"0100007F"}


def test_s24_nothing_opens_without_the_key(fresh: LiveServer) -> None:
    """No default password, no page that sets one up."""
    for path in ("/v1/applications", "/v1/keys", "/v1/models", "/metrics", "/v1/audit", "/", "/setup", "/login"):
        for key in (None, "", "admin", "pressrun", "changeme"):
            headers = {} if key is None else {"Authorization": f"Bearer {key}"}
            request = urllib.request.Request(fresh.url + path, headers=headers)  # noqa: S310 - our own server
            with pytest.raises(urllib.error.HTTPError) as refusal:
                urllib.request.urlopen(request, timeout=10)  # noqa: S310
            assert refusal.value.code == 401, path
            refusal.value.close()


def test_s24_everything_made_is_the_owners_alone(fresh: LiveServer) -> None:
    """The folder, the database, the keys."""
    assert fresh.data_dir.stat().st_mode & 0o077 == 0
    for path in fresh.data_dir.rglob("*"):
        if not path.is_socket():
            assert path.stat().st_mode & 0o077 == 0, path


def test_s24_the_key_is_in_no_log_and_no_command_line(fresh: LiveServer) -> None:
    assert KEY.fullmatch(fresh.api_key)
    assert fresh.api_key not in fresh.log.read_text()
    for pid in (fresh.process.pid, *fresh.children()):
        assert fresh.api_key.encode() not in Path(f"/proc/{pid}/cmdline").read_bytes()


def test_s24_the_first_start_prints_the_key_on_a_terminal_once(tmp_path: Path) -> None:
    seen = [on_terminal(tmp_path), on_terminal(tmp_path)]
    stored = json.loads((tmp_path / "data" / "credentials.json").read_text())["api_key"]
    assert KEY.findall(seen[0]) == [stored]
    assert KEY.findall(seen[1]) == []


def on_terminal(folder: Path) -> str:
    """All that `pressrun serve` writes to a terminal until it runs."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(sys.executable, [*PRESSRUN, "serve", "--port", "0", "--data-dir", str(folder / "data")])  # noqa: S606 - our own command
    shown = b""
    deadline = time.monotonic() + REFUSED_S
    try:
        while b"Ctrl-C" not in shown and time.monotonic() < deadline:
            if select.select([terminal], [], [], 1)[0]:
                shown += os.read(terminal, 65_536)
    finally:
        os.kill(pid, signal.SIGTERM)
        while True:  # it must not wait for a reader of its last words
            try:
                shown += os.read(terminal, 65_536)
            except OSError:
                break
        os.waitpid(pid, 0)
        os.close(terminal)
    return shown.decode()


def test_s24_other_addresses_need_a_flag_and_a_key(tmp_path: Path) -> None:
    """In this order, and before anything is made or heard."""
    everywhere = "0.0.0.0"  # noqa: S104
    done = run(tmp_path, "serve", "--port", "0", "--host", everywhere)
    assert done.returncode == 2
    assert "add --expose" in done.stderr
    assert not (tmp_path / "data").exists()
    done = run(tmp_path, "serve", "--port", "0", "--host", everywhere, "--expose")
    assert done.returncode == 1
    assert "pressrun keys first" in done.stderr
    assert not (tmp_path / "data" / "credentials.json").exists()
    done = run(tmp_path, "serve", "--port", "0", PRESSRUN_HOST="::")
    assert done.returncode == 2, "a setting is no flag"


def test_s24_with_both_it_serves_and_warns(tmp_path: Path) -> None:
    made = run(tmp_path, "keys", "first")
    assert made.returncode == 0, made.stderr
    key = made.stdout.strip()
    assert KEY.fullmatch(key)
    again = run(tmp_path, "keys", "first")
    assert again.returncode == 1
    assert "has keys already" in again.stderr
    url = f"sqlite:///{tmp_path / 'data' / 'pressrun.db'}"
    arguments = ("--host", "0.0.0.0", "--expose")  # noqa: S104
    with live_server(tmp_path / "data", url, arguments=arguments) as server:
        assert server.api_key == key
        assert server.url.startswith("http://127.0.0.1:")
        assert "put a proxy with TLS in front" in server.log.read_text()
        assert listening(server) == {"00000000"}


@pytest.mark.skipif(os.geteuid() != 0, reason="only root is warned")
def test_s30_root_is_warned(fresh: LiveServer) -> None:
    assert "running as root, which nothing here needs" in fresh.log.read_text()

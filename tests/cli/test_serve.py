"""`pressrun serve` as a process."""

import json
import subprocess
import sys
from pathlib import Path

from tests.live_server import LiveServer, live_server


def second(server: LiveServer, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "pressrun", "serve", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False, cwd=server.data_dir.parent)


def test_a_second_server_on_the_same_data_is_refused(server: LiveServer) -> None:
    """With the process that has it and the way out."""
    done = second(server, "--port", "0", "--data-dir", str(server.data_dir))
    assert done.returncode == 1
    assert f"another server (process {server.process.pid})" in done.stderr
    assert "--data-dir" in done.stderr


def test_a_second_server_on_the_same_database_is_refused(server: LiveServer, tmp_path: Path) -> None:
    """Although it has a data folder of its own, and reaches the file through a link."""
    (tmp_path / "link.db").symlink_to(server.database_url.removeprefix("sqlite:///"))
    elsewhere = ("--data-dir", str(tmp_path / "other"), "--database-url", f"sqlite:///{tmp_path / 'link.db'}")
    done = second(server, "--port", "0", *elsewhere)
    assert done.returncode == 1
    assert f"another server (process {server.process.pid}) uses the database" in done.stderr
    assert "pressrun.db" in done.stderr


def test_a_taken_port_is_refused(server: LiveServer, tmp_path: Path) -> None:
    """Before anything is made in the database."""
    port = server.url.rpartition(":")[2]
    done = second(server, "--port", port, "--data-dir", str(tmp_path / "other"))
    assert done.returncode == 1
    assert f"port {port} is taken" in done.stderr
    assert not (tmp_path / "other" / "pressrun.db").exists()


def test_the_key_is_stored_by_the_first_start_alone(tmp_path: Path) -> None:
    """Where its owner alone reads it; the address there follows the port. It is printed on terminals, not into logs."""
    database_url = f"sqlite:///{tmp_path / 'data' / 'pressrun.db'}"
    with live_server(tmp_path / "data", database_url) as first:
        path = tmp_path / "data" / "credentials.json"
        assert path.stat().st_mode & 0o777 == 0o600
        assert json.loads(path.read_text()) == {"url": first.url, "api_key": first.api_key}
        printed = first.log.read_text()
        assert first.api_key not in printed
        assert f"{first.url}/docs" in printed
        assert [line for line in printed.splitlines() if "warning:" in line and "running as root" not in line] == []
    with live_server(tmp_path / "data", database_url) as again:
        assert again.api_key == first.api_key
        assert first.api_key not in again.log.read_text()
        assert again.request("GET", "/v1/models")["models"]

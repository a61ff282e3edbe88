"""The server's socket and its lock."""

import socket
from pathlib import Path

import pytest

from pressrun.cli.failure import Failure
from pressrun.cli.listening import listen, only_server_of


def test_a_free_port_is_taken_and_answers() -> None:
    """Whoever connects from now on is kept waiting, not turned away."""
    with listen("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
        assert port > 0
        socket.create_connection(("127.0.0.1", port)).close()


def test_a_taken_port_is_named_with_the_way_out() -> None:
    """Not a trace."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Failure, match=f"port {port} is taken on 127.0.0.1: choose another with --port"):
            listen("127.0.0.1", port)


def test_an_address_of_another_machine_is_refused() -> None:
    """192.0.2.1 belongs to nobody (RFC 5737)."""
    with pytest.raises(Failure, match="--host"):
        listen("192.0.2.1", 0)


def test_a_folder_has_one_server_at_a_time(tmp_path: Path) -> None:
    """The lock goes with its holder."""
    refusal = r"another server \(process \d+\) uses the data folder .*--data-dir"
    lock, what = tmp_path / "server.lock", f"the data folder {tmp_path}"
    with only_server_of(lock, what), pytest.raises(Failure, match=refusal), only_server_of(lock, what):
        pass
    with only_server_of(lock, what):
        pass

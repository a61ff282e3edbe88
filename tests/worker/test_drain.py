"""A server that is asked to stop tells load balancers before it stops listening."""

import signal
import time
import urllib.error
from pathlib import Path

from tests.live_server import LiveServer, live_server

DRAIN_S = 600
"""Longer than any test may take: what ends it is the second signal."""


def wait_until_not_ready(server: LiveServer) -> str:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            server.request("GET", "/readyz")
        except urllib.error.HTTPError as refused:
            return f"{refused.code} {refused.read().decode()}"
        time.sleep(0.02)
    raise AssertionError("it is ready for ever")


def test_a_draining_server_is_not_ready_and_answers(tmp_path: Path) -> None:
    with live_server(
        tmp_path / "data",
        f"sqlite:///{tmp_path / 'pressrun.db'}",
        arguments=("--workers", "1"),
        environment={"PRESSRUN_DRAIN_S": str(DRAIN_S)},
    ) as server:
        server.process.send_signal(signal.SIGTERM)
        assert wait_until_not_ready(server) == '503 {"status":"stopping"}'
        assert server.request("GET", "/v1/models")["models"]
        assert server.process.poll() is None
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(60)

"""A real server on a disk that fills up."""

import urllib.error
from pathlib import Path
from typing import Any

from tests.live_server import LiveServer, live_server
from tests.mock_model import mock_model
from tests.raw_sql import fetch
from tests.store.small_disk import clear, fill, small_disk
from tests.worker.test_processes import create, deploy, unfinished, wait_for

TEXT = "x" * 50_000


def ready(server: LiveServer) -> Any:
    return server.request("GET", "/readyz")


async def test_a_server_outlives_a_full_disk(tmp_path: Path) -> None:
    """New jobs get 507 and a wait, polls are answered, what runs ends, and all goes on when there is room again."""
    with (
        small_disk(24) as disk,
        mock_model(lambda nonce, _serial: 3.0 if nonce.startswith("slow") else 0.01) as mock,
        live_server(
            tmp_path / "data",
            f"sqlite:///{disk / 'pressrun.db'}",
            environment={"PRESSRUN_BALLAST_BYTES": str(2 << 20)},
        ) as server,
    ):
        deploy(server, mock)
        slow = [create(server, f"slow-{number}") for number in range(5)]
        wait_for(lambda: len(mock.in_flight) == 5, "jobs run")
        assert ready(server)["room"] == "ok"
        fill(disk)
        refused = wait_for(lambda: refusal(server), "the disk is full")
        assert (refused.code, refused.headers["x-should-retry"]) == (507, "true")
        assert 1 <= int(refused.headers["retry-after"]) <= 59
        assert ready(server)["room"] == "none"
        for job_id in slow:
            path = f"/v1/applications/jobs/{job_id}?wait=30"
            assert server.request("GET", path)["status"] == "completed"
        assert refusal(server) is not None, "still full"
        clear(disk)
        wait_for(lambda: ready(server)["room"] == "ok", "the reserve is set aside again")
        last = create(server, "last")
        assert server.request("GET", f"/v1/applications/jobs/{last}?wait=30")["status"] == "completed"
        wait_for(lambda: unfinished(server) == 0, "every accepted job ended")
        log = server.log.read_text()
        assert log.count("store.room_lost") == log.count("store.room_regained") == 1
        assert await fetch(server.database_url, "PRAGMA integrity_check") == [("ok",)]
        assert await fetch(server.database_url, "SELECT DISTINCT state, attempts FROM jobs") == [("completed", 1)]


def refusal(server: LiveServer) -> urllib.error.HTTPError | None:
    """How the server refuses a job; None when it takes it."""
    try:
        create(server, TEXT)
    except urllib.error.HTTPError as error:
        error.close()
        return error
    return None

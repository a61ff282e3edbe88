"""Retention in a real server."""

import urllib.error
from pathlib import Path

from tests.live_server import LiveServer, live_server
from tests.mock_model import mock_model
from tests.raw_sql import execute, fetch
from tests.worker.test_processes import create, deploy, wait_for

LONG_US = 91 * 86_400 * 1_000_000


def is_gone(server: LiveServer, job_id: str) -> bool:
    try:
        server.request("GET", f"/v1/applications/jobs/{job_id}")
    except urllib.error.HTTPError as error:
        error.close()
        return error.code == 404
    return False


async def test_a_server_forgets_old_jobs_by_itself(database_url: str, tmp_path: Path) -> None:
    """With the default settings, soon after its start; what is young is there."""
    with mock_model(lambda _nonce, _serial: 0.0) as mock:
        with live_server(tmp_path / "data", database_url) as server:
            deploy(server, mock)
            old, young = create(server, "old"), create(server, "young")
            for job_id in (old, young):
                assert server.request("GET", f"/v1/applications/jobs/{job_id}?wait=30")["status"] == "completed"
        past = f"created_at = created_at - {LONG_US}, completed_at = completed_at - {LONG_US}"
        await execute(database_url, f"UPDATE jobs SET {past} WHERE id = '{old}'")  # noqa: S608
        with live_server(tmp_path / "data", database_url) as server:
            wait_for(lambda: is_gone(server, old), "the old job is gone")
            assert server.request("GET", f"/v1/applications/jobs/{young}")["status"] == "completed"
            assert server.request("GET", "/v1/applications/sealed/jobs")["totalCount"] == 1
    assert await fetch(database_url, "SELECT job_id FROM results") == [(young,)]

"""Everything is killed half way through a file: no row is lost, and no finished call is made again."""

import os
import signal
from pathlib import Path

from tests.live_server import LiveServer, live_server
from tests.mock_model import mock_model, seal
from tests.raw_sql import fetch
from tests.worker.test_processes import deploy, has_ended, wait_for

ROWS = 300
PLACES = 20
ENDED = {"completed", "completed_with_errors", "cancelled"}


def start(server: LiveServer) -> str:
    rows = [{"Nonce": f"nonce-{number:03}"} for number in range(ROWS)]
    return str(server.request("POST", "/v1/applications/sealed/batches", {"rows": rows})["id"])


def done(server: LiveServer, batch_id: str) -> int:
    counts = server.request("GET", f"/v1/batches/{batch_id}")["counts"]
    assert sum(counts.values()) == 2 * counts["total"]
    return int(counts["completed"])


async def test_a_killed_server_goes_on_with_a_batch_where_it_was(database_url: str, tmp_path: Path) -> None:
    arguments = ("--concurrency", str(PLACES))
    with mock_model(lambda _nonce, _serial: 0.05) as mock:
        with live_server(tmp_path / "data", database_url, arguments=arguments) as server:
            deploy(server, mock)
            batch_id = start(server)
            wait_for(lambda: done(server, batch_id) >= ROWS // 2, "half of the rows are done")
            everything = [server.process.pid, *server.children()]
            for pid in everything:
                os.kill(pid, signal.SIGKILL)
            wait_for(lambda: all(has_ended(pid) for pid in everything), "nothing of it lives")
        finished = (await fetch(database_url, "SELECT count(*) FROM results"))[0][0]
        with live_server(tmp_path / "data", database_url, arguments=arguments) as server:
            wait_for(lambda: server.request("GET", f"/v1/batches/{batch_id}")["state"] in ENDED, "the batch ended")
            batch = server.request("GET", f"/v1/batches/{batch_id}")
            rows = server.request("GET", f"/v1/batches/{batch_id}/rows?limit=1000")["data"]
    assert (batch["state"], batch["counts"]["completed"]) == ("completed", ROWS)
    assert ROWS // 2 <= finished < ROWS
    assert [row["suggestion"].split(":call=")[0] for row in rows] == [
        f"ANS:{seal(f'nonce-{number:03}')}" for number in range(ROWS)
    ]
    assert sum(mock.calls.values()) <= ROWS + PLACES

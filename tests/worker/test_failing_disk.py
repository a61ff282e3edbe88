"""F11: a disk that reports an error when it is asked to sync; nothing is acknowledged that it does not hold."""

import contextlib
import shutil
import subprocess
import time
import urllib.error
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live_server import LiveServer, live_server
from tests.mock_model import mock_model
from tests.raw_sql import fetch
from tests.worker.test_processes import create, deploy, unfinished, wait_for

STRACE = shutil.which("strace")
SYNCS = "fsync,fdatasync"
TRIES = 20
REFUSED = 2
"""Requests while the disk fails: each is looked after for ten seconds before it is refused."""


@contextlib.contextmanager
def failing_syncs(pid: int) -> Iterator[None]:
    """Every sync of a process, and of its threads, fails with EIO meanwhile."""
    what = ["-e", f"trace={SYNCS}", "-e", f"inject={SYNCS}:error=EIO"]
    command = [str(STRACE), "-f", "-o", "/dev/null", *what, "-p", str(pid)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as strace:
        assert strace.stderr is not None
        told = strace.stderr.readline()
        if "attached" not in told:
            pytest.skip(f"strace may not attach: {told}")
        try:
            yield
        finally:
            strace.terminate()
            strace.stderr.read()


def attempt(server: LiveServer, nonce: str) -> str | int:
    """The id of the job that was accepted, or the status of the refusal."""
    try:
        return create(server, nonce)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


@pytest.mark.skipif(STRACE is None, reason="needs strace")
async def test_what_cannot_be_synced_is_not_acknowledged(tmp_path: Path) -> None:
    """The API answers 503 while its disk fails, reads go on, and it recovers by itself; no accepted job is lost."""
    database_url = f"sqlite:///{tmp_path / 'pressrun.db'}"
    with mock_model(lambda _nonce, _serial: 0.0) as mock:
        with live_server(tmp_path / "data", database_url) as server:
            deploy(server, mock)
            accepted = [create(server, f"before-{number}") for number in range(TRIES)]
            (api,) = [pid for pid, command in server.children().items() if "pressrun.api.process" in command]
            with failing_syncs(api):
                answers = {attempt(server, f"during-{number}") for number in range(REFUSED)}
                assert answers == {503}
                assert server.request("GET", f"/v1/applications/jobs/{accepted[0]}")["id"] == accepted[0]
            accepted.append(wait_for(lambda: accepted_again(server), "it recovers"))
            wait_for(lambda: unfinished(server) == 0, "every job ended")
            for job_id in accepted:
                assert server.request("GET", f"/v1/applications/jobs/{job_id}")["status"] == "completed"
        assert await fetch(database_url, "PRAGMA integrity_check") == [("ok",)]
    stored = {row[0] for row in await fetch(database_url, "SELECT id FROM jobs")}
    assert set(accepted) <= stored
    assert len(stored) <= TRIES + REFUSED + 1


def accepted_again(server: LiveServer) -> str | None:
    answer = attempt(server, f"after-{time.monotonic()}")
    return answer if isinstance(answer, str) else None

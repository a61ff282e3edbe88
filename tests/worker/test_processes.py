"""Real processes, really killed, stopped and continued, on both databases."""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.live_server import LiveServer, live_server
from tests.mock_model import MockModel, mock_model, seal
from tests.raw_sql import fetch

AGENT = {
    "name": "Sealed",
    "alias": "sealed",
    "inputs": [{"name": "Nonce", "type": "text"}],
    "prompts": [{"name": "answer", "model": "mock", "prompt": "@Nonce"}],
}
WAIT_S = 60
LEASE_S = 30
SECOND = 1_000_000


def deploy(server: LiveServer, mock: MockModel) -> None:
    server.request("POST", "/v1/models", {"name": "mock", "base_url": mock.base_url})
    server.request("POST", "/v1/applications", AGENT)
    server.request("POST", "/v1/applications/sealed/deploy")


def create(server: LiveServer, nonce: str) -> str:
    body = {"inputs": [{"id": "Nonce", "value": [nonce]}]}
    return str(server.request("POST", "/v1/applications/sealed/jobs", body)["id"])


def wait_for(condition: Callable[[], Any], what: str, within_s: float = WAIT_S) -> Any:
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.02)
    raise AssertionError(f"never came true: {what}")


def has_ended(pid: int) -> bool:
    """Whether a process is gone, or only waits for its parent to take note."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def unfinished(server: LiveServer) -> int:
    return int(server.request("GET", "/v1/applications/sealed/jobs?status=in_progress&limit=1")["totalCount"])


async def test_killed_workers_lose_nothing(database_url: str, tmp_path: Path) -> None:
    """Workers die by SIGKILL under load: every job ends with its own result, recorded once, long before any lease."""
    with (
        mock_model(lambda _nonce, serial: 1.0 if serial == 1 else 0.05) as mock,
        live_server(tmp_path / "data", database_url, arguments=("--workers", "2", "--concurrency", "20")) as server,
    ):
        deploy(server, mock)
        jobs = {create(server, f"nonce-{number:03}"): f"nonce-{number:03}" for number in range(400)}
        kills = []
        for _ in range(3):
            wait_for(lambda: len(mock.in_flight) >= 10 and len(server.workers()) == 2, "both workers are busy")
            kills.append(time.time())
            os.kill(server.workers()[0], signal.SIGKILL)
            wait_for(lambda: server.workers()[1:] and len(mock.in_flight) < 40, "a new worker starts")
        wait_for(lambda: unfinished(server) == 0, "every job ended")
        for job_id, nonce in jobs.items():
            job = server.request("GET", f"/v1/applications/jobs/{job_id}")
            assert job["status"] == "completed", job
            assert job["data"]["suggestion"].startswith(f"ANS:{seal(nonce)}:call=")
    results = Counter(row[0] for row in await fetch(database_url, "SELECT job_id FROM results"))
    assert results == Counter(list(jobs))
    rescued = await fetch(
        database_url,
        "SELECT r.job_id, r.at, min(s.at) FROM job_events r JOIN job_events s ON s.job_id = r.job_id AND s.seq > r.seq "
        "AND s.event = 'job.started' WHERE r.event = 'job.rescued' GROUP BY r.job_id, r.at",
    )
    assert rescued, "a busy worker was killed, so it must have held jobs"
    assert sum(mock.calls.values()) <= len(jobs) + len(rescued)
    recoveries = [started / SECOND - max(kill for kill in kills if kill <= at / SECOND) for _, at, started in rescued]
    print(f"{len(rescued)} jobs of 3 killed workers back at work, the slowest after {max(recoveries):.3f} s")
    assert max(recoveries) < LEASE_S / 2, "freed by the supervisor, not by the end of a lease"


async def test_a_worker_stopped_past_its_lease_changes_nothing(database_url: str, tmp_path: Path) -> None:
    """SIGSTOP past the lease, another worker takes over and finishes, SIGCONT: the first one's result is refused."""
    with (
        mock_model(lambda _nonce, serial: 6.0 if serial == 1 else 0.05) as mock,
        live_server(
            tmp_path / "data",
            database_url,
            arguments=("--workers", "2", "--concurrency", "5"),
            environment={"PRESSRUN_LEASE_S": "1.5"},
        ) as server,
    ):
        deploy(server, mock)
        job_id = create(server, "zombie")
        wait_for(lambda: "zombie" in mock.in_flight, "the first call is under way")
        ((pid,),) = await fetch(
            database_url, "SELECT workers.pid FROM workers JOIN jobs ON jobs.worker_id = workers.id"
        )
        # Its supervisor would end a worker that was buried and lives on: as on a machine that sleeps, it sleeps too.
        os.kill(server.process.pid, signal.SIGSTOP)
        os.kill(pid, signal.SIGSTOP)
        try:
            path = f"/v1/applications/jobs/{job_id}"
            job = wait_for(
                lambda: (found := server.request("GET", path))["status"] == "completed" and found, "another took over"
            )
            assert job["data"]["suggestion"] == f"ANS:{seal('zombie')}:call=2"
            wait_for(lambda: "zombie" not in mock.in_flight, "the first call is answered")
        finally:
            os.kill(pid, signal.SIGCONT)
        wait_for(lambda: has_ended(pid), "the fenced worker ended")
        os.kill(server.process.pid, signal.SIGCONT)
        wait_for(lambda: len(server.workers()) == 2, "its place was taken")
        assert server.request("GET", path) | {"updated_at": ""} == job | {"updated_at": ""}
        events = [line["event"] for line in server.request("GET", path + "/events")["data"]]
        assert events[:5] == ["job.created", "job.started", "job.rescued", "job.started", "job.completed"]
    assert await fetch(database_url, "SELECT count(*) FROM results") == [(1,)]


async def test_a_worker_that_was_buried_and_lives_on_is_replaced(database_url: str, tmp_path: Path) -> None:
    """A process that hangs as a whole cannot end itself: its supervisor does."""
    with (
        mock_model(lambda _nonce, serial: 6.0 if serial == 1 else 0.05) as mock,
        live_server(tmp_path / "data", database_url, environment={"PRESSRUN_LEASE_S": "1.5"}) as server,
    ):
        deploy(server, mock)
        job_id = create(server, "hangs")
        wait_for(lambda: "hangs" in mock.in_flight, "the first call is under way")
        (pid,) = server.workers()
        os.kill(pid, signal.SIGSTOP)
        wait_for(lambda: has_ended(pid), "the hanging worker was ended")
        job = server.request("GET", f"/v1/applications/jobs/{job_id}?wait=30")
        assert job["data"]["suggestion"] == f"ANS:{seal('hangs')}:call=2"


async def test_sigterm_finishes_what_runs(database_url: str, tmp_path: Path) -> None:
    """A server that is asked to stop finishes the calls under way: none is made twice."""
    with mock_model(lambda _nonce, _serial: 1.0) as mock:
        with live_server(tmp_path / "data", database_url) as server:
            deploy(server, mock)
            for number in range(5):
                create(server, f"n{number}")
            wait_for(lambda: len(mock.in_flight) == 5, "all calls are under way")
        assert await fetch(database_url, "SELECT DISTINCT state, attempts FROM jobs") == [("completed", 1)]
        assert set(mock.calls.values()) == {1}
        assert await fetch(database_url, "SELECT DISTINCT state FROM workers") == [("stopped",)]


async def test_a_short_grace_gives_jobs_back(database_url: str, tmp_path: Path) -> None:
    """What cannot finish in time is given back, uncharged, and done by the next server."""
    with mock_model(lambda _nonce, serial: 30.0 if serial == 1 else 0.05) as mock:
        short = {"PRESSRUN_GRACE_S": "0.2"}
        with live_server(tmp_path / "data", database_url, environment=short) as server:
            deploy(server, mock)
            job_id = create(server, "n")
            wait_for(lambda: "n" in mock.in_flight, "the call is under way")
        assert await fetch(database_url, "SELECT state, errors FROM jobs") == [("queued", 0)]
        with live_server(tmp_path / "data", database_url) as server:
            path = f"/v1/applications/jobs/{job_id}?wait=30"
            assert server.request("GET", path)["status"] == "completed"


@pytest.mark.parametrize("number", [signal.SIGKILL])
async def test_a_killed_supervisor_takes_its_children_along(
    database_url: str, tmp_path: Path, number: signal.Signals
) -> None:
    """Nothing works on unsupervised, and the next server frees what was held."""
    with mock_model(lambda _nonce, serial: 30.0 if serial == 1 else 0.05) as mock:
        with live_server(tmp_path / "data", database_url, environment={"PRESSRUN_GRACE_S": "0"}) as server:
            deploy(server, mock)
            job_id = create(server, "n")
            wait_for(lambda: "n" in mock.in_flight, "the call is under way")
            children = list(server.children())
            os.kill(server.process.pid, number)
            server.process.wait()
            wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in children), "the children ended")
        with live_server(tmp_path / "data", database_url) as server:
            path = f"/v1/applications/jobs/{job_id}?wait=30"
            assert server.request("GET", path)["status"] == "completed"

"""`pressrun work` as a process."""

import signal
import subprocess
import sys
from pathlib import Path

from tests.cli.conftest import AGENT, Pressrun
from tests.live_server import LiveServer


def test_workers_alone_run_the_jobs_of_a_server_without_any(alone: Pressrun, tmp_path: Path) -> None:
    """SQLite is shared by the processes of one machine."""
    process = subprocess.Popen(
        [sys.executable, "-m", "pressrun", "serve", "--port", "0", "--workers", "0", "--data-dir", "data"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "Pressrun is running.\n"
    applied = alone("agents", "apply", "-", "--deploy", typed=AGENT.format(alias="echo"))
    assert applied.exit_code == 0, applied.stderr
    job_id = alone("run", "echo", "Topic=hello", "--async").stdout.strip()
    workers = subprocess.Popen([sys.executable, "-m", "pressrun", "work", "--data-dir", "data"])
    try:
        assert alone("jobs", "watch", job_id).stdout == "hello\n"
    finally:
        for one in (workers, process):
            one.send_signal(signal.SIGTERM)
            assert one.wait(40) == 0
        process.stdout.close()


def test_no_workers_are_wrong_usage(alone: Pressrun) -> None:
    """There would be nothing to do."""
    assert alone("work", "--workers", "0").exit_code == 2


def test_a_database_without_its_schema_is_refused(alone: Pressrun) -> None:
    """A mistyped folder does not become a new database."""
    done = alone("work")
    assert done.exit_code == 1
    assert "pressrun migrate" in done.stderr


def test_workers_join_a_server(server: LiveServer, alone: Pressrun) -> None:
    """The lock of the data folder is the server's alone."""
    process = subprocess.Popen(
        [sys.executable, "-m", "pressrun", "work", "--data-dir", str(server.data_dir), "--workers", "1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "Pressrun works with 1 worker process(es). Stop: Ctrl-C\n"
    process.send_signal(signal.SIGTERM)
    assert process.wait(40) == 0
    process.stdout.close()

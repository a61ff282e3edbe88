"""`pressrun run`."""

import contextlib
import json
import os
import pty
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Pressrun
from tests.live_server import LiveServer


def test_the_text_is_all_that_is_printed(pressrun: Pressrun, agent: str) -> None:
    """Standard output is the result and nothing else."""
    done = pressrun("run", agent, "Topic=Zürich 🚀")
    assert (done.exit_code, done.stdout, done.stderr) == (0, "Zürich 🚀\n", "")


def test_values_come_from_files_and_standard_input(pressrun: Pressrun, agent: str, tmp_path: Path) -> None:
    """Several values of one input are joined."""
    path = tmp_path / "topic.txt"
    path.write_text("from a file\n")
    done = pressrun("run", agent, f"Topic=@{path}", "Topic=-", "Topic=typed", typed="from a pipe\n")
    assert done.stdout == "from a file\nfrom a pipe\ntyped\n"


def test_fan_out_gives_a_result_for_each_value(pressrun: Pressrun, agent: str) -> None:
    """They are in the job's data."""
    job = json.loads(pressrun("run", agent, "Topic=a", "Topic=b", "--fan-out", "--json").stdout)
    assert job["status"] == "completed"
    assert len(job["data"]["results"]) == 2


def test_a_job_that_fails_is_exit_code_1_with_its_error(pressrun: Pressrun, agent: str) -> None:
    """And nothing on standard output that a script could take for a text."""
    done = pressrun("run", agent, "Topic=explode")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "the model exploded" in done.stderr
    assert "pressrun jobs retry" in done.stderr


def test_a_failed_job_is_still_json(pressrun: Pressrun, agent: str) -> None:
    """The document is printed, the exit code tells."""
    done = pressrun("run", agent, "Topic=explode", "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)["status"] == "failed"


def test_async_prints_the_id_alone(pressrun: Pressrun, agent: str) -> None:
    """With the way to follow it on standard error."""
    done = pressrun("run", agent, "Topic=hello", "--async")
    job_id = done.stdout.strip()
    assert f"pressrun jobs watch {job_id}" in done.stderr
    assert pressrun("jobs", "watch", job_id).stdout == "hello\n"
    assert json.loads(pressrun("run", agent, "Topic=hello", "--async", "--json").stdout)["status"] == "in_progress"


def test_an_idempotency_key_makes_repeating_safe(pressrun: Pressrun, agent: str) -> None:
    """The same job comes back."""
    arguments = ("run", agent, "Topic=once", "--async", "--idempotency-key", f"key of {agent}")
    assert pressrun(*arguments).stdout == pressrun(*arguments).stdout


@pytest.mark.parametrize("key", ["", " a", "ü", "a\nb", "x" * 256])
def test_an_idempotency_key_that_no_header_holds_is_wrong_usage(pressrun: Pressrun, agent: str, key: str) -> None:
    """Refused here, in words."""
    assert pressrun("run", agent, "Topic=x", "--idempotency-key", key).exit_code == 2


def test_every_bad_input_is_a_line(pressrun: Pressrun, agent: str) -> None:
    """As the server tells them, all at once."""
    done = pressrun("run", agent, "Topik=a", "Tone=b")
    assert done.exit_code == 1
    assert all(line.startswith("error: ") for line in done.stderr.splitlines())
    assert "Topik" in done.stderr
    assert "Tone" in done.stderr
    assert '"Topic" is required: add "Topic=…"' in done.stderr


def test_ctrl_c_ends_the_waiting_and_not_the_job(server: LiveServer, pressrun: Pressrun, agent: str) -> None:
    """And says how to find the job again."""
    ours, theirs = pty.openpty()
    process = start(server, agent, stderr=theirs)
    os.close(theirs)
    seen = b""
    with open(ours, "rb", buffering=0) as terminal:  # noqa: PTH123 - a descriptor
        while b"waiting for job" not in seen:
            seen += terminal.read(4096)
        process.send_signal(signal.SIGINT)
        with contextlib.suppress(OSError):  # how Linux says that the other end is closed
            while piece := terminal.read(4096):
                seen += piece
    assert process.wait(30) == 130
    job_id = server.request("GET", f"/v1/applications/{agent}/jobs")["result"][0]["id"]
    assert f"pressrun jobs watch {job_id}" in b"".join(seen.split(b"\r\n")).decode()
    assert pressrun("jobs", "cancel", job_id).exit_code == 0


def test_ctrl_c_before_the_answer_says_where_to_look(agent: str, server: LiveServer) -> None:
    """The job may have been accepted: nobody knows but the server."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        process = start(server, agent, stderr=subprocess.PIPE, PRESSRUN_URL=url, PRESSRUN_API_KEY="k")
        connection, _ = silent.accept()
        with connection:
            assert connection.recv(4096).startswith(b"POST ")
            process.send_signal(signal.SIGINT)
            _, problems = process.communicate(timeout=30)
    assert process.returncode == 130
    assert f"pressrun jobs list {agent}" in problems.decode()


def start(server: LiveServer, agent: str, stderr: int, **environment: str) -> "subprocess.Popen[bytes]":
    """`pressrun run` with a job that takes ten minutes."""
    command = [sys.executable, "-m", "pressrun", "run", agent, "Topic=slowly"]
    settings = {**os.environ, "PRESSRUN_DATA_DIR": str(server.data_dir), **environment}
    return subprocess.Popen(command, env=settings, stdout=subprocess.DEVNULL, stderr=stderr)

"""`pressrun graphs`, against a real server."""

import json
import os
import signal
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from tests.cli.conftest import Pressrun
from tests.live_server import LiveServer

pytestmark = pytest.mark.usefixtures("embedder")

WARRANTY = "The warranty lasts for two years from the day of delivery."


def test_a_graph_from_its_making_to_its_end(pressrun: Pressrun, tmp_path: Path) -> None:
    """Made, filled, searched, asked, emptied, deleted."""
    (tmp_path / "warranty.txt").write_text(WARRANTY)
    (tmp_path / "returns.txt").write_text("Goods may be sent back within thirty days.")
    name = f"handbooks {uuid.uuid4()}"
    made = pressrun("graphs", "create", name, "--description", "For customers")
    assert made.exit_code == 0, made.stderr
    graph_id = made.stdout.strip()
    added = pressrun("graphs", "add", name, "warranty.txt", "returns.txt", "--wait")
    assert (added.exit_code, added.stdout) == (0, "2 files, 2 passages\n"), added.stderr
    assert pressrun("graphs", "watch", graph_id).stdout == "2 files, 2 passages\n"
    shown = pressrun("graphs", "show", name).stdout
    assert "2 ready, 0 in progress, 0 failed" in shown
    assert "by meaning and by words" in shown
    assert name in pressrun("graphs", "list").stdout
    found = json.loads(pressrun("graphs", "search", name, "How many years does the guarantee last?", "--json").stdout)
    assert found["data"][0]["text"] == WARRANTY
    assert WARRANTY in pressrun("graphs", "search", name, "warranty", "--limit", "1").stdout
    asked = pressrun("graphs", "ask", name, "How long is the warranty?", "--model", "scripted")
    assert "Question: How long is the warranty?" in asked.stdout
    assert f"[1] warranty.txt: {WARRANTY}" in asked.stderr
    told = json.loads(pressrun("graphs", "ask", name, "How long?", "--model", "scripted", "--json").stdout)
    file_id = found["data"][0]["file_id"]
    assert told["question"] == "How long?"
    assert pressrun("graphs", "remove", name, file_id).stdout == "Removed 1 file.\n"
    again = pressrun("graphs", "add", name, file_id, "--wait")
    assert again.stdout == "2 files, 2 passages\n"
    refused = pressrun("graphs", "delete", name)
    assert (refused.exit_code, "--yes" in refused.stderr) == (2, True)
    assert pressrun("graphs", "delete", name, "--yes").stdout == f"Deleted {graph_id}.\n"
    gone = pressrun("graphs", "show", name)
    assert (gone.exit_code, "there is no graph" in gone.stderr) == (1, True)


def test_what_is_wrong_is_said(pressrun: Pressrun, tmp_path: Path) -> None:
    """Neither a path nor an id; a file that has no text; a graph that is not there."""
    name = f"wrong {uuid.uuid4()}"
    pressrun("graphs", "create", name)
    missing = pressrun("graphs", "add", name, "missing.txt")
    assert (missing.exit_code, "neither a file here nor the id of one" in missing.stderr) == (1, True)
    (tmp_path / "old.doc").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    pressrun("graphs", "add", name, "old.doc")
    watched = pressrun("graphs", "watch", name)
    assert (watched.exit_code, "1 file has failed" in watched.stderr) == (1, True)
    assert pressrun("graphs", "ask", "no such graph", "What?").exit_code == 1
    pressrun("graphs", "delete", name, "--yes")


def test_a_name_that_two_graphs_have_is_asked_about(pressrun: Pressrun) -> None:
    """Their ids are said, and an id still finds one."""
    name = f"twice {uuid.uuid4()}"
    ids = [pressrun("graphs", "create", name).stdout.strip() for _ in range(2)]
    refused = pressrun("graphs", "show", name)
    assert (refused.exit_code, f"2 graphs are called {name!r}" in refused.stderr) == (1, True)
    assert all(one in refused.stderr for one in ids)
    assert pressrun("graphs", "show", ids[0]).exit_code == 0


def test_ctrl_c_ends_the_watching_and_not_the_taking_in(server: LiveServer, pressrun: Pressrun, tmp_path: Path) -> None:
    """It says how to come back; thousands of passages are not embedded before it."""
    graph_id = pressrun("graphs", "create", f"long {uuid.uuid4()}").stdout.strip()
    (tmp_path / "long.txt").write_text("\n\n".join(f"{WARRANTY} {number}" for number in range(50_000)))
    command = [sys.executable, "-m", "pressrun", "graphs", "add", graph_id, str(tmp_path / "long.txt"), "--wait"]
    environment = {**os.environ, "PRESSRUN_URL": server.url, "PRESSRUN_API_KEY": server.api_key}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        file_id = process.stderr.readline().removeprefix("long.txt: ").strip()
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
    assert process.returncode == 130
    assert f"`pressrun graphs watch {graph_id}` follows them" in rest
    assert json.loads(pressrun("files", "show", file_id, "--json").stdout)["status"] == "in_progress"
    assert pressrun("files", "delete", file_id, "--yes").exit_code == 0

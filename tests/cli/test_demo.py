"""`pressrun demo` as a new user runs it: an empty home, the embedded model, Writer's own client, a file of rows."""

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path


def test_three_real_texts_and_a_file_of_them(tmp_path: Path) -> None:
    """It ends by itself with the texts, and says what to do next."""
    done = subprocess.run(
        [sys.executable, "-m", "pressrun", "demo"],
        env={**os.environ, "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data"), "PRESSRUN_PORT": "0"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=400,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for product in ("Terra running shoe", "Aqua swim goggles", "Flex yoga mat"):
        assert f"completed   {product}" in done.stdout
    assert done.stdout.count("Social post: ") >= 3
    with (tmp_path / "data" / "pressrun" / "demo-results.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 12
    assert all(row["status"] == "completed" and "Social post: " in row["suggestion"] for row in rows)
    assert "completed: 12 of 12 rows completed" in done.stderr
    assert "/docs" in done.stdout
    assert "pressrun serve" in done.stdout


def test_ctrl_c_stops_the_server_too_and_says_what_stays(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "pressrun", "demo"],
        env={**os.environ, "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data"), "PRESSRUN_PORT": "0"},
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    folder = tmp_path / "data" / "pressrun"
    deadline = time.monotonic() + 60
    while not (folder / "credentials.json").exists():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=60)
    assert process.returncode == 130, told
    assert f"stopped; the agent and its jobs stay in {folder}" in told

"""Real processes whose wall clock jumps: nothing is freed, nothing ends early, nothing runs twice."""

import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.live_server import live_server
from tests.mock_model import mock_model
from tests.raw_sql import fetch
from tests.worker.test_processes import create, deploy, unfinished, wait_for

COMPILER = shutil.which("cc") or shutil.which("gcc")
HOUR_S, DAY_S = 3600, 86_400
JUMPS_S = (HOUR_S, -HOUR_S, DAY_S, -DAY_S, 4000 * DAY_S, -300)
EACH_S = 1.5
"""How long each jump lasts: long enough for heartbeats and rounds of upkeep."""


def compiled(folder: Path) -> Path:
    """The library that moves a process's wall clock."""
    library, source = folder / "wall_clock.so", Path(__file__).with_name("wall_clock.c")
    subprocess.run([str(COMPILER), "-shared", "-fPIC", "-O1", "-o", library, source], check=True)
    return library


@pytest.mark.skipif(COMPILER is None, reason="needs a C compiler for the clock that jumps")
async def test_a_wall_clock_that_jumps_is_harmless(database_url: str, tmp_path: Path) -> None:
    """Every process of the server jumps an hour, a day and eleven years to and fro while jobs run and wait."""
    library, offset = compiled(tmp_path), tmp_path / "offset"
    offset.write_text("0")
    environment = {"LD_PRELOAD": str(library), "WALL_CLOCK_OFFSET": str(offset), "PRESSRUN_LEASE_S": "6"}
    with (
        mock_model(lambda _nonce, _serial: 0.3) as mock,
        live_server(
            tmp_path / "data", database_url, environment=environment, arguments=("--concurrency", "4")
        ) as server,
    ):
        deploy(server, mock)
        made = 0
        for jump_s in JUMPS_S:
            offset.write_text(str(jump_s))
            until = time.monotonic() + EACH_S
            while time.monotonic() < until:
                create(server, f"n{made}")
                made += 1
                time.sleep(0.1)
        wait_for(lambda: unfinished(server) == 0, "every job ended")
        assert any(f'"timestamp":"{year}-' in server.log.read_text() for year in range(2036, 2060)), "it did jump"
    assert await fetch(database_url, "SELECT DISTINCT state, attempts FROM jobs") == [("completed", 1)]
    assert await fetch(database_url, "SELECT count(*) FROM results") == [(made,)]
    assert set(mock.calls.values()) == {1}
    ((oldest, newest),) = await fetch(database_url, "SELECT min(created_at), max(completed_at) FROM jobs")
    assert newest - oldest < 600 * 1_000_000, "the jobs' times do not jump"

"""F07: an API process that may open 64 files, and two hundred connections: it refuses some, it does not fall over."""

import contextlib
import os
import shutil
import socket
import time
import urllib.request
from pathlib import Path

import pytest

from pressrun.system import System
from tests.security.api_process import api_process

FILES = 64
CONNECTIONS = 200
RECOVERS_S = 90


@pytest.mark.skipif(shutil.which("prlimit") is None, reason="prlimit (util-linux) is not installed here")
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_f07_few_files_many_connections(system: System, tmp_path: Path, database_url: str) -> None:
    prefix = ("prlimit", f"--nofile={FILES}:{FILES}")
    with api_process(tmp_path, database_url, prefix=prefix, log_level="warning") as server:
        for _ in range(3):
            with contextlib.ExitStack() as open_ones:
                for _ in range(CONNECTIONS):
                    one = open_ones.enter_context(socket.socket())
                    one.settimeout(30)
                    with contextlib.suppress(OSError):
                        one.connect(("127.0.0.1", server.port))
                assert healthy(server.url), "the longest silent ones make room for whoever asks"
            assert healthy(server.url)
        assert server.process.poll() is None, server.log.read_text()
        assert len(os.listdir(f"/proc/{server.process.pid}/fd")) <= FILES  # noqa: PTH208 - names only


def healthy(url: str) -> bool:
    """Whether the server answers, within a time."""
    deadline = time.monotonic() + RECOVERS_S
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), urllib.request.urlopen(url + "/readyz", timeout=5) as answer:  # noqa: S310
            return bool(answer.status == 200)
        time.sleep(0.1)
    return False

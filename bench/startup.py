"""From the command to the first ready answer, and what all processes then hold in memory."""

import asyncio
import contextlib
import json
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

from bench.figure import Figure
from bench.scene import database, rss_mb

ROUNDS = 5
SETTLE_S = 3.0


def free_port() -> int:
    """A loopback port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _ready(port: int) -> bool:
    with contextlib.suppress(OSError, ValueError):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as response:
            return bool(json.loads(response.read())["workers"] == "ok")
    return False


def start_once(url: str, folder: str) -> tuple[float, float]:
    """Seconds to ready, and MB of all processes a little later."""
    port = free_port()
    began = time.perf_counter()
    command = [sys.executable, "-m", "pressrun", "serve", "--port", str(port), "--data-dir", folder]
    process = subprocess.Popen(
        [*command, "--database-url", url],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not _ready(port):
            assert process.poll() is None
            time.sleep(0.01)
        ready_s = time.perf_counter() - began
        time.sleep(SETTLE_S)
        return ready_s, rss_mb(process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


async def measure(dialect: str, scale: float) -> list[Figure]:
    """The median of several starts on a database that is migrated already."""
    with database(dialect) as url, tempfile.TemporaryDirectory(prefix="pressrun-bench-") as folder:
        await asyncio.to_thread(start_once, url, folder)
        starts = [
            await asyncio.to_thread(start_once, url, folder) for _ in range(max(1, round(ROUNDS * min(scale, 1))))
        ]
    ready_s = sorted(ready for ready, _ in starts)[len(starts) // 2]
    memory = max(mb for _, mb in starts)
    return [
        Figure("startup", "`pressrun serve` to ready, API and one worker", dialect, f"{ready_s:.2f} s", "2 s"),
        Figure("startup", "idle memory of all processes", dialect, f"{memory:.0f} MB", "250 MB"),
    ]

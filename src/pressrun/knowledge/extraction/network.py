"""Whether the processes that read files are without a network here: the kernel may forbid taking it away."""

import asyncio
import subprocess
import sys

from pressrun.knowledge.extraction import confinement
from pressrun.telemetry import log
from pressrun.telemetry.events import ServerEvent

PATIENCE_S = 20.0

KEPT = "processes that read files keep their network: this kernel, container or unit forbids taking it away"
FIX = "let the service make user and network namespaces, or let a firewall hold it to what it needs"


def can_be_left() -> bool:
    """Whether a process started as they are can give its network up; tried out, which takes some 30 ms."""
    command = [sys.executable, "-I", "-S", confinement.__file__]
    try:
        done = subprocess.run(command, timeout=PATIENCE_S, check=False, capture_output=True)  # noqa: S603 - our own
    except (OSError, subprocess.SubprocessError):
        return False
    return done.returncode == 0


async def tell() -> None:
    """Write one line into the log where it cannot."""
    if not await asyncio.to_thread(can_be_left):
        log.warn(ServerEvent.NETWORK_KEPT, reason=KEPT, fix=FIX)

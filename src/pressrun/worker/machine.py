"""Which machine this is: a supervisor asks whether a process still lives, and an id means nothing elsewhere."""

import functools
import os
import socket
from pathlib import Path

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
PROCESSES = Path("/proc/self/ns/pid")


@functools.cache
def this_machine() -> str:
    """The host's name, and what tells its processes from those of another host or container of the same name."""
    try:
        return f"{socket.gethostname()}/{BOOT_ID.read_text('ascii').strip()}/{PROCESSES.stat().st_ino}"
    except OSError:  # no Linux: all there is, is the name
        return f"{socket.gethostname()}/{os.name}"

"""A wrong clock for Python processes: their wall clock runs beside the machine's by what a file says.

libfaketime does this for any program, but breaks `time.sleep` of Python when the time jumps.
"""

import os
from pathlib import Path

SHIM = """
import time

_time, _time_ns, _path = time.time, time.time_ns, {path!r}


def _offset():
    with open(_path) as file:
        return int(file.read() or 0)


time.time = lambda: _time() + _offset()
time.time_ns = lambda: _time_ns() + _offset() * 1_000_000_000
"""


class WrongClock:
    """A clock in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self._file = folder / "offset"
        self.set(0)
        (folder / "sitecustomize.py").write_text(SHIM.format(path=str(self._file)))

    def environment(self, source: Path | None) -> dict[str, str]:
        """What makes a process live by it."""
        return {"PYTHONPATH": os.pathsep.join([str(self._folder), *([str(source)] if source else [])])}

    def set(self, offset_s: int) -> None:
        """Jump to so many seconds beside the machine's clock."""
        fresh = self._folder / "offset.new"
        fresh.write_text(str(offset_s))
        fresh.replace(self._file)  # at once: a half-written time would be another fault

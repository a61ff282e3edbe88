"""What has its name survives a power cut: flushed before it is named, and its folder after."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

STRACE = shutil.which("strace")

KEEP = """
import asyncio, sys
from pathlib import Path
from pressrun.knowledge.disk_blobs import DiskBlobs

async def pieces():
    yield b"some bytes"

asyncio.run(DiskBlobs(Path(sys.argv[1])).put("o/aa/kept", pieces()))
"""


@pytest.mark.skipif(STRACE is None, reason="needs strace")
def test_bytes_are_flushed_before_they_are_named_and_their_folder_after(tmp_path: Path) -> None:
    root = tmp_path / "files"
    told = tmp_path / "told"
    calls = "trace=fsync,fdatasync,rename,renameat,renameat2"
    command = [str(STRACE), "-f", "-y", "-o", str(told), "-e", calls, sys.executable, "-c", KEEP, str(root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0 and "ptrace" in done.stderr:
        pytest.skip(f"strace may not trace: {done.stderr}")
    assert done.returncode == 0, done.stderr
    lines = told.read_text().splitlines()
    named = next(number for number, line in enumerate(lines) if "rename" in line)
    assert any("sync(" in line and f"<{root}/.incoming/" in line for line in lines[:named]), "the bytes"
    assert any("sync(" in line and f"<{root}/o/aa>" in line for line in lines[named:]), "the folder"
    assert any("sync(" in line and f"<{root}/o>" in line for line in lines), "the folder of a new folder"

"""`pressrun demo` as a new user runs it: an empty home, the embedded model, Writer's own client."""

import os
import subprocess
import sys
from pathlib import Path


def test_three_real_texts(tmp_path: Path) -> None:
    """It ends by itself with three texts, and says what to do next."""
    done = subprocess.run(
        [sys.executable, "-m", "pressrun", "demo"],
        env={**os.environ, "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path / "data"), "PRESSRUN_PORT": "0"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=170,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for product in ("Terra running shoe", "Aqua swim goggles", "Flex yoga mat"):
        assert f"completed   {product}" in done.stdout
    assert done.stdout.count("Social post: ") == 3
    assert "/docs" in done.stdout
    assert "pressrun serve" in done.stdout

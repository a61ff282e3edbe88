"""What is looked at on this machine."""

import os
import platform
import stat
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import apsw

from pressrun.doctor.finding import Finding
from pressrun.models.weights import find_weights
from pressrun.settings import Settings
from pressrun.store.sqlite_connection import is_too_old

OLDEST_PYTHON = (3, 11)
OTHERS = stat.S_IRWXG | stat.S_IRWXO


def findings(settings: Settings) -> Iterator[Finding]:
    """Python, SQLite, the data folder, the credentials and the embedded model."""
    yield _python()
    yield _sqlite()
    yield _folder(settings.data_dir.expanduser().absolute())
    yield _credentials(settings.credentials_file)
    yield _embedded_model(settings)


def _python() -> Finding:
    if sys.version_info < OLDEST_PYTHON:
        return Finding("Python", "fail", platform.python_version(), "install Python 3.11 or newer")
    return Finding("Python", "ok", platform.python_version())


def _sqlite() -> Finding:
    if is_too_old():
        return Finding("SQLite", "fail", f"{apsw.sqlite_lib_version()} can corrupt files", "install apsw >= 3.51.3")
    return Finding("SQLite", "ok", apsw.sqlite_lib_version())


def _folder(folder: Path) -> Finding:
    if not folder.exists():
        return Finding("data folder", "warn", f"{folder} is not there yet", "`pressrun serve` makes it")
    if not folder.is_dir() or not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return Finding("data folder", "fail", f"{folder} cannot be written", "change its owner, or set --data-dir")
    if folder.stat().st_mode & OTHERS:
        return Finding("data folder", "warn", f"{folder} is open to other users", f"chmod 700 {folder}")
    return Finding("data folder", "ok", str(folder))


def _credentials(path: Path) -> Finding:
    if not path.exists():
        return Finding("credentials", "warn", f"{path} is not there", "the first `pressrun serve` writes it")
    if path.stat().st_mode & OTHERS:
        return Finding("credentials", "fail", f"{path} holds a key and is open to other users", f"chmod 600 {path}")
    return Finding("credentials", "ok", str(path))


def _embedded_model(settings: Settings) -> Finding:
    if settings.local_model is not None and not settings.local_model.is_file():
        fix = "set PRESSRUN_LOCAL_MODEL to a GGUF file"
        return Finding("embedded model", "fail", f"{settings.local_model} is no file", fix)
    lacking = [] if find_spec("xllamacpp") else ["its runtime"]
    lacking += [] if settings.local_model or find_weights() else ["its weights"]
    if lacking:
        detail = f"{' and '.join(lacking)} not installed"
        return Finding("embedded model", "warn", detail, "`pressrun models install`, unless you use others")
    return Finding("embedded model", "ok", "installed")

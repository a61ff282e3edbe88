"""S-17: a process that reads a file has no network; where the kernel forbids that, somebody is told."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from pressrun.doctor import files
from pressrun.knowledge.extraction import confinement, network
from pressrun.settings import Settings
from pressrun.telemetry import log

LOOK = """
import os
from pressrun.knowledge.extraction.child import confine
confine(20)
print(os.readlink("/proc/self/ns/net"))
"""
FORBID = ("unshare", "-Ur", "sh", "-c", 'echo 0 >/proc/sys/user/max_net_namespaces && exec "$@"', "sh")
"""A command under which nobody makes a network."""


@pytest.fixture
def forbidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every Python that is started from here may make no network, as in a container that forbids it."""
    if subprocess.run([*FORBID, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this machine makes no namespaces")
    python = tmp_path / "python"
    python.write_text(f"#!/bin/sh\nexec {' '.join(FORBID[:4])} '{FORBID[4]}' sh {sys.executable} \"$@\"\n")
    python.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(python))


@pytest.fixture
def plain_log() -> Iterator[None]:
    """As a server writes it."""
    log.configure("api", "info", "json")
    yield
    structlog.reset_defaults()


def test_s17_a_reader_has_no_network() -> None:
    if not network.can_be_left():
        pytest.skip("this machine makes no namespaces")
    done = subprocess.run([sys.executable, "-c", LOOK], check=True, capture_output=True, text=True)
    assert done.stdout.strip().startswith("net:[")
    assert done.stdout.strip() != str(Path("/proc/self/ns/net").readlink())


def test_s17_nothing_is_loaded_to_find_out() -> None:
    done = subprocess.run([sys.executable, "-I", "-S", confinement.__file__], check=False)
    assert done.returncode in {0, 1}


@pytest.mark.usefixtures("forbidden", "plain_log")
async def test_s17_where_it_keeps_it_the_log_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert not network.can_be_left()
    await network.tell()
    assert '"files.network_kept"' in "".join(capsys.readouterr())


@pytest.mark.usefixtures("forbidden")
def test_s17_the_doctor_says_so(tmp_path: Path) -> None:
    found = {one.name: one for one in files.findings(Settings(data_dir=tmp_path))}
    assert (found["files"].state, found["file readers"].state) == ("ok", "warn")
    assert "network" in found["file readers"].fix


def test_s17_the_doctor_finds_it_in_order(tmp_path: Path) -> None:
    found = {one.name: one for one in files.findings(Settings(data_dir=tmp_path))}
    assert found["file readers"].state == ("ok" if network.can_be_left() else "warn")

"""S-17: a process that reads a file has no network; where the kernel forbids that, somebody is told."""

import platform
import struct
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
CALLS = {"x86_64": {"prctl": 157, "unshare": 272}, "aarch64": {"prctl": 167, "unshare": 97}}
WITHOUT = """
import ctypes, os, platform, sys
sys.path.insert(0, {folder!r})
import confinement
machine = platform.machine()
confinement.REFUSED[machine] = (confinement.REFUSED[machine][0], {numbers})
libc = ctypes.CDLL(None)
assert libc.prctl(confinement.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0
assert confinement._refuse_sockets(libc)
os.execv({python!r}, [{python!r}, *sys.argv[1:]])
"""


def without(monkeypatch: pytest.MonkeyPatch, folder: Path, *calls: str) -> None:
    """Every Python that is started from here is refused these system calls, as in a container or unit."""
    if platform.machine() not in CALLS:
        pytest.skip("its system calls are not known here")
    numbers = tuple(CALLS[platform.machine()][name] for name in calls)
    starter = folder / "starter.py"
    where = str(Path(confinement.__file__).parent)
    starter.write_text(WITHOUT.format(folder=where, numbers=numbers, python=sys.executable))
    python = folder / "python"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} {starter} "$@"\n')
    python.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(python))


@pytest.fixture
def forbidden(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that is started from here can give up its network."""
    without(monkeypatch, tmp_path, "unshare", "prctl")


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


REACH = """
import errno, socket
from pressrun.knowledge.extraction.child import confine
listener = socket.create_server(("127.0.0.1", 0))
confine(20)
try:
    socket.create_connection(listener.getsockname(), timeout=5)
except OSError as error:
    print(errno.errorcode[error.errno])
"""


def test_s17_where_no_namespace_is_made_no_socket_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As under the systemd unit in deploy/, and in most containers."""
    without(monkeypatch, tmp_path, "unshare")
    assert network.can_be_left()
    done = subprocess.run([sys.executable, "-c", REACH], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "EPERM"


def verdict(program: bytes, machine: int, number: int) -> int:
    """What a filter says of a system call, worked through as the kernel does."""
    steps = list(struct.iter_unpack("HBBI", program))
    place, kept = 0, 0
    while True:
        code, yes, no, value = steps[place]
        place += 1
        if code == confinement.RETURN:
            return int(value)
        if code == confinement.LOAD:
            kept = {confinement.NUMBER: number, confinement.MACHINE: machine}[value]
        else:
            met = kept == value if code == confinement.IF_EQUAL else kept >= value
            place += yes if met else no


@pytest.mark.parametrize("machine", confinement.REFUSED)
def test_s17_the_filter_refuses_what_it_should(machine: str) -> None:
    name, refused = confinement.REFUSED[machine]
    program = confinement.sockets_refused(machine)
    said = {number: verdict(program, name, number) for number in range(600)}
    assert {number for number, what in said.items() if what != confinement.ALLOW} == set(refused)
    assert {verdict(program, name, number) for number in (*refused, 2**30, 2**30 + 41)} == {confinement.REFUSE}
    assert verdict(program, 0x40000003, 0) == confinement.REFUSE, "a 32-bit call, which is counted otherwise"


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

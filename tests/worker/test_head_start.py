"""A child that is started before its supervisor knows what to tell it."""

import os
import socket
import subprocess
import sys

import pytest

from pressrun.worker.head_start import HeadStart

CHILD = "tests.worker.ordered"
LONG = "x" * 1_000_000  # more than a socket holds: the child has to read while it is written

ABANDONED = f"""
import os
from pressrun.worker.head_start import HeadStart
child = HeadStart("{CHILD}")
print(child.pid, flush=True)
os._exit(0)
"""


@pytest.mark.parametrize("said", ["a word", LONG], ids=["short", "long"])
async def test_it_gets_its_orders_and_then_what_is_said(said: str) -> None:
    """Settings, a socket that listens already, and every line that comes later."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        child = HeadStart(CHILD)
        child.order({"PRESSRUN_SAID": said}, listener.fileno())
        with socket.create_connection(listener.getsockname()) as caller:
            child.warn(b"soon\n")
            told = b"".join(iter(lambda: caller.recv(1 << 16), b""))
    assert told.decode() == f"{said} soon\n"
    assert await child.wait() == 0


async def test_it_can_be_killed_and_hears_nothing_then() -> None:
    child = HeadStart(CHILD)
    child.send_signal(9)
    assert await child.wait() == -9
    child.order({}, 0)
    child.warn(b"soon\n")
    child.give_up()


async def test_one_that_is_given_up_is_gone() -> None:
    child = HeadStart(CHILD)
    child.give_up()
    with pytest.raises(ProcessLookupError):
        os.kill(child.pid, 0)


def test_one_whose_supervisor_dies_ends() -> None:
    """It inherits this pipe: the end of it is the child's end."""
    with subprocess.Popen([sys.executable, "-c", ABANDONED], stdout=subprocess.PIPE) as supervisor:
        assert supervisor.stdout is not None
        assert int(supervisor.stdout.readline()) > 0
        assert supervisor.stdout.read() == b""

"""Two machines may have the same name: none may hold the other's processes for its own."""

import subprocess
import sys

import pytest

from pressrun.worker.machine import this_machine

ASK = "from pressrun.worker.machine import this_machine; print(this_machine())"


def said_by(*before: str) -> str:
    done = subprocess.run([*before, sys.executable, "-c", ASK], capture_output=True, text=True, check=False)
    if done.returncode != 0 and before:
        pytest.skip(f"{before[0]} is not allowed here: {done.stderr.strip()}")
    return done.stdout.strip()


def test_processes_of_one_machine_agree() -> None:
    assert said_by() == this_machine()


def test_another_process_namespace_of_the_same_name_is_another_machine() -> None:
    """As two containers whose host names are equal: a process id of the one says nothing in the other."""
    elsewhere = said_by("unshare", "--pid", "--fork", "--mount-proc")
    assert elsewhere.partition("/")[0] == this_machine().partition("/")[0]
    assert elsewhere != this_machine()

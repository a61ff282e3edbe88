"""How a process that reads a file gives up the network. As a program of its own: exit code 0 where it can, else 1.

Nothing but the standard library is loaded: `python -I -S` runs this file.
"""

import errno
import platform
import signal
import struct
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ctypes

CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
PR_SET_PDEATHSIG = 1
PR_SET_SECCOMP = 22
PR_SET_NO_NEW_PRIVS = 38
SECCOMP_MODE_FILTER = 2

REFUSED = {
    # socket, ptrace, process_vm_writev, io_uring_setup, pidfd_getfd: whoever may reach into another process of the same
    # user has that one's sockets.
    "x86_64": (0xC000003E, (41, 101, 311, 425, 438)),
    "aarch64": (0xC00000B7, (198, 117, 271, 425, 438)),
}
"""For each machine, its name to the kernel and the numbers of the system calls that are refused."""

LOAD, IF_EQUAL, IF_AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
NUMBER, MACHINE = 0, 4
"""Where the kernel lays the system call's number, and the machine it is of."""

OTHER_NUMBERS = 0x40000000
"""From here on x86-64 counts the same system calls a second time."""

ALLOW = 0x7FFF0000
REFUSE = 0x00050000 | errno.EPERM


def leave_network() -> bool:
    """No network, no new rights, and no life after whoever asked; whether the network is gone.

    A namespace without one is tried first, which many containers and units forbid; then the kernel is told to refuse
    new sockets, which it does for anybody. Neither works where memory must not become code and ctypes does not load
    for that; the second not on a machine whose system calls are not known here. Limits of memory, time and files hold
    all the same.
    """
    try:
        import ctypes  # noqa: PLC0415

        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        left = libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0 or libc.unshare(CLONE_NEWNET) == 0
        refused = _refuse_sockets(libc)
    except (ImportError, MemoryError, OSError):
        return False
    return bool(left or refused)


def sockets_refused(machine: str) -> bytes:
    """The filter, as the kernel reads it; raises KeyError for a machine that is not known."""
    name, numbers = REFUSED[machine]
    refusal = len(numbers) + 5
    program = [(LOAD, 0, 0, MACHINE), (IF_EQUAL, 0, refusal - 2, name), (LOAD, 0, 0, NUMBER)]
    program.append((IF_AT_LEAST, refusal - len(program) - 1, 0, OTHER_NUMBERS))
    for number in numbers:
        program.append((IF_EQUAL, refusal - len(program) - 1, 0, number))
    program += [(RETURN, 0, 0, ALLOW), (RETURN, 0, 0, REFUSE)]
    return b"".join(struct.pack("HBBI", *step) for step in program)


def _refuse_sockets(libc: "ctypes.CDLL") -> bool:
    import ctypes  # noqa: PLC0415

    if platform.machine() not in REFUSED or sys.maxsize < 2**32:
        return False
    program = ctypes.create_string_buffer(sockets_refused(platform.machine()))
    # struct sock_fprog: how many steps, and where they are
    head = ctypes.create_string_buffer(struct.pack("HP", (len(program) - 1) // 8, ctypes.addressof(program)))
    return bool(libc.prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, head) == 0)


if __name__ == "__main__":
    sys.exit(0 if leave_network() else 1)

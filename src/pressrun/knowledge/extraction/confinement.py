"""How a process that reads a file gives up the network. As a program of its own: exit code 0 where it can, else 1.

Nothing but the standard library is loaded: `python -I -S` runs this file.
"""

import signal
import sys

CLONE_NEWUSER = 0x10000000
CLONE_NEWNET = 0x40000000
PR_SET_PDEATHSIG = 1
PR_SET_NO_NEW_PRIVS = 38


def leave_network() -> bool:
    """No network, no new rights, and no life after whoever asked; whether the kernel took the network away.

    It does not in some containers and units: where processes may make no namespaces, or where memory must not become
    code, as then ctypes cannot even be imported. Limits of memory, time and files hold all the same.
    """
    try:
        import ctypes  # noqa: PLC0415

        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        both = bool(libc.unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0)
        return both or bool(libc.unshare(CLONE_NEWNET) == 0)
    except (ImportError, MemoryError, OSError):
        return False


if __name__ == "__main__":
    sys.exit(0 if leave_network() else 1)

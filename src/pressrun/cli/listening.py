"""The socket of the server, and the lock that keeps a data folder to one server."""

import errno
import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pressrun.cli.failure import Failure

BACKLOG = 2048


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, so that nobody who connects from now on is turned away; raises Failure."""
    try:
        family, _, _, _, address = socket.getaddrinfo(
            host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, socket.SOCK_STREAM)
    except OSError as error:
        raise Failure(f"cannot listen on {host}: {error.strerror}; choose another --host") from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise _refused(host, port, error) from None
    return listener


def _refused(host: str, port: int, error: OSError) -> Failure:
    if error.errno == errno.EADDRINUSE:
        return Failure(f"port {port} is taken on {host}: choose another with --port, or --port 0 for any free one")
    if error.errno == errno.EACCES:
        return Failure(f"port {port} needs more rights than you have: choose one above 1023 with --port")
    return Failure(f"cannot listen on {host}, port {port}: {error.strerror}; choose another --host or --port")


@contextmanager
def only_server_of(lock: Path, what: str) -> Iterator[None]:
    """Hold a lock, which the system frees however the process ends; raises Failure when another server has it.

    The data folder has one, and so has a SQLite file, which several data folders may reach; `what` names it.
    """
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pid = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
            raise Failure(
                f"another server (process {pid}) uses {what}: stop it, or start this one with another --data-dir and "
                "--database-url; `pressrun work` adds workers to it"
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)

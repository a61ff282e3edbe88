"""What a supervisor tells a child that it started before it knew what to say: settings, and the socket to listen on."""

import json
import os
import socket
import struct
import sys
from collections.abc import Mapping

LENGTH = struct.Struct("!I")


def give_orders(child: socket.socket, environment: Mapping[str, str], descriptor: int) -> None:
    """Through the child's standard input; raises OSError when it has ended."""
    text = json.dumps(dict(environment)).encode()
    socket.send_fds(child, [LENGTH.pack(len(text))], [descriptor])
    child.sendall(text)


def read_orders() -> int | None:
    """Waits for them, sets this process's environment and returns the socket; None when the supervisor has ended.

    Nothing that comes after them is read.
    """
    with socket.socket(fileno=os.dup(sys.stdin.fileno())) as supervisor:
        head, descriptors, _, _ = socket.recv_fds(supervisor, LENGTH.size, 1)
        text = _exactly(supervisor, LENGTH.unpack(head)[0]) if len(head) == LENGTH.size else b""
    if not text:
        return None
    os.environ.update(json.loads(text))
    return descriptors[0]


def _exactly(supervisor: socket.socket, size: int) -> bytes:
    text = b""
    while len(text) < size:
        piece = supervisor.recv(size - len(text))
        if not piece:
            return b""
        text += piece
    return text

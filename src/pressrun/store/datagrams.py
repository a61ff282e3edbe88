"""Bells between the processes of one machine: a Unix datagram socket each, in a folder beside the database."""

import asyncio
import contextlib
import os
import socket
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

LONGEST_TOPIC = 64


class Datagrams:
    """This process's socket in the folder, and the way to all the others'."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._name = f"{os.getpid()}-{uuid4().hex[:8]}"
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
        self._folder_fd: int | None = None

    async def open(self, heard: Callable[[str], None]) -> None:
        """Bind, and call `heard` with every topic that arrives."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self._folder_fd = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self._socket.bind(self._path(self._name))
        asyncio.get_running_loop().add_reader(self._socket, self._receive, heard)

    def _path(self, name: str) -> str:
        # A socket's path holds at most 107 bytes; through the open folder every path is short.
        return f"/proc/self/fd/{self._folder_fd}/{name}"

    def _receive(self, heard: Callable[[str], None]) -> None:
        topics: set[str] = set()
        with contextlib.suppress(BlockingIOError):
            while True:
                topics.add(self._socket.recv(LONGEST_TOPIC).decode("utf-8", "replace"))
        for topic in topics:
            heard(topic)

    async def send(self, topics: set[str]) -> None:
        """Ring every topic at every other process; a full or dead listener misses a hint, which it may."""
        for name in os.listdir(self._folder):  # noqa: PTH208 - names only, on the hot path
            if name == self._name:
                continue
            try:
                for topic in topics:
                    self._socket.sendto(topic.encode(), self._path(name))
            except ConnectionRefusedError:
                with contextlib.suppress(OSError):
                    os.unlink(self._path(name))  # noqa: PTH108 - its process is gone
            except OSError:
                continue

    def close(self) -> None:
        """Unbind."""
        asyncio.get_running_loop().remove_reader(self._socket)
        self._socket.close()
        with contextlib.suppress(OSError):
            os.unlink(self._path(self._name))  # noqa: PTH108
        if self._folder_fd is not None:
            os.close(self._folder_fd)

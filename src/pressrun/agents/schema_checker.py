"""Answers held against schemas in processes of their own, each within a bound of processor time."""

import asyncio
import atexit
import hashlib
import os
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import IO, Any

import msgspec

from pressrun.agents.schema_wire import Request, UncheckableError, Verdict, receive, send

MOST_CPU_S = 2.0
"""Seconds of processor time that one answer may cost; an honest one of 4 MiB costs half a second."""

MOST_WALL_S = 60.0
"""Seconds until its process is ended from here, whatever it waits for."""

AT_ONCE = 2
"""Answers that are checked at the same time."""

COSTLY_KEPT = 10_000
"""Schemas of which is known that they passed the bound."""

NEEDED = ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH", "LANG")
"""What the process gets of our environment: no keys."""


class SchemaChecker:
    """This process's way to those that check: each thread of its pools keeps one, started on first use."""

    def __init__(self, cpu_s: float = MOST_CPU_S, wall_s: float = MOST_WALL_S) -> None:
        self._cpu_s = cpu_s
        self._wall_s = wall_s
        self._quick = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="pressrun-schema")
        self._slow = ThreadPoolExecutor(1, thread_name_prefix="pressrun-slow-schema")
        self._costly: set[bytes] = set()
        self._own = threading.local()
        self.children: set[subprocess.Popen[bytes]] = set()
        atexit.register(self.close)

    async def why_not(self, text: str, schema: Mapping[str, Any]) -> str | None:
        """Why the text is not JSON that fits the schema; None when it does. Raises UncheckableError."""
        request = Request(msgspec.json.encode(schema), text.encode("utf-8", "surrogatepass"), self._cpu_s)
        # A schema that passed the bound once waits apart: a batch of such answers holds up nobody else's.
        pool = self._slow if _digest(request) in self._costly else self._quick
        verdict = await asyncio.get_running_loop().run_in_executor(pool, self._ask, request)
        if verdict.uncheckable is not None:
            raise UncheckableError(verdict.uncheckable)
        return verdict.fault

    def close(self) -> None:
        """End the processes, whatever they do; whoever checks next starts another."""
        for child in list(self.children):
            child.kill()
            self._bury(child)

    def _ask(self, request: Request) -> Verdict:
        ended = 0
        for _ in range(2):  # one that is found dead, or is killed, says nothing about the answer
            child = self._child()
            verdict = self._exchange(child, request)
            if verdict is not None:
                return verdict
            ended = self._bury(child)
            if ended == -signal.SIGPROF:
                break
        self._note(request)
        why = f"that takes more than {self._cpu_s:g} s of processor time"
        if ended != -signal.SIGPROF:
            why = f"the process that does it ended with {ended}"
        return Verdict(uncheckable=f"{why}: simplify the schema")

    def _exchange(self, child: "subprocess.Popen[bytes]", request: Request) -> Verdict | None:
        """What a process says of an answer; None when it is dead, or dies of it."""
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            send(child.stdin, request)
            if not _has_news(child.stdout, self._wall_s):
                child.kill()
            return receive(child.stdout, Verdict)
        except OSError:
            return None

    def _child(self) -> "subprocess.Popen[bytes]":
        child: subprocess.Popen[bytes] | None = getattr(self._own, "child", None)
        if child is None or child.poll() is not None:
            child = self._own.child = subprocess.Popen(
                [sys.executable, "-P", "-m", "pressrun.agents.schema_child"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # what it would say of its end may hold a piece of the answer
                cwd="/",
                env={name: os.environ[name] for name in NEEDED if name in os.environ},
            )
            self.children.add(child)
        return child

    def _bury(self, child: "subprocess.Popen[bytes]") -> int:
        """How a process ended."""
        self.children.discard(child)
        for stream in filter(None, (child.stdin, child.stdout)):
            with suppress(OSError):  # what was not sent yet is of no use
                stream.close()
        return child.wait()

    def _note(self, request: Request) -> None:
        if len(self._costly) >= COSTLY_KEPT:
            self._costly.clear()
        self._costly.add(_digest(request))


def _has_news(stream: IO[bytes], timeout_s: float) -> bool:
    """Whether something can be read, or the other side is gone, within so many seconds."""
    poll = select.poll()  # unlike select() it takes any descriptor
    poll.register(stream, select.POLLIN)
    return bool(poll.poll(timeout_s * 1000))


def _digest(request: Request) -> bytes:
    return hashlib.sha256(request.schema).digest()

"""The provider: answers over raw sockets, so that it can break every rule, and logs each call as it begins and ends."""

import asyncio
import contextlib
import json
import time
from collections import Counter
from collections.abc import Callable
from typing import Any, Literal

from pressrun.torture import seals
from pressrun.torture.answers import head
from pressrun.torture.behaviours import End, Plan, error, plan
from pressrun.torture.journal import Journal
from pressrun.torture.records import CallBegan, CallEnded

BACKLOG = 4096


class Provider:
    """An OpenAI-shaped server on a free port; `plans` may be replaced, `down` makes every call a 503."""

    def __init__(self, journal: Journal, host: str = "127.0.0.1") -> None:
        self._journal = journal
        self.host = host
        self._server: asyncio.Server | None = None
        self._calls: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[Any]] = set()
        self.in_flight: dict[str, int] = {}
        """The nonces whose newest call is not answered yet, with the caller's port."""
        self.open_calls: Counter[str] = Counter()
        self.callers: dict[str, str] = {}
        """Which host asked last for each nonce."""
        self.began = asyncio.Condition()
        self.plan: Callable[[str, int], Plan] = plan
        self.down = False
        self.unheard = False
        """The network swallows answers: each counts as an error the caller must bear."""
        self.key: str | None = None
        """The API key that is right; None accepts any."""
        self.port = 0

    @property
    def base_url(self) -> str:
        """Where it answers."""
        return f"http://{self.host}:{self.port}/v1"

    def calls(self, nonce: str) -> int:
        """How often a nonce was asked for."""
        return self._calls[nonce]

    def total(self) -> int:
        """How many calls came in."""
        return self._calls.total()

    async def start(self) -> None:
        """Listen."""
        self._server = await asyncio.start_server(self._accept, self.host, 0, backlog=BACKLOG)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Hang up on everybody."""
        if self._server is not None:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def called(self, condition: Callable[[], bool]) -> None:
        """Wait until a call makes the condition true."""
        async with self.began:
            await self.began.wait_for(condition)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while await self._serve_one(reader, writer):
                pass
        except (OSError, asyncio.IncompleteReadError, ValueError):
            pass
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _serve_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; False when the connection is done with."""
        raw = await reader.readuntil(b"\r\n\r\n")
        headers = dict(line.lower().split(": ", 1) for line in raw.decode("latin-1").split("\r\n")[1:] if ": " in line)
        body = json.loads(await reader.readexactly(int(headers.get("content-length", "0"))))
        prompt = str(body["messages"][-1]["content"])
        nonce = seals.find(prompt)
        if nonce is None:
            writer.write(head(400, 0, {}))
            return True
        serial = await self._note(nonce, prompt, writer)
        chosen = self._choose(nonce, serial, headers)
        outcome: Literal["answered", "error", "aborted"] = "error" if chosen.planned else "aborted"
        try:
            keep = await self._answer(chosen, reader, writer)
            outcome = "error" if chosen.planned or self.unheard else "answered"
        finally:
            self.open_calls[nonce] -= 1
            if serial == self._calls[nonce]:
                self.in_flight.pop(nonce, None)
            self._journal.write(CallEnded(time.monotonic(), nonce, serial, outcome, chosen.status))
        return keep

    async def _note(self, nonce: str, prompt: str, writer: asyncio.StreamWriter) -> int:
        host, port = writer.get_extra_info("peername")[:2]
        self._calls[nonce] += 1
        serial = self._calls[nonce]
        self.in_flight[nonce] = port
        self.open_calls[nonce] += 1
        self.callers[nonce] = host
        self._journal.write(CallBegan(time.monotonic(), nonce, serial, port, prompt[:200], host))
        async with self.began:
            self.began.notify_all()
        return serial

    def _choose(self, nonce: str, serial: int, headers: dict[str, str]) -> Plan:
        if self.key is not None and headers.get("authorization") != f"bearer {self.key}".lower():
            return error(401)
        return error(503) if self.down else self.plan(nonce, serial)

    async def _answer(self, chosen: Plan, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        await _pause(chosen.wait_s, reader)
        if chosen.end is End.HANG and not chosen.body:
            await _pause(float("inf"), reader)
        length = len(chosen.body) * chosen.repeat if chosen.length is None else chosen.length
        writer.write(head(chosen.status, length, chosen.headers))
        if chosen.byte_pause_s:
            for byte in chosen.body:
                writer.write(bytes([byte]))
                await _pause(chosen.byte_pause_s, reader)
        else:
            for _ in range(chosen.repeat):
                writer.write(chosen.body)
                await writer.drain()
        if chosen.end is End.HANG:
            await _pause(float("inf"), reader)
        return chosen.end is End.WHOLE


async def _pause(seconds: float, reader: asyncio.StreamReader) -> None:
    """Wait; raises ConnectionResetError as soon as the caller hangs up, who sends nothing while he waits."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(None if seconds == float("inf") else seconds):
            await reader.read(1)
        raise ConnectionResetError

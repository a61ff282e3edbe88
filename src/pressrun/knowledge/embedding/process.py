"""The embedder's child process: `python -m pressrun.knowledge.embedding.process`, started by `embedder`.

It answers on a Unix socket in its private folder, and lives until the last process that uses it is gone. A request is
a length of four bytes and that many bytes of MessagePack: {texts, urgent}; so is the answer: {vectors} or {error}.
"""

import asyncio
import contextlib
import ctypes
import json
import os
import sys
import threading
from asyncio import StreamReader, StreamWriter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec

from pressrun.knowledge.embedding.backends import Backend, as_bytes, load
from pressrun.models.local_runtime import Address, Runtime

LARGEST_REQUEST = 64 * 1024 * 1024
LARGE_BYTES = 256 * 1024
BEHIND = 10
"""Niceness of what nobody waits for."""

M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8
"""The C library's own numbers (malloc.h)."""


def main() -> None:
    """Serve until nobody uses this process."""
    settings = json.load(sys.stdin)
    ready = os.dup(1)
    os.dup2(2, 1)  # what libraries print belongs into the log
    runtime = Runtime(Path(settings["folder"]))
    runtime.become_server()
    _give_memory_back()
    backend = load(settings)
    backend.embed(["ready"])  # what is broken breaks now
    threading.Thread(target=_end_when_unused, args=(runtime,), daemon=True).start()
    asyncio.run(_serve(runtime, backend, ready))


def _give_memory_back() -> None:
    """Have glibc map large blocks by themselves: a batch of long texts would otherwise leave its memory here."""
    with contextlib.suppress(OSError, AttributeError):  # another C library
        mallopt = ctypes.CDLL(None).mallopt
        mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)
        mallopt(M_ARENA_MAX, 1)


def _stand_back() -> None:
    """Let whoever answers somebody have the processor first; on Linux this is of the thread alone."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), BEHIND)


def _end_when_unused(runtime: Runtime) -> None:
    runtime.wait_until_unused()
    runtime.forget()
    os._exit(0)  # at once: whoever waits for the lock starts a new one, and there is nothing to save


async def _serve(runtime: Runtime, backend: Backend, ready: int) -> None:
    # A question has a thread of its own: it must not wait for a file of a thousand passages, which stand back besides.
    threads = {True: ThreadPoolExecutor(1), False: ThreadPoolExecutor(1, initializer=_stand_back)}

    async def connected(reader: StreamReader, writer: StreamWriter) -> None:
        try:
            while True:
                size = int.from_bytes(await reader.readexactly(4), "big")
                if size > LARGEST_REQUEST:
                    break
                asked = msgspec.msgpack.decode(await reader.readexactly(size))
                answer = msgspec.msgpack.encode(await _answer(backend, threads, asked))
                writer.write(len(answer).to_bytes(4, "big") + answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # whoever asked is gone
        finally:
            writer.close()

    path = runtime.folder / "socket"
    path.unlink(missing_ok=True)
    server = await asyncio.start_unix_server(connected, path)
    runtime.publish(Address(str(path), "", os.getpid()))
    os.write(ready, b"ready\n")
    os.close(ready)
    async with server:
        await server.serve_forever()


async def _answer(backend: Backend, threads: dict[bool, ThreadPoolExecutor], asked: dict[str, Any]) -> dict[str, Any]:
    def embed() -> bytes:
        return as_bytes(backend.embed(asked["texts"]))

    try:
        thread = threads[bool(asked.get("urgent"))]
        return {"vectors": await asyncio.get_running_loop().run_in_executor(thread, embed)}
    except Exception as error:  # noqa: BLE001 - one text that cannot be embedded is no reason to end
        return {"error": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    main()

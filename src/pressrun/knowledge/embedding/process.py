"""The embedder's child process: `python -m pressrun.knowledge.embedding.process`, started by `embedder`.

It answers on a Unix socket in its private folder, and lives until the last process that uses it is gone. A request is
a length of four bytes and that many bytes of MessagePack: {texts, urgent}; so is the answer: {vectors} or {error}.
"""

import asyncio
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


def main() -> None:
    """Serve until nobody uses this process."""
    settings = json.load(sys.stdin)
    ready = os.dup(1)
    os.dup2(2, 1)  # what libraries print belongs into the log
    runtime = Runtime(Path(settings["folder"]))
    runtime.become_server()
    backend = load(settings)
    backend.embed(["ready"])  # what is broken breaks now
    threading.Thread(target=_end_when_unused, args=(runtime,), daemon=True).start()
    asyncio.run(_serve(runtime, backend, ready))


def _end_when_unused(runtime: Runtime) -> None:
    runtime.wait_until_unused()
    runtime.forget()
    os._exit(0)  # at once: whoever waits for the lock starts a new one, and there is nothing to save


async def _serve(runtime: Runtime, backend: Backend, ready: int) -> None:
    # A question has a thread of its own: it must not wait for a file of a thousand passages.
    threads = {urgent: ThreadPoolExecutor(1) for urgent in (False, True)}

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

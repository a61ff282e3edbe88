"""HTTP over raw sockets, for what no client library sends."""

import asyncio
import contextlib
from collections.abc import Iterable

ANSWER_S = 15.0


def request(method: str, path: str, headers: Iterable[tuple[str, str]], body: bytes = b"") -> bytes:
    """The bytes of a request; nothing is added to the headers."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


async def answer(port: int, pieces: Iterable[bytes], *, pause_s: float = 0.0) -> int | None:
    """The status of what is said to these bytes; None when the connection was closed without a word.

    Raises TimeoutError when neither happens.
    """
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    sending = asyncio.create_task(_send(writer, pieces, pause_s))
    try:
        async with asyncio.timeout(ANSWER_S):
            line = await reader.readline()
        return int(line.split()[1]) if line else None
    except OSError:
        return None
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        writer.transport.abort()


async def _send(writer: asyncio.StreamWriter, pieces: Iterable[bytes], pause_s: float) -> None:
    with contextlib.suppress(OSError):
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            if pause_s:
                await asyncio.sleep(pause_s)


def json_headers(api_key: str, length: int) -> list[tuple[str, str]]:
    """The headers of an honest JSON request."""
    return [
        ("Authorization", f"Bearer {api_key}"),
        ("Content-Type", "application/json"),
        ("Content-Length", str(length)),
    ]

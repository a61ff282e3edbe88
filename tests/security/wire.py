"""Raw sockets: bytes as they are sent, answers as they come."""

import asyncio
import re
from dataclasses import dataclass

ANSWER_S = 60


@dataclass(frozen=True)
class RawAnswer:
    """Everything a connection said before it ended, or before it fell silent."""

    raw: bytes
    closed: bool

    @property
    def statuses(self) -> list[int]:
        """The status of every answer, in order."""
        return [int(found) for found in re.findall(rb"HTTP/1\.1 (\d\d\d) ", self.raw)]


async def exchange(port: int, *pieces: bytes, silence_s: float = 0.5, answer_s: float = ANSWER_S) -> RawAnswer:
    """Send pieces, then read until the server closes or says nothing for `silence_s` after its first answer."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    received, closed = b"", False
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        while not closed:
            try:
                async with asyncio.timeout(silence_s if received else answer_s):
                    more = await reader.read(65_536)
            except TimeoutError:
                break
            received += more
            closed = not more
    except ConnectionError:
        closed = True
    finally:
        writer.close()
    return RawAnswer(received, closed)


def request(method: str, path: str, *headers: str, body: bytes = b"") -> bytes:
    """A request with exactly these headers, after a Host."""
    head = "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", *headers, "", ""])
    return head.encode("latin-1") + body

"""Identifiers: UUIDs whose order is the order of their making."""

import os
import threading
import time
from uuid import uuid4

POOL_BYTES = 4096


class _Randomness(threading.local):
    """Random bytes of the system, fetched many at a time: every call of it lets go of the interpreter's lock."""

    def __init__(self) -> None:
        self._pool = b""
        self._at = 0

    def take(self, count: int) -> int:
        end = self._at + count
        if end > len(self._pool):
            self._pool, self._at, end = os.urandom(POOL_BYTES), 0, count
        taken = self._pool[self._at : end]
        self._at = end
        return int.from_bytes(taken, "big")


_randomness = _Randomness()


def new_id() -> str:
    """A UUIDv7 (RFC 9562, 5.7): 48 bits of Unix milliseconds, then 74 random bits.

    Ordered ids keep inserts at one end of the index; nothing may read a time out of them.
    """
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | _randomness.take(10)
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def new_lease_token() -> str:
    """A random token for one claim: never a counter, which would match again after a restored backup."""
    return uuid4().hex

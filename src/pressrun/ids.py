"""Identifiers: UUIDs whose order is the order of their making."""

import os
import time
from uuid import UUID, uuid4


def new_id() -> str:
    """A UUIDv7 (RFC 9562, 5.7): 48 bits of Unix milliseconds, then 74 random bits.

    Ordered ids keep inserts at one end of the index; nothing may read a time out of them.
    """
    milliseconds = time.time_ns() // 1_000_000
    value = (milliseconds << 80) | int.from_bytes(os.urandom(10), "big")
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return str(UUID(int=value))


def new_lease_token() -> str:
    """A random token for one claim: never a counter, which would match again after a restored backup."""
    return uuid4().hex

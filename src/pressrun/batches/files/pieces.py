"""Bytes as they come off a connection, in pieces that are worth working on and hold up nobody else."""

from collections.abc import AsyncIterator

PIECE_BYTES = 64 * 1024
"""What is read, checked and handed on at a time: some milliseconds of work."""


async def pieces(chunks: AsyncIterator[bytes], size: int = PIECE_BYTES) -> AsyncIterator[bytes]:
    """The same bytes in pieces of `size`; the last one is shorter."""
    gathered = bytearray()
    async for chunk in chunks:
        gathered += chunk
        while len(gathered) >= size:
            yield bytes(gathered[:size])
            del gathered[:size]
    if gathered:
        yield bytes(gathered)


async def beginning(source: AsyncIterator[bytes], size: int) -> tuple[bytes, bool]:
    """At least the first `size` bytes, and whether that is everything there is."""
    head = bytearray()
    async for piece in source:
        head += piece
        if len(head) >= size:
            return bytes(head), False
    return bytes(head), True

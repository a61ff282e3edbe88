"""Content codings undone in bounded steps, so that a small body cannot become a large one in memory."""

import zlib
from collections.abc import Iterator, Sequence

from pressrun.http1.errors import BrokenAnswerError

STEP_BYTES = 2**16
"""Bytes decompressed at a time; whoever reads may stop after each."""

GZIP_BITS = 16 + zlib.MAX_WBITS


class Inflater:
    """One gzip or deflate body; raises BrokenAnswerError for what is none."""

    def __init__(self, coding: str) -> None:
        self._coding = coding
        self._bits = GZIP_BITS if coding == "gzip" else zlib.MAX_WBITS
        self._inflate: zlib._Decompress | None = None

    def feed(self, data: bytes) -> Iterator[bytes]:
        """What the bytes decompress to, in pieces of at most STEP_BYTES."""
        while data:
            if self._inflate is None:
                # "deflate" means zlib's format; some servers send it without that wrapping.
                bare = self._coding == "deflate" and data[0] & 0x0F != zlib.DEFLATED
                self._inflate = zlib.decompressobj(-zlib.MAX_WBITS if bare else self._bits)
            try:
                piece = self._inflate.decompress(data, STEP_BYTES)
            except zlib.error as error:
                raise BrokenAnswerError(f"its {self._coding} is broken: {error}") from None
            if piece:
                yield piece
            data = self._inflate.unconsumed_tail
            if self._inflate.eof:
                data = self._inflate.unused_data
                if data and self._coding != "gzip":
                    raise BrokenAnswerError(f"its {self._coding} goes on after its end")
                self._inflate = None  # gzip may have several members

    def end(self) -> None:
        """There is no more; raises BrokenAnswerError when more should have come."""
        if self._inflate is not None:
            raise BrokenAnswerError(f"its {self._coding} breaks off")


def inflater(codings: Sequence[str]) -> Inflater | None:
    """What undoes the codings of a body, None for none; raises BrokenAnswerError for those that nobody asked for."""
    wanted = ["gzip" if coding == "x-gzip" else coding for coding in codings if coding != "identity"]
    if not wanted:
        return None
    if wanted in (["gzip"], ["deflate"]):
        return Inflater(wanted[0])
    raise BrokenAnswerError(f"its content coding {', '.join(wanted)!r} was not asked for")

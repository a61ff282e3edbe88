"""Compressed bodies, cut anywhere, and those that are none."""

import gzip
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressrun.http1.codings import STEP_BYTES, inflater
from pressrun.http1.errors import BrokenAnswerError


def bare(data: bytes) -> bytes:
    deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return deflate.compress(data) + deflate.flush()


PACK: dict[str, Callable[[bytes], bytes]] = {"gzip": gzip.compress, "x-gzip": gzip.compress, "deflate": zlib.compress}


def undone(coding: str, data: bytes, cut: int = 10_000) -> bytes:
    undo = inflater([coding])
    assert undo is not None
    pieces = [piece for at in range(0, len(data), cut) for piece in undo.feed(data[at : at + cut])]
    undo.end()
    assert all(len(piece) <= STEP_BYTES for piece in pieces)
    return b"".join(pieces)


@given(st.sampled_from(sorted(PACK)), st.binary(max_size=500), st.integers(1, 40))
def test_any_cut_gives_the_same_body(coding: str, data: bytes, cut: int) -> None:
    assert undone(coding, PACK[coding](data), cut) == data


@given(st.binary(max_size=500), st.integers(1, 40))
def test_deflate_without_its_wrapping(data: bytes, cut: int) -> None:
    packed = bare(data)
    if packed[0] & 0x0F != zlib.DEFLATED:  # else nobody can tell
        assert undone("deflate", packed, cut) == data


def test_a_body_of_several_members() -> None:
    assert undone("gzip", gzip.compress(b"one ") + gzip.compress(b"two"), 3) == b"one two"


def test_large_bodies_come_in_steps() -> None:
    assert undone("gzip", gzip.compress(b"x" * 10**6)) == b"x" * 10**6


@pytest.mark.parametrize(
    ("coding", "data"),
    [
        ("gzip", b"no gzip"),
        ("gzip", gzip.compress(b"hello")[:-1]),
        ("gzip", gzip.compress(b"hello") + b"more"),
        ("gzip", gzip.compress(b"hello")[:-8] + b"\0" * 8),
        ("deflate", zlib.compress(b"hello") + b"more"),
        ("deflate", zlib.compress(b"hello")[:-1]),
    ],
    ids=range(6),
)
def test_bodies_that_are_none(coding: str, data: bytes) -> None:
    with pytest.raises(BrokenAnswerError):
        undone(coding, data)


@pytest.mark.parametrize("codings", [["br"], ["gzip", "gzip"], ["zstd"], ["chunked"]])
def test_codings_nobody_asked_for(codings: list[str]) -> None:
    with pytest.raises(BrokenAnswerError):
        inflater(codings)


def test_no_coding() -> None:
    assert inflater([]) is None
    assert inflater(["identity"]) is None

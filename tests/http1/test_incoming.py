"""Answers out of bytes that were cut anywhere."""

from collections.abc import Coroutine
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pressrun.http1.answer import Answer
from pressrun.http1.errors import BadAnswerError, BrokenAnswerError, HttpError
from pressrun.http1.incoming import BARREN_BYTES, Incoming
from tests.http1.raw_server import chunked, whole

BODY = st.binary(max_size=200)
INTERIM = st.sampled_from([b"", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 103 Early\r\nLink: <x>\r\n\r\n" * 2])
CUTS = st.lists(st.integers(1, 30), max_size=60)


def at_once(work: Coroutine[Any, Any, bytes]) -> bytes:
    """The value of a coroutine that has nothing to wait for."""
    with pytest.raises(StopIteration) as ended:
        work.send(None)
    return bytes(ended.value.value)


def feed(incoming: Incoming, data: bytes, cuts: list[int]) -> None:
    for cut in cuts:
        if data:
            incoming.feed(data[:cut])
        data = data[cut:]
    if data:
        incoming.feed(data)


def expecting() -> tuple[Incoming, Answer]:
    incoming, answer = Incoming(), Answer(lambda _: None)
    incoming.expect(answer)
    return incoming, answer


@given(st.integers(200, 599), BODY, INTERIM, st.booleans(), CUTS)
def test_any_cut_gives_the_same_answer(
    status: int, body: bytes, interim: bytes, in_chunks: bool, cuts: list[int]
) -> None:
    incoming, answer = expecting()
    if status in {204, 304}:
        body = b""
    first = chunked(*([body] if body else [])) if in_chunks else whole(body, "X-One: a", "x-one: b", status=status)
    feed(incoming, interim + first, cuts)
    assert answer.status == (200 if in_chunks else status)
    assert answer.headers.get("X-ONE") == (None if in_chunks else "a")
    assert answer.has_ended
    assert at_once(answer.read(1000)) == body
    assert incoming.is_sound
    second = Answer(lambda _: None)
    incoming.expect(second)
    feed(incoming, whole(b"second"), cuts)
    assert at_once(second.read(1000)) == b"second"


@given(
    BODY, st.sampled_from([b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nevil!", b"HTTP/1.1 2", b"x", b"\0" * 50]), CUTS
)
def test_more_than_one_answer_spoils_the_connection_and_not_the_answer(
    body: bytes, more: bytes, cuts: list[int]
) -> None:
    incoming, answer = expecting()
    with pytest.raises(HttpError):
        feed(incoming, whole(body) + more, cuts)
    assert at_once(answer.read(1000)) == body
    assert not incoming.is_sound


@given(st.binary(max_size=300), CUTS)
def test_no_bytes_do_more_than_fail(data: bytes, cuts: list[int]) -> None:
    incoming, answer = expecting()
    try:
        feed(incoming, b"HTTP/1.1 200 OK\r\n" + data, cuts)
    except HttpError:
        assert not incoming.is_sound
    assert not answer.has_ended or answer.has_begun


@pytest.mark.parametrize(
    "data",
    [
        b"hello",
        b"HTTP/1.1 20 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX : y\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nX: a\r\n folded\r\n\r\n",
        b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20_000,
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * (BARREN_BYTES + 1),
        b"HTTP/1.1 103 Early\r\n\r\n" * 4000,
    ],
    ids=range(17),
)
def test_heads_that_are_none(data: bytes) -> None:
    incoming, answer = expecting()
    with pytest.raises(BadAnswerError):
        feed(incoming, data, [1000] * 200)
    assert not answer.has_begun


@pytest.mark.parametrize(
    "body",
    [b"zz\r\n", b"5\r\nhello!\r\n", b"-1\r\n", b"fffffffffffffffff\r\n", b"0\r\nX: " + b"y" * 2 * BARREN_BYTES],
    ids=range(5),
)
def test_bodies_that_are_none(body: bytes) -> None:
    incoming, answer = expecting()
    with pytest.raises(BrokenAnswerError):
        feed(incoming, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body, [1000] * 200)
    assert answer.has_begun
    assert not answer.has_ended


def test_servers_with_bad_line_ends_are_understood() -> None:
    incoming, answer = expecting()
    incoming.feed(b"HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n\n5 \r\nhello\r\n0\r\n\r\n")
    assert at_once(answer.read(1000)) == b"hello"


def test_trailers_and_extensions_are_passed_over() -> None:
    incoming, answer = expecting()
    incoming.feed(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\nX-Key: z\r\n\r\n")
    assert at_once(answer.read(1000)) == b"hello"
    assert "x-key" not in answer.headers
    assert incoming.is_sound


@pytest.mark.parametrize(
    "head", [b"HTTP/1.0 200 OK\r\n", b"HTTP/1.1 200 OK\r\nConnection: close\r\n"], ids=["1.0", "close"]
)
def test_connections_that_end_with_the_answer(head: bytes) -> None:
    incoming, answer = expecting()
    incoming.feed(head + b"Content-Length: 2\r\n\r\nok")
    assert at_once(answer.read(1000)) == b"ok"
    assert not incoming.is_sound

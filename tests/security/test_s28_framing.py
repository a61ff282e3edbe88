"""S-28: where one request ends and the next begins is never a matter of opinion. Sent over raw sockets."""

import pytest

from tests.api.server import Server
from tests.security.wire import exchange, request

SMUGGLED = request("GET", "/healthz")
GET = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
POST = b"POST /v1/keys HTTP/1.1\r\nHost: localhost\r\n"

REFUSED = {
    "length and chunks": POST + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "chunks and length": POST + b"Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "two lengths": POST + b"Content-Length: 0\r\nContent-Length: 50\r\n\r\n" + SMUGGLED,
    "the same length twice": POST + b"Content-Length: 0\r\nContent-Length: 0\r\n\r\n" + SMUGGLED,
    "two lengths in one": POST + b"Content-Length: 0, 50\r\n\r\n" + SMUGGLED,
    "a length with a sign": POST + b"Content-Length: +5\r\n\r\nhello",
    "a negative length": POST + b"Content-Length: -1\r\n\r\n",
    "a length in hexadecimal": POST + b"Content-Length: 0x5\r\n\r\nhello",
    "a length beyond 64 bits": POST + b"Content-Length: 99999999999999999999\r\n\r\n",
    "a length with a space": POST + b"Content-Length: 1 0\r\n\r\n" + SMUGGLED,
    "a space before the colon": POST + b"Content-Length : 0\r\n\r\n" + SMUGGLED,
    "chunked, not last": POST + b"Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "an encoding nobody knows": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "a vertical tab in the encoding": POST + b"Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "a chunk size that is none": POST + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n\r\n" + SMUGGLED,
    "a chunk size with 0x": POST + b"Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n",
    "a chunk longer than it says": POST + b"Transfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n0\r\n\r\n",
    "a chunk size beyond 64 bits": POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 17 + b"\r\n",
    "a chunk ended by a line feed": POST + b"Transfer-Encoding: chunked\r\n\r\n5\nhello\r\n0\r\n\r\n",
    "a folded header": GET + b"X-A: one\r\n two\r\n\r\n",
    "a folded first header": b"GET /healthz HTTP/1.1\r\n Host: localhost\r\n\r\n",
    "lines ended by a line feed": b"GET /healthz HTTP/1.1\nHost: localhost\n\n",
    "one line ended by a line feed": GET + b"X-A: b\nX-C: d\r\n\r\n",
    "a carriage return in a value": GET + b"X-A: b\rX-C: d\r\n\r\n",
    "a NUL in a value": GET + b"X-A: b\x00c\r\n\r\n",
    "a NUL in a name": GET + b"X\x00A: b\r\n\r\n",
    "a space in a name": GET + b"X A: b\r\n\r\n",
    "a name that is empty": GET + b": b\r\n\r\n",
    "a header without a colon": GET + b"nothing\r\n\r\n",
    "a version that is none": b"GET /healthz HTTP/9.9\r\nHost: localhost\r\n\r\n",
    "HTTP/2 in clear": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "another protocol": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "a method that is none": b"G\x00T /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a space in the address": b"GET /health z HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a fragment": b"GET /healthz#/v1/keys HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "two hosts": GET + b"Host: evil.example\r\n\r\n",
}


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_s28_ambiguous_requests_are_refused_and_the_connection_ended(server: Server) -> None:
    wrong = []
    for name, raw in REFUSED.items():
        answer = await exchange(server.port, raw)
        if answer.statuses != [400] or not answer.closed or b"application/json" not in answer.raw:
            wrong.append((name, answer))
    assert not wrong, "\n".join(f"{name}: {answer}" for name, answer in wrong)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_s28_every_refusal_on_the_wire_has_the_body_and_the_headers_of_every_other(server: Server) -> None:
    answer = await exchange(server.port, REFUSED["two lengths"])
    head, _, body = answer.raw.partition(b"\r\n\r\n")
    assert b'"tpe":"BadRequest"' in body
    assert f"content-length: {len(body)}".encode() in head
    for header in (
        b"content-security-policy: default-src 'none'",
        b"x-content-type-options: nosniff",
        b"cache-control: no-store",
        b"connection: close",
    ):
        assert header in head
    assert b"uvicorn" not in answer.raw.lower()


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_s28_honest_framing_in_any_cut(server: Server) -> None:
    """Byte by byte, and several requests in one piece: as many answers as requests, in order."""
    one = request("GET", "/healthz")
    assert (await exchange(server.port, *(bytes([byte]) for byte in one))).statuses == [200]
    chunked = request("POST", "/v1/keys", "Transfer-Encoding: chunked", body=b"2\r\n{}\r\n0\r\n\r\n")
    many = one + request("GET", "/nothing") + chunked + one
    assert (await exchange(server.port, many)).statuses == [200, 401, 401, 200]
    assert (await exchange(server.port, b"\r\n\r\n" + one)).statuses == [200]


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_s28_an_upgrade_is_not_followed(server: Server) -> None:
    """What comes after it is not read as a request."""
    for protocol in ("websocket", "h2c"):
        upgrade = request("GET", "/healthz", "Connection: Upgrade", f"Upgrade: {protocol}", "Sec-WebSocket-Key: eA==")
        answer = await exchange(server.port, upgrade + SMUGGLED)
        assert answer.statuses == [200]
        assert answer.closed


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_s28_a_trailer_is_no_header(server: Server) -> None:
    """A key that comes after the body opens nothing, and a host that comes after it changes nothing."""
    _, token = await server.key()
    trailers = f"0\r\nAuthorization: Bearer {token}\r\nHost: evil.example\r\n\r\n".encode()
    raw = request("POST", "/v1/keys", "Transfer-Encoding: chunked", body=b"2\r\n{}\r\n" + trailers)
    assert (await exchange(server.port, raw)).statuses == [401]

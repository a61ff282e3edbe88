"""F53 and S-08: heads, bodies and parts of any size are refused early, in bounded memory."""

import asyncio
import resource
import time

import pytest

from tests.api.client import Client
from tests.api.samples import JOBS, deploy, text
from tests.api.server import Server
from tests.security.wire import exchange, request

pytestmark = pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)

STALL_S = 5.0
"""Generous: the bar of the fault report is 100 ms on a quiet machine."""

HEADS = {
    "one long header": request("GET", "/healthz", "X-A: " + "a" * 100_000),
    "a header without end": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-A: " + b"a" * 3_000_000,
    "a long name": request("GET", "/healthz", "a" * 100_000 + ": 1"),
    "a long address": request("GET", "/healthz?" + "a" * 100_000),
    "100,000 headers": request("GET", "/healthz", *(f"X-{number}: 1" for number in range(100_000))),
    "201 headers": request("GET", "/healthz", *(f"X-{number}: 1" for number in range(201))),
    "a boundary of 3 MB": request("POST", JOBS, "Content-Type: multipart/form-data; boundary=" + "a" * 3_000_000),
    "100,000 trailers": request(
        "POST",
        JOBS,
        "Transfer-Encoding: chunked",
        body=b"0\r\n" + b"".join(b"X-%d: 1\r\n" % number for number in range(100_000)) + b"\r\n",
    ),
}


async def longest_stall(work: "asyncio.Task[None]") -> float:
    """The longest that the event loop was away while a task ran, in seconds."""
    longest, last = 0.0, time.monotonic()
    while not work.done():
        await asyncio.sleep(0.002)
        longest, last = max(longest, time.monotonic() - last), time.monotonic()
    await work
    return longest


async def test_f53_heads_of_any_size(server: Server) -> None:
    async def send() -> None:
        for name, raw in HEADS.items():
            answer = await exchange(server.port, raw)
            assert answer.closed, name
            assert answer.statuses in ([431], []), (name, answer.raw[:300])

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert await longest_stall(asyncio.create_task(send())) < STALL_S
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000, "kB"


async def test_f53_what_a_head_may_be(server: Server) -> None:
    raw = request("GET", "/healthz", *(f"X-{number}: {'a' * 300}" for number in range(190)))
    assert (await exchange(server.port, raw)).statuses == [200]


async def test_f53_bodies_that_never_end(server: Server, client: Client) -> None:
    """Refused as soon as they are too long, whether they said so or not; the rest is not taken in for long."""
    bearer = f"Authorization: Bearer {client.token}"
    endless = request("POST", JOBS, bearer, "Transfer-Encoding: chunked", body=b"10000\r\n" + b" " * 65_536 + b"\r\n")
    chunks = [b"10000\r\n" + b" " * 65_536 + b"\r\n"] * 200
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer = await exchange(server.port, endless, *chunks)
    assert answer.statuses in ([413], []), answer.raw[:300]
    announced = request("POST", JOBS, bearer, "Content-Length: 50000000", body=b" " * 1000)
    assert (await exchange(server.port, announced)).statuses == [413]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000, "kB"


async def test_f53_lengths_that_lie(server: Server, client: Client) -> None:
    """What comes after the announced length is a request of its own, and a bad one; the first is answered."""
    await deploy(client)
    bearer = f"Authorization: Bearer {client.token}"
    raw = request("POST", JOBS, bearer, "Content-Length: 2", body=b"{}" + b'{"inputs":[]}')
    answer = await exchange(server.port, raw)
    assert answer.closed
    assert answer.statuses in ([400], [400, 400])


async def test_f53_bodies_in_other_forms(client: Client) -> None:
    """Compressed, or in parts: not what is asked for, said with 400."""
    await deploy(client)
    parts = b"--x\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n" * 2_000 + b"--x--\r\n"
    for headers, raw in (
        ({"content_encoding": "gzip"}, b"\x1f\x8b\x08\x00" + b"\x00" * 100),
        ({"content_type": "multipart/form-data; boundary=x"}, parts),
        ({"content_type": "application/x-www-form-urlencoded"}, b"inputs=1"),
    ):
        answer = await client.post(JOBS, raw=raw, **headers)
        assert answer.status == 400
    assert (await client.get(JOBS)).json["totalCount"] == 0
    assert (await client.post(JOBS, text("a"))).status == 202

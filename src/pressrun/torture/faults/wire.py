"""Requests nobody should send: hostile JSON, slow clients, absurd pages, lies about lengths."""

import asyncio
import itertools
import time
from collections.abc import Iterator

from pressrun.torture import raw
from pressrun.torture.client import ended
from pressrun.torture.fault import Fault
from pressrun.torture.load import LoadOptions, load
from pressrun.torture.testbed import AGENT, Testbed

DEEP = 20_000
DIGITS = 5_000
HONEST_BAR_S = 2.0
"""The design's bar is 1 s on a machine of its own."""

JSON = {
    "nan": b'{"inputs": NaN}',
    "infinity": b'{"inputs": -Infinity}',
    "huge exponent": b'{"inputs": [], "priority": 1e400}',
    "many digits": b'{"inputs": [], "priority": ' + b"9" * DIGITS + b"}",
    "deep arrays": b'{"inputs": ' + b"[" * DEEP + b"]" * DEEP + b"}",
    "deep objects": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "lone surrogate": b'{"inputs": [{"id": "Nonce", "value": ["\\ud800"]}]}',
    "bad utf-8": b'{"inputs": [{"id": "Nonce", "value": ["\xff\xfe"]}]}',
    "utf-16": '{"inputs": []}'.encode("utf-16"),
    "byte order mark": b'\xef\xbb\xbf{"inputs": 1}',
    "duplicate keys": b'{"inputs": [], "inputs": [{"id": "Nonce", "value": ["x"]}]}',
    "nul in a name": b'{"inputs": [{"id": "Non\\u0000ce", "value": ["x"]}]}',
    "empty": b"",
    "null": b"null",
    "a string": b'"x"',
    "trailing comma": b'{"inputs": [],}',
    "comment": b'{"inputs": [] /* x */}',
    "single quotes": b"{'inputs': []}",
    "cut": b'{"inputs": [{"id": "Nonce", "va',
    "two documents": b'{"inputs": []} {"inputs": []}',
    "wrong types": b'{"inputs": {"Nonce": "x"}}',
    "a number for a text": b'{"inputs": [{"id": "Nonce", "value": [1]}]}',
    "too many values": b'{"inputs": [{"id": "Nonce", "value": [' + b'"x",' * 60 + b'"x"]}]}',
    "unknown input": b'{"inputs": [{"id": "Nope", "value": ["x"]}]}',
    "null byte": b"\x00",
    "vertical tab": b'\x0b{"inputs": []}',
}
ROUTES = (
    ("POST", f"/v1/applications/{AGENT}/jobs"),
    ("POST", "/v1/applications"),
    ("PATCH", f"/v1/applications/{AGENT}"),
    ("POST", "/v1/models"),
    ("POST", "/v1/keys"),
    ("POST", f"/v1/applications/{AGENT}"),
)
PAGES = (
    "offset=0",
    "offset=1000000000000000000",
    "offset=-1",
    "offset=1e3",
    "limit=0",
    "limit=1000000",
    "limit=-5",
    "offset=x",
)


async def hostile_json(bed: Testbed) -> None:
    """Bodies no parser likes, to every route that takes one: refused with 4xx, and the process lives."""
    await bed.serve()
    pid = bed.server.api_pid()
    wrong: list[str] = []
    for _ in range(bed.repetitions):
        for (method, path), (name, body) in itertools.product(ROUTES, JSON.items()):
            async with bed.fault("hostile JSON", f"{method} {path}: {name}"):
                status = await raw.answer(bed.server.port, [raw.request(method, path, _headers(bed, body), body)])
            if status is None or not 400 <= status < 500:
                wrong.append(f"{method} {path} {name}: {status}")
    bed.find("answers that are no 4xx", wrong, ok=not wrong, bar="none")
    bed.find("the same API process", bed.server.api_pid() == pid, ok=bed.server.api_pid() == pid)
    await _goes_on(bed)


async def _goes_on(bed: Testbed) -> None:
    """An honest job goes through afterwards."""
    made = await bed.client.submit(AGENT, [bed.nonce("ms0")])
    state = (await ended(bed.client, made.job_id))["state"] if made.job_id else None
    bed.find("an honest job afterwards", state, ok=state == "completed", bar="completed")


def _headers(bed: Testbed, body: bytes) -> list[tuple[str, str]]:
    return [
        ("Authorization", f"Bearer {bed.server.api_key}"),
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
    ]


async def slow_clients(bed: Testbed) -> None:
    """Hundreds of clients send headers or bodies a byte at a time, or never read; honest ones notice nothing."""
    await bed.serve()
    head = raw.request("POST", f"/v1/applications/{AGENT}/jobs", [*_headers(bed, b"x" * 500)], b"")
    times: list[float] = []

    async def slow(number: int) -> None:
        whole = head + b"{" * 500
        start = 0 if number % 2 else len(head)
        pieces = [whole[:start], *(bytes([byte]) for byte in whole[start:])]
        try:
            await raw.answer(bed.server.port, pieces, pause_s=1.0)
        except (OSError, TimeoutError):
            return

    for _ in range(bed.repetitions):
        async with load(bed, LoadOptions(words=("ms0",), cancels=False)), bed.fault("slow clients"):
            crowd = [asyncio.create_task(slow(number)) for number in range(200)]
            until = time.monotonic() + 8
            while time.monotonic() < until:
                began = time.monotonic()
                status, _ = await bed.client.ask("GET", f"/v1/applications/{AGENT}/jobs?limit=1")
                times.append(time.monotonic() - began if status == 200 else float("inf"))
                await asyncio.sleep(0.02)
            for task in crowd:
                task.cancel()
            await asyncio.gather(*crowd, return_exceptions=True)
    times.sort()
    p99 = times[len(times) * 99 // 100]
    bed.find("honest clients' p99, s", round(p99, 3), ok=p99 <= HONEST_BAR_S, bar=f"<= {HONEST_BAR_S:g}, no error")


async def absurd_pages(bed: Testbed) -> None:
    """Every combination of offset and limit is answered fast, or refused."""
    await bed.serve()
    for start in range(0, 1000, 100):
        await asyncio.gather(*(bed.client.submit(AGENT, [bed.nonce("ms0")]) for _ in range(start, start + 100)))
    slowest, wrong = 0.0, []
    for query in PAGES:
        async with bed.fault("an absurd page", query):
            began = time.monotonic()
            status, _ = await bed.client.ask("GET", f"/v1/applications/{AGENT}/jobs?{query}")
            slowest = max(slowest, time.monotonic() - began)
        if status >= 500:
            wrong.append(f"{query}: {status}")
    bed.find("server errors", wrong, ok=not wrong, bar="none")
    bed.find("slowest answer, s", round(slowest, 3), ok=slowest <= HONEST_BAR_S, bar=f"<= {HONEST_BAR_S:g}")


def _lies(headers: list[tuple[str, str]]) -> Iterator[tuple[str, list[bytes]]]:
    path = f"/v1/applications/{AGENT}/jobs"
    kind = ("Content-Type", "application/json")
    chunked = raw.request("POST", path, [*headers, kind, ("Transfer-Encoding", "chunked")])
    chunk = b"10000\r\n" + b" " * 65_536 + b"\r\n"
    yield "endless chunks", [chunked, *itertools.repeat(chunk, 400)]
    yield "a length beyond the cap", [raw.request("POST", path, [*headers, kind, ("Content-Length", str(10**9))])]
    yield "a negative length", [raw.request("POST", path, [*headers, kind, ("Content-Length", "-1")])]
    yield (
        "two lengths",
        [raw.request("POST", path, [*headers, ("Content-Length", "2"), ("Content-Length", "3")], b"{}x")],
    )
    many = [(f"X-{number}", "x") for number in range(100_000)]
    yield "100,000 headers", [raw.request("POST", path, [*headers, *many])]
    yield "a header of 3 MB", [raw.request("POST", path, [*headers, ("X", "x" * 3_000_000)])]
    yield "a bad chunk size", [chunked + b"zz\r\nx\r\n"]
    packed = [*headers, kind, ("Content-Encoding", "gzip"), ("Content-Length", "3")]
    yield "a packed body", [raw.request("POST", path, packed, b"\x1f\x8b\x08")]


async def lies(bed: Testbed) -> None:
    """Lengths that lie, endless chunks, 100,000 headers: refused or hung up on, and nobody else waits."""
    await bed.serve()
    stalls: list[float] = []

    async def watch() -> None:
        while True:
            began = time.monotonic()
            await bed.client.ask("GET", "/healthz")
            stalls.append(time.monotonic() - began)
            await asyncio.sleep(0.02)

    watching = asyncio.create_task(watch())
    wrong: list[str] = []
    for _ in range(bed.repetitions):
        for known in (True, False):
            headers = [("Authorization", f"Bearer {bed.server.api_key}")] if known else []
            for name, pieces in _lies(headers):
                async with bed.fault("a lying request", f"{name}, {'with' if known else 'without'} a key"):
                    try:
                        status = await raw.answer(bed.server.port, pieces)
                    except TimeoutError:
                        wrong.append(f"{name}: neither answered nor closed")
                        continue
                if status is not None and not 400 <= status < 500:
                    wrong.append(f"{name}: {status}")
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    bed.find("answers that are no 4xx and no close", wrong, ok=not wrong, bar="none")
    bed.find(
        "longest wait of others, s", round(max(stalls), 3), ok=max(stalls) <= HONEST_BAR_S, bar=f"<= {HONEST_BAR_S:g}"
    )
    await _goes_on(bed)


FAULTS = (
    Fault(
        "F50",
        "Hostile JSON to every route that takes a body",
        hostile_json,
        {"p": 1, "r": 5},
        cost_s=6,
        promise="G23",
        always=("sqlite", "postgres"),
    ),
    Fault("F51", "200 slow clients beside honest ones", slow_clients, {"p": 1, "r": 5}, cost_s=13, promise="G24"),
    Fault("F52", "Absurd offsets and limits", absurd_pages, {"p": 1, "r": 5}, cost_s=9, promise="G25"),
    Fault(
        "F53",
        "Requests that lie about their length, endless ones, 100,000 headers",
        lies,
        {"p": 1, "r": 5},
        cost_s=7,
        always=("sqlite",),
    ),
)

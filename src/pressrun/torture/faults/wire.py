"""Requests nobody should send: slow ones, absurd pages, lies about lengths."""

import asyncio
import itertools
import time
from collections.abc import Iterator

from pressrun.torture import raw
from pressrun.torture.fault import Fault
from pressrun.torture.faults.honest import goes_on
from pressrun.torture.load import LoadOptions, load
from pressrun.torture.testbed import AGENT, Testbed

HONEST_BAR_S = 2.0
"""The design's bar is 1 s on a machine of its own."""

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


async def slow_clients(bed: Testbed) -> None:
    """Hundreds of clients send headers or bodies a byte at a time, or never read; honest ones notice nothing."""
    await bed.serve()
    head = raw.request("POST", f"/v1/applications/{AGENT}/jobs", [*raw.json_headers(bed.server.api_key, 500)], b"")
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
    await goes_on(bed)


FAULTS = (
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

"""S-23: how long a key takes to be refused tells nothing about keys that are good.

`S23_ROUNDS=20000 python -m pytest -s tests/security/test_s23_timing.py` asks 40,000 times, and prints t.
"""

import os
import random
import statistics
import time
import zlib

import aiohttp
import pytest

from pressrun.organizations.keys import PREFIX, Scope, new_token
from tests.api.server import Server

ROUNDS = int(os.environ.get("S23_ROUNDS", "1500"))
"""Requests of each kind."""

CROPPED = 0.9
"""The slowest tenth is the machine's, not the key's."""

MOST = 10.0
"""Welch's t. The bar on a quiet machine is 4.5; here others work too, and a leak would give far more."""


def like(token: str) -> str:
    """A key that is no key, with the checksum it should have, and all but the last letters of one that is."""
    body = token[len(PREFIX) : -8]
    body = body[:-6] + new_token()[len(PREFIX) :][:6]
    return f"{PREFIX}{body}{zlib.crc32(body.encode()):08x}"


def welch(one: list[float], other: list[float]) -> float:
    """Welch's t of two samples, each without its slowest part."""
    first, second = (sorted(sample)[: int(len(sample) * CROPPED)] for sample in (one, other))
    error = statistics.variance(first) / len(first) + statistics.variance(second) / len(second)
    return float((statistics.fmean(first) - statistics.fmean(second)) / error**0.5)


def test_s23_the_measure_sees_a_difference() -> None:
    """A tenth of the usual spread is enough."""
    draw = random.Random(7)
    same = [[draw.gauss(500, 50) for _ in range(ROUNDS)] for _ in range(2)]
    assert abs(welch(*same)) < 4.5
    assert abs(welch(same[0], [value + 20 for value in same[1]])) > MOST


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
async def test_s23_a_key_that_is_nearly_right_takes_as_long_as_any_other(server: Server) -> None:
    _, token = await server.key(Scope.ADMIN)
    took: dict[str, list[float]] = {"near": [], "far": []}
    draw = random.Random(11)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=1)) as session:
        for number in range(ROUNDS * 2 + 200):
            kind = draw.choice(("near", "far"))
            wrong = like(token) if kind == "near" else new_token()
            started = time.perf_counter()
            async with session.get(server.url + "/v1/keys", headers={"authorization": f"Bearer {wrong}"}) as answer:
                assert answer.status == 401
                await answer.read()
            if number >= 200:
                took[kind].append(time.perf_counter() - started)
    t = welch(took["near"], took["far"])
    print(f"t = {t:.2f} over {len(took['near'])} and {len(took['far'])} requests")
    assert abs(t) < MOST

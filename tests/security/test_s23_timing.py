"""S-23: how long a key, a link or a session takes to be refused tells nothing about those that are good.

`S23_ROUNDS=20000 python -m pytest -s tests/security/test_s23_timing.py` asks 40,000 times, and prints t.
"""

import os
import random
import secrets
import statistics
import time
import zlib
from collections.abc import Awaitable, Callable

import aiohttp
import pytest

from pressrun.organizations import keys, sessions, sign_in
from pressrun.organizations.keys import PREFIX, Scope, new_token
from pressrun.organizations.organization import FIRST, first_key
from pressrun.organizations.sessions import TOKEN_BYTES
from pressrun.store.store import Store, Transaction
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


ORIGIN = sign_in.Origin("192.0.2.1", None)


async def link(store: Store) -> str:
    """The token of a link that would sign somebody in."""
    made, _ = await store.write(lambda tx: keys.create(tx, FIRST, "k", [Scope.ADMIN]))
    token, _ = await store.write(lambda tx: sign_in.make_link(tx, FIRST, 3600, key_id=made.id))
    return token


async def session(store: Store) -> str:
    """The token of a session that goes on."""
    made, _ = await store.write(lambda tx: keys.create(tx, FIRST, "k", [Scope.ADMIN]))
    _, token = await store.write(lambda tx: sessions.begin(tx, made, None, 3600))
    return token


async def try_link(tx: Transaction, token: str) -> object:
    """As `sign_in` does, without its count of attempts, which lets nobody measure: 5 a minute."""
    return await sign_in._by_link(tx, token, ORIGIN)


async def try_session(tx: Transaction, token: str) -> object:
    """As every request with a cookie does."""
    return await sessions.find_by_token(tx, token, 3600)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("make", "attempt"), [(link, try_link), (session, try_session)], ids=["link", "session"])
async def test_s23_a_link_or_session_that_is_nearly_right_takes_as_long_as_any_other(
    store: Store, make: Callable[[Store], Awaitable[str]], attempt: Callable[[Transaction, str], Awaitable[object]]
) -> None:
    """In one transaction, where nothing else takes time."""
    await store.write(first_key)
    token = await make(store)
    beginnings = {"near": token[:-4], "far": secrets.token_urlsafe(TOKEN_BYTES)[:-4]}  # made alike: that too takes time
    draw = random.Random(13)

    async def measure(tx: Transaction) -> dict[str, list[float]]:
        took: dict[str, list[float]] = {"near": [], "far": []}
        for _ in range(ROUNDS * 2):
            kind = draw.choice(("near", "far"))
            wrong = beginnings[kind] + secrets.token_urlsafe(TOKEN_BYTES)[:4]
            started = time.perf_counter()
            assert await attempt(tx, wrong) is None
            took[kind].append(time.perf_counter() - started)
        assert await attempt(tx, token) is not None
        return took

    took = await store.write(measure)
    t = welch(took["near"], took["far"])
    print(f"t = {t:.2f} over {len(took['near'])} and {len(took['far'])} attempts")
    assert abs(t) < MOST

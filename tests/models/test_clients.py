"""Providers are shared, bounded, and closed when nobody uses them."""

import asyncio

from pressrun.models.clients import UNUSED_S, Clients, Endpoint
from pressrun.models.local import LocalOptions
from pressrun.models.scripted import Scripted

ONE, OTHER = Endpoint("scripted", script=b"[]"), Endpoint("scripted", script=b"[{}]")


async def turns() -> None:
    """Let every task go as far as it can."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_calls_of_a_model_are_bounded() -> None:
    clients = Clients(LocalOptions())
    inside: list[str] = []
    leave = asyncio.Event()

    async def call(model: str, concurrency: int | None) -> None:
        async with clients.use(ONE, model, concurrency):
            inside.append(model)
            await leave.wait()

    async with asyncio.TaskGroup() as group:
        for _ in range(5):
            group.create_task(call("two", 2))
            group.create_task(call("free", None))
        await turns()
        assert (inside.count("two"), inside.count("free")) == (2, 5)
        leave.set()
    assert inside.count("two") == 5


async def test_a_provider_out_of_use_is_closed() -> None:
    now = [0.0]
    clients = Clients(LocalOptions(), lambda: now[0])
    async with clients.use(ONE, "m", None) as first:
        now[0] = 10 * UNUSED_S
        async with clients.use(OTHER, "n", None), clients.use(ONE, "m", None) as second:
            assert second is first  # used as long as it may be, it stays
    now[0] += UNUSED_S + 1
    async with clients.use(Endpoint("scripted"), "o", None):
        assert set(clients._open) == {Endpoint("scripted")}
    await clients.close()
    assert isinstance(first, Scripted)
    assert not clients._open

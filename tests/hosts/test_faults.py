"""Faults between hosts, each under load and judged by the auditor. They share one cluster and run in this order."""

import asyncio
import functools
import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime

import pytest

from pressrun.torture.fault import faketime
from pressrun.torture.history import History
from pressrun.torture.load import LoadOptions, load
from tests.hosts.cluster import Cluster, held_for, restart
from tests.hosts.conftest import LEASE_S, SKEWED

RATE = LoadOptions(rate=15, submitters=4)
DETECTION_S = 15.0
SWEEP_S = 5.0
NOISE_S = 3.0
"""What a busy machine may add to a bound that holds on a quiet one."""

LONG_S = float(os.environ.get("HOSTS_LONG_S", "0"))
"""A partition of that length too; 300 in the long run."""

PARTITIONS = [3.0, 2 * LEASE_S, *([LONG_S] if LONG_S else [])]


async def judged(hosts: Cluster, name: str) -> History:
    """Drain, and hold everything so far against the bars."""
    began = time.monotonic()
    await hosts.drained()
    drained_s = time.monotonic() - began
    history, verdict = await hosts.judge()
    print(f"{name}: drained in {drained_s:.1f} s, {verdict.counts}")
    assert not verdict.violated, verdict.document()
    return history


@pytest.mark.parametrize("seconds", PARTITIONS)
def test_partitions_of_workers(hosts: Cluster, runner: asyncio.Runner, seconds: float) -> None:
    """One worker is cut off, one hears nothing, one is not heard: each lets go before somebody takes over."""

    async def go() -> None:
        net = hosts.network
        victims = ("w1", "w2", "w3")
        held = await hosts.hold(victims, 2, seconds + LEASE_S)
        began = time.monotonic()
        async with load(hosts.bed, RATE), hosts.bed.fault("partition", f"{seconds:g} s"):
            with ExitStack() as faults:
                faults.enter_context(net.cut("w1", "db"))
                faults.enter_context(net.black_hole("db", "w2"))
                faults.enter_context(net.black_hole("w3", "db"))
                await asyncio.sleep(seconds)
        history = await judged(hosts, f"partition of {seconds:g} s")
        for name in victims:
            look_at_takeover(history, hosts.network.address(name), held[name], began, must=seconds >= 2 * LEASE_S)

    runner.run(go())


def look_at_takeover(history: History, address: str, nonces: list[str], began: float, *, must: bool) -> None:
    """The calls of a lost host end before anybody repeats them; `must`: and somebody does."""
    for first, second in held_for(history, nonces):
        assert first.host == address
        if second is None:
            assert not must, f"nobody took over {first}"
            assert first.outcome == "answered", first
            continue
        let_go_s, taken_s = first.t1 - began, second.t0 - began
        print(f"  {address}: {first.outcome} after {let_go_s:.1f} s, taken over after {taken_s:.1f} s by {second.host}")
        assert first.t1 <= second.t0, (first, second)
        if must:
            assert first.outcome == "aborted"
            assert let_go_s <= LEASE_S + NOISE_S
            assert taken_s <= LEASE_S + SWEEP_S + NOISE_S


def test_clocks_differ_all_the_while(hosts: Cluster) -> None:
    """Two workers' hosts are a minute and a half slow and fast, in this and every other test of this cluster."""
    if faketime() is None:
        pytest.skip("clocks that differ: libfaketime not found: apt-get install libfaketime")
    for name, offset in SKEWED.items():
        lines = [line for line in hosts.node(name).log.read_text().splitlines() if line.startswith('{"worker')]
        began = datetime.fromisoformat(json.loads(lines[0])["timestamp"])
        right = hosts.node(name).started_at
        assert abs((began - right).total_seconds() - float(offset.rstrip("s"))) < 60


def test_a_host_that_dies(hosts: Cluster, runner: asyncio.Runner) -> None:
    """The power of a worker's host goes: others have its jobs within a lease and a sweep, and it comes back."""

    async def go() -> None:
        node = hosts.node("w4")
        held = await hosts.hold(["w4"], 2, LEASE_S + 2 * SWEEP_S)
        async with load(hosts.bed, RATE):
            async with hosts.bed.fault("a host dies", node.name):
                died = time.monotonic()
                await asyncio.to_thread(node.kill)
            await asyncio.sleep(1)
            node.start("work")
        history = await judged(hosts, "a host died")
        for first, second in held_for(history, held["w4"]):
            assert second is not None
            print(f"  taken over after {second.t0 - died:.1f} s by {second.host}")
            assert second.t0 - died <= LEASE_S + SWEEP_S + NOISE_S
            assert first.t1 <= second.t0

    runner.run(go())


def test_an_api_node_that_loses_the_database(hosts: Cluster, runner: asyncio.Runner) -> None:
    """It says so in time, the other serves on, and it is back as soon as the network is."""

    async def go() -> None:
        lost = hosts.apis[0]
        async with load(hosts.bed, RATE):
            async with hosts.bed.fault("an API node loses the database"):
                with hosts.network.cut(lost.name, "db"):
                    began = time.monotonic()
                    left_s = await until(lambda: not hosts.client.is_ready(lost.url))
                    assert await asyncio.to_thread(status_of, lost.url + "/readyz") == 503
                    noticed_s = time.monotonic() - began
            back_s = await until(lambda: hosts.client.is_ready(lost.url))
        print(
            f"  left out after {left_s:.1f} s, says so after {noticed_s:.1f} s, back {back_s:.1f} s after the network"
        )
        assert noticed_s <= DETECTION_S + NOISE_S
        assert back_s <= DETECTION_S + NOISE_S
        await judged(hosts, "an API node lost the database")

    runner.run(go())


def status_of(url: str) -> int:
    """What a request is answered, however long that takes."""
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310 - our own server
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code


async def until(condition: Callable[[], bool]) -> float:
    """Seconds until a condition holds; raises TimeoutError after a minute."""
    began = time.monotonic()
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.05)
    return time.monotonic() - began


@pytest.mark.parametrize("share", [0.05, 0.2])
def test_a_bad_link(hosts: Cluster, runner: asyncio.Runner, share: float) -> None:
    """A worker whose way to the database loses packets and carries a megabit: slow, and right."""

    async def go() -> None:
        async with load(hosts.bed, RATE), hosts.bed.fault("a bad link", f"{share:.0%}"):
            with hosts.network.lossy("w2", "db", share), hosts.network.slow("w2"):
                await asyncio.sleep(2 * LEASE_S)
        await judged(hosts, f"{share:.0%} of the packets lost")

    runner.run(go())


def test_the_database_restarts(hosts: Cluster, runner: asyncio.Runner) -> None:
    """A crash and a recovery: nobody is buried for it, nothing is repeated that had ended."""

    async def go() -> None:
        async with load(hosts.bed, RATE):
            await asyncio.sleep(1)
            async with hosts.bed.fault("the database restarts"):
                await asyncio.to_thread(restart, hosts)
            await asyncio.sleep(2)
        await judged(hosts, "the database restarted")

    runner.run(go())


def test_api_nodes_stop_in_turn(hosts: Cluster, runner: asyncio.Runner) -> None:
    """With two of them behind a balancer, no client notices."""

    async def go() -> None:
        client = hosts.client
        client.refused, client.broken = 0, []
        async with load(hosts.bed, RATE):
            for node in hosts.apis:
                async with hosts.bed.fault("SIGTERM to an API node", node.name):
                    assert await asyncio.to_thread(node.stop) == 0, node.tail()
                    node.start("serve", "--workers", "0")
                    await until(functools.partial(client.is_ready, node.url))
        history = await judged(hosts, "API nodes stopped in turn")
        assert client.refused == 0
        assert client.broken == []
        assert [one for one in history.submits if one.outcome != "ok" and one.t0 > history.faults[-2].t0] == []

    runner.run(go())


def test_workers_stop_in_turn(hosts: Cluster, runner: asyncio.Runner) -> None:
    """SIGTERM to every worker's host in turn: what runs is finished, no call is wasted."""

    async def go() -> None:
        began = time.monotonic()
        async with load(hosts.bed, LoadOptions(rate=15, submitters=4, words=("ok",), cancels=False)):
            for node in hosts.workers:
                async with hosts.bed.fault("SIGTERM to a worker's host", node.name):
                    assert await asyncio.to_thread(node.stop) == 0, node.tail()
                node.start("work")
        history = await judged(hosts, "workers stopped in turn")
        assert [call for call in history.calls if call.t0 > began and call.outcome == "aborted"] == []

    runner.run(go())

"""One cluster for all faults of a run, on one event loop."""

import asyncio
import os
from collections.abc import Callable, Coroutine, Iterator
from typing import Any, TypeVar

import pytest

from pressrun.torture.fault import faketime
from tests.hosts.cluster import Cluster, cluster, first_key
from tests.hosts.namespaces import missing

T = TypeVar("T")
Run = Callable[[Coroutine[Any, Any, T]], T]
LEASE_S = float(os.environ.get("HOSTS_LEASE_S", "6"))
"""Short here; `HOSTS_LEASE_S=30 python -m pytest tests/hosts -s` is the run with the default."""

SKEWED = {"w3": "-90s", "w4": "+90s"}
DRAIN_S = 3


def here() -> None:
    """Skip where there can be no hosts."""
    if reason := missing():
        pytest.skip(reason)


@pytest.fixture(scope="module")
def runner() -> Iterator[asyncio.Runner]:
    """One event loop for a cluster, and no longer: its threads stay in the namespace in which they began."""
    with asyncio.Runner() as made:
        yield made


@pytest.fixture(scope="module")
def hosts(runner: asyncio.Runner, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """Two API nodes and four workers, two of them with wrong clocks, and a steady eye on all."""
    here()
    folder = tmp_path_factory.mktemp("hosts")
    environment = {"PRESSRUN_DRAIN_S": str(DRAIN_S), "PRESSRUN_GRACE_S": "20"}
    with cluster(folder, lease_s=LEASE_S, environment=environment) as built:
        key = first_key(built.apis[0])
        library = faketime()
        for node in built.apis:
            node.start("serve", "--workers", "0")
        for node in built.workers:
            if library is not None and node.name in SKEWED:
                node.slew(SKEWED[node.name], library)
            node.start("work")
        runner.run(_open(built, key))
        try:
            yield built
        finally:
            runner.run(built.close())


async def _open(built: Cluster, key: str) -> None:
    for node in built.apis:
        await node.answers()
    await built.open(key)
    await built.hold([node.name for node in built.workers], 1, 1.0)

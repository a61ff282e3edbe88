"""A rolling upgrade under load: the schema first, then node by node, and no client notices."""

import asyncio
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pressrun.torture.load import LoadOptions, load
from tests.hosts.cluster import Cluster, cluster, first_key
from tests.hosts.conftest import here

BEFORE = "0c2927d"
"""The last commit of the release before."""

ROOT = Path(__file__).parents[2]
RATE = LoadOptions(rate=12, submitters=4)
LEASE_S = 10.0
MIXED_S = 2.0
"""How long each mixture of versions works."""


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources of the release before."""
    here()
    folder = tmp_path_factory.mktemp("before")
    archive = folder / "src.tar"
    git = shutil.which("git")
    command = [str(git), "-C", str(ROOT), "archive", "--output", str(archive), BEFORE, "src"]
    if git is None or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip(f"the history of {BEFORE} is not here, a clone has it")
    with tarfile.open(archive) as packed:
        packed.extractall(folder)  # noqa: S202 - our own archive; Python 3.11.2 has no filters
    return folder / "src"


@pytest.fixture
def old_hosts(before: Path, runner: asyncio.Runner, tmp_path: Path) -> Iterator[Cluster]:
    """Two API nodes and two workers of the release before."""
    with cluster(tmp_path, lease_s=LEASE_S, environment={"PRESSRUN_GRACE_S": "20", "PRESSRUN_DRAIN_S": "2"}) as built:
        for node in (*built.apis, *built.workers):
            node.source = before
        runner.run(start(built))
        try:
            yield built
        finally:
            runner.run(built.close())


async def start(built: Cluster) -> None:
    first, second = built.apis
    key = await asyncio.to_thread(first_key, first)
    first.start("serve", "--workers", "0")
    await first.answers()
    second.start("serve", "--workers", "0")
    await second.answers()
    for name in ("w1", "w2"):
        built.node(name).start("work")
    await built.open(key)
    await built.hold(["w1", "w2"], 1, 1.0)


def test_a_rolling_upgrade(old_hosts: Cluster, runner: asyncio.Runner) -> None:
    """No request fails, no job is lost or done twice; a process of the old version does not start any more."""
    built = old_hosts
    client = built.client

    async def go() -> None:
        async with load(built.bed, RATE), built.bed.fault("rolling upgrade"):
            built.node("w3").source = None
            await asyncio.to_thread(built.node("w3").ask, "migrate")
            await asyncio.sleep(MIXED_S)
            with pytest.raises(RuntimeError, match="was used by a newer Pressrun"):
                await asyncio.to_thread(built.node("w4").ask, "work")
            for node in built.apis:
                client.withdrawn.add(node.url)
                await asyncio.sleep(1)
                assert await asyncio.to_thread(node.stop) == 0, node.tail()
                node.source = None
                node.start("serve", "--workers", "0")
                await node.answers()
                client.withdrawn.clear()
                await asyncio.sleep(MIXED_S)
            for name in ("w1", "w2"):
                node = built.node(name)
                assert await asyncio.to_thread(node.stop) == 0, node.tail()
                node.source = None
                node.start("work")
                await asyncio.sleep(MIXED_S)
        await built.drained()
        history, verdict = await built.judge()
        print(f"rolling upgrade: {verdict.counts}")
        assert not verdict.violated, verdict.document()
        assert client.broken == []
        assert [submit for submit in history.submits if submit.outcome != "ok"] == []
        assert [job for job in history.jobs if job.state not in {"completed", "cancelled"}] == []

    runner.run(go())
